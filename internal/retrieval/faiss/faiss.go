// Package faiss is stage one by FAISS (Johnson, Douze & Jégou 2017; Douze et al. 2024), the library that much of the
// field searches vectors with: vectors come in, an index of one of three kinds comes out. It is there in programs built
// with -tags faiss on a machine that has the library; in all others Build says what is lacking. It is never needed: the
// engines of package retrieval do the same work.
package faiss

import (
	"io"

	"dryrun/internal/retrieval"
)

// Kind is one of FAISS's index types.
type Kind string

// The kinds, by inner product all of them.
const (
	Flat Kind = "flat" // IndexFlatIP: compares with every item
	HNSW Kind = "hnsw" // IndexHNSWFlat: the graph of Malkov & Yashunin (2018)
	// IndexIVFPQ under IndexRefineFlat: lists of quantized vectors (Jégou et al. 2011), the best compared again in full
	IVFPQ Kind = "ivfpq"
)

// What a build without FAISS needs.
const (
	Install = "apt-get install g++ libfaiss-dev libopenblas-dev"
	Rebuild = "CGO_ENABLED=1 go build -tags faiss ./cmd/dryrun"
)

// Index is an index in FAISS's own memory, which Close frees; an index that nobody holds any more is freed, too.
type Index interface {
	retrieval.Index
	io.Closer
}

// Options are FAISS's parameters; 0 means the default.
type Options struct {
	M              int // HNSW: links that a new node makes on each layer (16)
	EfConstruction int // HNSW: size of the list while building (128)
	EfSearch       int // HNSW: size of the list while searching, where k is not larger (64)

	Lists  int // IVF: into how many lists the items are split (the square root of their number)
	Probes int // IVF: how many lists a search reads (32)
	Refine int // IVF: how many times k candidates are compared again in full (4)

	Seed uint64 // of levels, samples and first centroids
}
