package cli

import (
	"context"
	"path/filepath"

	"github.com/adrg/xdg"

	"dryrun/internal/store"
)

// dataDir is where sessions are kept: the flag, then the environment, then the XDG data folder.
func (a *app) dataDir() string {
	switch {
	case a.DataDir != "":
		return a.DataDir
	case a.Env("DRYRUN_DATA_DIR") != "":
		return a.Env("DRYRUN_DATA_DIR")
	}
	return filepath.Join(xdg.DataHome, "dryrun")
}

// openStore opens the database and says what there is to say about it. Only the commands that need sessions call it.
func (a *app) openStore(ctx context.Context) (*store.Store, error) {
	s, err := store.Open(ctx, store.Location{Dir: a.dataDir()})
	if err != nil {
		return nil, err
	}
	for _, n := range s.Notices() {
		a.say("dryrun: %s", n)
	}
	return s, nil
}
