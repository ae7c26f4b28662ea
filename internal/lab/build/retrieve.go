package build

import (
	"context"
	"fmt"
	"time"

	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/kind"
	"dryrun/internal/lab/seed"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// vectorFields are what the corpus's vectors depend on.
const vectorFields = pastFields | FieldEncoder | FieldDim | FieldEpochs | FieldMining

// vectorStage trains the encoder and encodes the corpus.
func vectorStage() Stage[*kind.Encoding] {
	return Stage[*kind.Encoding]{Name: "vectors", Needs: vectorFields, File: vectorFile(), Build: trainVectors}
}

func trainVectors(ctx context.Context, b *Builder, s Scenario) (*kind.Encoding, error) {
	p, err := b.learnedPart(ctx, s)
	if err != nil {
		return nil, err
	}
	encoder, ok := kind.ByID(s.World.Kind).Encoder(s.Encoder)
	if !ok {
		return nil, fmt.Errorf("training an encoder: %s has none called %q", s.World.Kind, s.Encoder)
	}
	began := time.Now()
	e, err := encoder.Train(ctx, b.input(s, p, "encoder"))
	if err != nil {
		return nil, err
	}
	e.Took = time.Since(began)
	return e, nil
}

// input is what engines and encoders are built from. What learns from a split of the history has a seed of its own.
func (b *Builder) input(s Scenario, p *problem.Problem, use string) kind.Input {
	switch {
	case s.Past != WholePast && s.Past != BeforeRanker:
		use = "split"
	case s.Items > 0:
		use = "size"
	}
	return kind.Input{
		Problem: p, Dim: s.Dim, Epochs: s.Epochs, Mining: s.Mining, Seed: seed.Of(s.World.Seed, use), Workers: b.options.Workers,
		Progress: b.progress, Servers: b.options.Servers,
	}
}

// Encoding returns the scenario's encoder and vectors, nil where its engine searches none.
func (b *Builder) Encoding(ctx context.Context, s Scenario) (*kind.Encoding, error) {
	if s.Encoder == "" {
		return nil, nil
	}
	return Get(ctx, b, vectorStage(), s)
}

// Index is stage one's index, and how long it took to build.
type Index struct {
	retrieval.Index
	Took time.Duration
}

// Bytes is the memory of the index.
func (i Index) Bytes() int64 { return int64(1e6 * i.MB()) }

// IndexFields are what an index depends on.
const IndexFields = vectorFields | FieldEngine | FieldItems | FaultAtIndex

// indexStage builds stage one's index over all items, over the first few, or over those that a fault leaves.
func indexStage() Stage[Index] {
	return Stage[Index]{Name: "index", Needs: IndexFields, File: indexFile(), Build: buildIndex}
}

func buildIndex(ctx context.Context, b *Builder, s Scenario) (Index, error) {
	from, err := b.indexed(ctx, s)
	if err != nil {
		return Index{}, err
	}
	engine, err := s.engine()
	if err != nil {
		return Index{}, err
	}
	began := time.Now()
	index, err := engine.Build(ctx, from.input, from.vectors)
	if err != nil {
		return Index{}, err
	}
	return Index{Index: from.wrap(index), Took: time.Since(began)}, nil
}

// engine is the scenario's engine.
func (s Scenario) engine() (kind.Engine, error) {
	engine, ok := kind.ByID(s.World.Kind).Engine(s.Engine)
	if !ok {
		return engine, fmt.Errorf("building an index: %s has no engine called %q", s.World.Kind, s.Engine)
	}
	return engine, nil
}

// IndexOver builds an index of the scenario's engine over rows of its vectors. It isn't kept, so the caller may change it.
func (b *Builder) IndexOver(ctx context.Context, s Scenario, rows []float32) (retrieval.Index, error) {
	from, err := b.indexed(ctx, s)
	if err != nil {
		return nil, err
	}
	if from.vectors == nil {
		return nil, fmt.Errorf("building an index over some vectors: engine %s has none", s.Engine)
	}
	engine, err := s.engine()
	if err != nil {
		return nil, err
	}
	part := *from.vectors
	part.Items = rows
	return engine.Build(ctx, from.input, &part)
}

// indexSource is what an index is built over.
type indexSource struct {
	input   kind.Input
	vectors *problem.Embedding // nil where the engine searches none
	ids     []int32            // the items whose vectors these are, ascending; nil: all, or the first
}

// wrap gives an index over a part of the items their ids back.
func (f indexSource) wrap(index retrieval.Index) retrieval.Index {
	if f.ids == nil {
		return index
	}
	return retrieval.NewSubset(index, f.ids)
}

// indexed returns what the scenario's index is built over.
func (b *Builder) indexed(ctx context.Context, s Scenario) (from indexSource, err error) {
	p, err := b.learnedPart(ctx, s)
	if err != nil {
		return from, err
	}
	encoding, err := b.Encoding(ctx, s)
	if err != nil {
		return from, err
	}
	from.input = b.input(s, p, "index")
	if encoding != nil {
		from.vectors = encoding.Embedding
	}
	left := s.faultAt(fault.AtIndex).Index
	switch {
	case left == nil && s.Items == 0:
		return from, nil
	case from.vectors == nil:
		return from, fmt.Errorf("building an index of a part of the items: engine %s has no vectors", s.Engine)
	}
	part := *from.vectors
	if left == nil {
		part.Items = part.Items[:s.Items*part.Dim]
	} else {
		from.ids = left(p, from.input.Seed)
		part.Items = make([]float32, 0, len(from.ids)*part.Dim)
		for _, id := range from.ids {
			part.Items = append(part.Items, from.vectors.Item(id)...)
		}
	}
	from.vectors = &part
	return from, nil
}

// Index returns the scenario's index.
func (b *Builder) Index(ctx context.Context, s Scenario) (Index, error) {
	return Get(ctx, b, indexStage(), s)
}

// RankersPast is stage one as it was when the past requests that a ranker learns from were made.
type RankersPast struct {
	*PartOfPast
	Learned   *problem.Problem   // with the whole of its past: features come from it
	Embedding *problem.Embedding // nil where the engine searches no vectors
	scenario  Scenario
}

// RankersPast returns the stage one from which a ranker learns, without its index.
func (b *Builder) RankersPast(ctx context.Context, s Scenario) (*RankersPast, error) {
	learned, err := b.Learned(ctx, s)
	if err != nil {
		return nil, err
	}
	s = s.WithoutFault(fault.AtIndex) // a ranker learned before the index went stale
	s.Past = BeforeRanker
	out := &RankersPast{Learned: learned}
	if out.PartOfPast, err = b.Part(ctx, s); err != nil {
		return nil, err
	}
	if learned.History == nil {
		s.Past = WholePast // nobody returns: stage one learned from no request of the ranker's
	}
	out.scenario = s
	encoding, err := b.Encoding(ctx, s)
	if encoding != nil {
		out.Embedding = encoding.EmbeddingFor(out.Problem)
	}
	return out, err
}

// Retriever is its stage one.
func (p *RankersPast) Retriever(ctx context.Context, b *Builder) (retrieval.Retriever, error) {
	index, err := b.Index(ctx, p.scenario)
	if err != nil {
		return nil, err
	}
	return index, nil
}

// Encoded fills a query's vector.
func Encoded(q problem.Query, emb *problem.Embedding) problem.Query {
	if emb != nil {
		q.Vec = make([]float32, emb.Dim)
		emb.Encode(&q, q.Vec)
	}
	return q
}
