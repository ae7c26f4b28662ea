package protocol

import (
	"encoding/binary"
	"fmt"
	"os"

	"dryrun/internal/vec"
)

// WriteFloats writes a file of float32.
func WriteFloats(path string, x []float32) error { return write(path, x, len(x)) }

// WriteInts writes a file of int32.
func WriteInts(path string, x []int32) error { return write(path, x, len(x)) }

func write(path string, x any, n int) error {
	raw, err := binary.Append(make([]byte, 0, 4*n), binary.LittleEndian, x)
	if err == nil {
		err = os.WriteFile(path, raw, 0o600)
	}
	if err != nil {
		return fmt.Errorf("writing an array for the workers: %w", err)
	}
	return nil
}

// ReadFloats reads a file of float32.
func ReadFloats(path string) ([]float32, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading an array of float32: %w", err)
	}
	x := make([]float32, len(raw)/4)
	vec.UseHugePages(x) // as numpy does for the peers
	if _, err := binary.Decode(raw, binary.LittleEndian, x); err != nil {
		return nil, fmt.Errorf("reading an array of float32 in %s: %w", path, err)
	}
	return x, nil
}

// ReadInts reads a file of int32.
func ReadInts(path string) ([]int32, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading an array of int32: %w", err)
	}
	x := make([]int32, len(raw)/4)
	if _, err := binary.Decode(raw, binary.LittleEndian, x); err != nil {
		return nil, fmt.Errorf("reading an array of int32 in %s: %w", path, err)
	}
	return x, nil
}
