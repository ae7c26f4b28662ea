package retrieval

import (
	"context"
	"errors"
	"fmt"
	"io"

	"dryrun/internal/binfile"
)

// ExactKind is the kind of a saved Exact. Its file says over which vectors it scans, and is small.
const (
	ExactKind    = "retrieval/exact"
	exactVersion = 1
)

// Save writes the index without its vectors, so that LoadExact reads the same one.
func (e *Exact) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, ExactKind, exactVersion)
	w.Put(uint32(e.dim), binfile.Sum(e.items))
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving an exact index of %d items: %w", e.n, err)
	}
	return nil
}

// LoadExact reads what Exact.Save wrote, over the vectors that it was saved with, which it keeps.
func LoadExact(ctx context.Context, in io.Reader, items []float32) (*Exact, error) {
	r, err := binfile.NewReader(ctx, in, ExactKind, exactVersion)
	if err != nil {
		return nil, fmt.Errorf("loading an exact index: %w", err)
	}
	var dim, sum uint32
	r.Get(&dim, &sum)
	err = r.Close()
	if err == nil && (dim == 0 || len(items)%int(dim) != 0 || sum != binfile.Sum(items)) {
		err = errors.New("it was built over other vectors: delete it and build it again")
	}
	if err != nil {
		return nil, fmt.Errorf("loading an exact index: %w", err)
	}
	return NewExact(items, int(dim)), nil
}
