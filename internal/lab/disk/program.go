package disk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// headBytes is how much of a program's file identifies it: Go's linker puts the build ID, a hash of everything linked,
// into the first pages.
const headBytes = 64 << 10

// Program identifies the running program by the size and the first bytes of its file. Another build may train another
// model from the same scenario, so entries of one build are nothing to another.
func Program() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this program's file: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading this program's file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("reading this program's file: %w", err)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.LimitReader(file, headBytes)); err != nil {
		return "", fmt.Errorf("reading this program's file: %w", err)
	}
	return fmt.Sprintf("%d bytes, %s", info.Size(), hex.EncodeToString(sum.Sum(nil)[:16])), nil
}
