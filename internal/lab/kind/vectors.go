package kind

import (
	"context"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/hnsw"
	"dryrun/internal/retrieval/ivfpq"
)

// vectorEngines are the embedded engines that search vectors, in any kind of world.
func vectorEngines() []Engine {
	return []Engine{{"hnsw", true, buildHNSW}, {"ivfpq", true, buildIVFPQ}, {"exact", true, buildExact}}
}

func buildExact(_ context.Context, _ Input, emb *problem.Embedding) (retrieval.Index, error) {
	return retrieval.NewExact(emb.Items, emb.Dim), nil
}

// The codebooks need items to learn from: IVF-PQ of nothing is a scan of nothing.
func buildIVFPQ(ctx context.Context, in Input, emb *problem.Embedding) (retrieval.Index, error) {
	if len(emb.Items) == 0 {
		return retrieval.NewExact(emb.Items, emb.Dim), nil
	}
	o := ivfpq.Options{Seed: in.Seed, Workers: in.Workers}
	return ivfpq.Build(ctx, emb.Items, emb.Dim, o, in.Progress.Counter("encoding the items"))
}

func buildHNSW(ctx context.Context, in Input, emb *problem.Embedding) (retrieval.Index, error) {
	o := hnsw.Options{Seed: in.Seed, Workers: in.Workers}
	return hnsw.Build(ctx, emb.Items, emb.Dim, o, in.Progress.Counter("building the index"))
}
