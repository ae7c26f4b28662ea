package lab

import (
	"context"
	"slices"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/hnsw"
	"dryrun/internal/retrieval/ivfpq"
)

// Everything that differs between kinds of world and isn't behind problem.Problem is in this file: which engines,
// encoders and rankers a kind offers, and how they are built.

// site is what a build happens on.
type site struct {
	prob    *problem.Problem
	set     settings
	seed    uint64
	workers int
	tell    *teller
	field   *field // connections to engines outside the process
}

// engine is one way to search.
type engine struct {
	id      string
	vectors bool // it searches the encoder's vectors; the others learn from ids alone
	build   func(ctx context.Context, s site, emb *problem.Embedding) (retrieval.Index, error)
}

// encoder is one way to make vectors.
type encoder struct {
	id    string
	train func(ctx context.Context, s site) (*coded, error)
}

// kind is what the two stages can be made of in one kind of world. The first of each list is the default.
type kind struct {
	engines  []engine
	encoders []encoder
	lessons  lessons // of a ranker
	proof    int     // requests that a fault is judged on at least, where one tells little
}

func kindOf(id string) kind {
	switch id {
	case "images":
		return kind{
			engines:  []engine{{"hnsw", true, buildHNSW}, {"ivfpq", true, buildIVFPQ}, {"exact", true, buildExact}},
			encoders: []encoder{{"learned", trainLearned}, {"pca", trainPCA}, {"raw", trainRaw}},
			lessons:  judgedLessons(),
		}
	case "interactions":
		return kind{
			engines: []engine{
				{"hnsw", true, buildHNSW},
				{"ivfpq", true, buildIVFPQ},
				{"exact", true, buildExact},
				{"popularity", false, buildPopularity},
				{"cooccurrence", false, buildCooccurrence},
			},
			encoders: []encoder{{"als", trainALS}, {"bpr", trainBPR}, {"two-tower", trainTwoTower}},
			lessons:  feedbackLessons(),
			proof:    500,
		}
	}
	return kind{}
}

// engineOf returns the engine called id, if there is one.
func (k kind) engineOf(id string) (engine, bool) {
	i := slices.IndexFunc(k.engines, func(e engine) bool { return e.id == id })
	if i < 0 {
		return engine{}, false
	}
	return k.engines[i], true
}

func (k kind) engine(id string) engine {
	if e, ok := fieldEngine(id); ok {
		return e
	}
	return k.engines[slices.IndexFunc(k.engines, func(e engine) bool { return e.id == id })]
}

func (k kind) encoder(id string) encoder {
	return k.encoders[slices.IndexFunc(k.encoders, func(e encoder) bool { return e.id == id })]
}

func buildExact(_ context.Context, _ site, emb *problem.Embedding) (retrieval.Index, error) {
	return retrieval.NewExact(emb.Items, emb.Dim), nil
}

// The codebooks need items to learn from: IVF-PQ of nothing is a scan of nothing.
func buildIVFPQ(ctx context.Context, s site, emb *problem.Embedding) (retrieval.Index, error) {
	if len(emb.Items) == 0 {
		return retrieval.NewExact(emb.Items, emb.Dim), nil
	}
	o := ivfpq.Options{Seed: s.seed, Workers: s.workers}
	return ivfpq.Build(ctx, emb.Items, emb.Dim, o, func(done, of int) { s.tell.say("encoding the items", done, of) })
}

func buildHNSW(ctx context.Context, s site, emb *problem.Embedding) (retrieval.Index, error) {
	o := hnsw.Options{Seed: s.seed, Workers: s.workers}
	return hnsw.Build(ctx, emb.Items, emb.Dim, o, func(done, of int) { s.tell.say("building the index", done, of) })
}
