// Package kind says, world by world, what the two stages can be built from: engines, encoders, how much a ranker learns from,
// and how much memory that takes. A kind's id comes in; functions that build from a problem come out. A new world is one
// file here, one case in ByID, and one entry in the tables of the catalog.
package kind

import (
	"context"
	"slices"

	"dryrun/internal/lab/progress"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// Input is what an engine or an encoder is built from.
type Input struct {
	Problem     *problem.Problem
	Dim, Epochs int
	Mining      string // what a learned encoder's loss sets each request against; "": the rest of its batch
	Seed        uint64
	Workers     int
	Progress    *progress.Sink
	Servers     *Servers // engines outside the process
}

// Engine is one way to search.
type Engine struct {
	ID      string
	Vectors bool // it searches the encoder's vectors; the others learn from ids alone, and emb is nil
	Build   func(ctx context.Context, in Input, emb *problem.Embedding) (retrieval.Index, error)
}

// Encoder is one way to make vectors.
type Encoder struct {
	ID    string
	Train func(ctx context.Context, in Input) (*Encoding, error)
}

// Kind is what the two stages can be made of in one kind of world. The first engine and the first encoder are the defaults.
type Kind struct {
	ID       string
	Engines  []Engine
	Encoders []Encoder
	Training TrainingSize

	// ProofQueries is how many requests a fault is judged on at least, where one request tells little; 0: any number will do.
	ProofQueries int
	// Copies is how often the vectors and the index are held at the peak of a run.
	Copies Copies
}

// Copies is how many times the memory of one set of vectors, and of one index, a run needs.
type Copies struct {
	Vectors, Indexes int64
}

// ByID returns the kind of world called id, which must be one of the catalog's.
func ByID(id string) Kind {
	switch id {
	case "images":
		return images()
	case "interactions":
		return interactions()
	}
	return Kind{ID: id}
}

// Engine returns the embedded or external engine called id.
func (k Kind) Engine(id string) (Engine, bool) {
	all := k.Engines
	if len(k.Encoders) > 0 {
		all = slices.Concat(all, externalEngines())
	}
	i := slices.IndexFunc(all, func(e Engine) bool { return e.ID == id })
	if i < 0 {
		return Engine{}, false
	}
	return all[i], true
}

// Encoder returns the encoder called id.
func (k Kind) Encoder(id string) (Encoder, bool) {
	i := slices.IndexFunc(k.Encoders, func(e Encoder) bool { return e.ID == id })
	if i < 0 {
		return Encoder{}, false
	}
	return k.Encoders[i], true
}
