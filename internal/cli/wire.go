package cli

import (
	"context"
	"path/filepath"

	"github.com/adrg/xdg"

	"dryrun/internal/cli/command"
	"dryrun/internal/lab"
	"dryrun/internal/lab/disk"
	"dryrun/internal/store"
)

// opener opens the store and the lab when a command asks for them.
type opener struct {
	io  *command.IO
	dir string // --data-dir

	noCache bool // --no-cache
}

// dataDir is where sessions are kept: the flag, then the environment, then the XDG data folder.
func (o *opener) dataDir() string {
	switch {
	case o.dir != "":
		return o.dir
	case o.io.Env("DRYRUN_DATA_DIR") != "":
		return o.io.Env("DRYRUN_DATA_DIR")
	}
	return filepath.Join(xdg.DataHome, "dryrun")
}

// flags are those that a printed command needs, to work on the same data.
func (o *opener) flags() []string {
	if o.dir == "" {
		return nil
	}
	return []string{"--data-dir", o.dir}
}

// cacheDir is where the lab keeps what took long to build: with the sessions if somebody said where those are, else in the XDG
// cache folder.
func (o *opener) cacheDir() string {
	switch {
	case o.io.Env("DRYRUN_CACHE_DIR") != "":
		return o.io.Env("DRYRUN_CACHE_DIR")
	case o.dir != "" || o.io.Env("DRYRUN_DATA_DIR") != "":
		return filepath.Join(o.dataDir(), "cache")
	}
	return filepath.Join(xdg.CacheHome, "dryrun")
}

// cache returns the folder itself, with or without --no-cache.
func (o *opener) cache() (*disk.Folder, error) {
	program, err := disk.Program()
	if err != nil {
		return nil, err
	}
	return disk.New(o.cacheDir(), program, disk.DefaultLimit), nil
}

// openStore opens the database and prints its notices.
func (o *opener) openStore(ctx context.Context) (*store.Store, error) {
	s, err := store.Open(ctx, store.Location{Dir: o.dataDir()})
	if err != nil {
		return nil, err
	}
	for _, n := range s.Notices() {
		o.io.Say("dryrun: %s", n)
	}
	return s, nil
}

// openLab returns a lab that can reach the engines outside the process. Closing it drops what it built on a server.
func (o *opener) openLab(flags command.EngineFlags) (command.Lab, error) {
	at, err := flags.MilvusOptions(o.io.Env)
	if err != nil {
		return nil, err
	}
	options := lab.Options{Milvus: at, Python: o.io.Env("DRYRUN_PYTHON")}
	if !o.noCache {
		if options.Disk, err = o.cache(); err != nil {
			return nil, err
		}
	}
	return lab.New(options), nil
}
