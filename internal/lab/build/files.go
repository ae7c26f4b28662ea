package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// OfFiles is the scenario of the files that its world is read from as they are now: when they change, so does every key.
// Files that can't be read are left for the reader of the world, which says what is wrong with them.
func (s Scenario) OfFiles(ctx context.Context) (Scenario, error) {
	s.Files = ""
	if s.World.Format == "" {
		return s, nil
	}
	sum := sha256.New()
	path, _ := filepath.EvalSymlinks(s.World.Path)
	if path == "" {
		return s, nil
	}
	err := filepath.WalkDir(path, func(name string, _ fs.DirEntry, _ error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		info, _ := os.Stat(name) // of a link's target; nil where it can't be read
		if info == nil || info.IsDir() {
			return nil
		}
		_, err := fmt.Fprintf(sum, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		return err
	})
	if err != nil {
		return s, fmt.Errorf("looking at the files of %s: %w", s.World.Path, err)
	}
	s.Files = hex.EncodeToString(sum.Sum(nil)[:16])
	return s, nil
}
