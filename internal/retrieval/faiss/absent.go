//go:build !faiss || !cgo

package faiss

import (
	"context"
	"fmt"

	"dryrun/internal/retrieval"
)

// Version is the FAISS that this program was built with, and whether there is one.
func Version() (string, bool) { return "", false }

// Build says what is lacking.
func Build(_ context.Context, kind Kind, _ []float32, _ int, _ Options, _ retrieval.Progress) (Index, error) {
	return nil, fmt.Errorf("building a FAISS %s index: this build lacks FAISS; install it (%s) and build with it (%s)", kind,
		Install, Rebuild)
}
