package lab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dryrun/internal/lab/seed"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/retrieval"
	"dryrun/internal/world"
)

// pipeline is both stages, built, and the requests that they face.
type pipeline struct {
	set   settings
	fault string
	base  *problem.Problem // what the models learned from
	key   modelKey         // what the model in force was built by

	code  *coded             // encoder and vectors; nil where the engine needs none
	index retrieval.Index    // stage one
	built time.Duration      // how long it took to build
	model ranking.Model      // of stage two; nil keeps stage one's order
	keep  columns            // the feature columns that the ranker may read
	emb   *problem.Embedding // code's vectors, encoding by prob's inputs

	prob     *problem.Problem // whose requests come: base, or base moved by drift
	asked    requestsKey      // which requests those are
	requests *requests
	features problem.Features // as serving computes them
	ranker   ranking.Ranker
}

// requests are a problem's test requests, ready to run.
type requests struct {
	queries   []problem.Query    // with vectors
	inputs    [][]float32        // raw content, for timing the encoder; nil where there is none
	positives [][]problem.Graded // what there is to find for each, best first
	targets   []int              // how many of them reach Problem.Positive
}

func (r *requests) bytes() int64 {
	total := 0
	for i := range r.queries {
		total += 4*(len(r.queries[i].Vec)+len(r.inputs[i])) + 8*len(r.positives[i]) + 120
	}
	return int64(total)
}

// vectorKey is what a world's vectors depend on, indexKey what an index depends on, modelKey what a ranker depends on.
type (
	vectorKey struct {
		spec        problem.Spec
		encoder     string
		dim, epochs int
		broken      string // the fault that changed what is learned from, "" for none
		before      bool   // learned from the history as it stood before the ranker's requests
	}
	indexKey struct {
		vectors vectorKey
		engine  string
		stale   bool
	}
	modelKey struct {
		index    indexKey
		ranker   string
		rows     rowsOptions
		loss     string
		features string
		leak     bool
		clicks   bool // it learns from clicks as logged
	}
	requestsKey struct {
		vectors  vectorKey
		strength float64
		mismatch bool
	}
)

// pipeline builds the configuration's pipeline, or what of it isn't kept yet.
func (l *Lab) pipeline(ctx context.Context, cfg Config, tell *teller) (*pipeline, error) {
	set, err := settingsOf(cfg)
	if err != nil {
		return nil, err
	}
	if err := cfg.CheckFault(); err != nil {
		return nil, err
	}
	if err := errors.Join(checkEngine(set.engine), l.checkRanker(ctx, set.ranker), l.fits(cfg)); err != nil {
		return nil, err
	}
	p := &pipeline{set: set, fault: cfg.FaultInForce()}
	spec := specOf(cfg, set)
	if p.base, err = l.problem(ctx, spec, tell); err != nil {
		return nil, err
	}
	if p.base, err = l.broken(ctx, p.base, spec, p.fault, tell); err != nil {
		return nil, err
	}
	broken := ""
	if p.fault == coldStart || p.fault == popularityLoop {
		broken = p.fault
	}
	k := kindOf(spec.Kind)
	vectors := vectorKey{spec: spec, broken: broken}
	if k.engine(set.engine).vectors {
		vectors.encoder, vectors.dim, vectors.epochs = set.encoder, set.dim, set.epochs
		if p.code, err = l.vectors(ctx, p.base, vectors, tell); err != nil {
			return nil, err
		}
	}
	index := indexKey{vectors, set.engine, p.fault == staleIndex}
	one, err := l.index(ctx, p, index, tell)
	if err != nil {
		return nil, err
	}
	p.index, p.built = one.Index, one.took
	key := modelKey{index: index, ranker: set.ranker, rows: p.rowsOptions(), loss: set.loss, features: set.features, leak: p.fault == leakage, clicks: p.fault == positionBias}
	key.index.stale = false // a stale index serves a ranker that learned before
	if p.keep, err = p.columnsOf(set.features); err != nil {
		return nil, err
	}
	p.key = key
	if p.model, err = l.ranker(ctx, p, key, tell); err != nil {
		return nil, err
	}
	strength := 0.0
	if p.fault == drifted {
		strength = faultDrift
	}
	return l.facing(ctx, p, requestsKey{vectors, strength, p.fault == encoderMismatch}, tell)
}

// facing returns the pipeline with its models unchanged, facing the requests of key.
func (l *Lab) facing(ctx context.Context, p *pipeline, key requestsKey, tell *teller) (*pipeline, error) {
	out := *p
	out.asked = key
	var err error
	if out.prob, err = l.moved(ctx, p.base, key.vectors.spec, key.strength, tell); err != nil {
		return nil, err
	}
	out.emb = out.encodingBy(out.prob, key.mismatch)
	if out.requests, err = once(ctx, l.cache, key, func(ctx context.Context) (*requests, error) {
		return l.prepare(ctx, &out, tell)
	}); err != nil {
		return nil, err
	}
	if out.features, err = out.served(ctx, out.prob, out.emb); err != nil {
		return nil, err
	}
	out.ranker = ranking.Identity{}
	if out.model != nil {
		out.ranker = ranking.NewRanker(out.model, out.features)
	}
	return &out, nil
}

// encodingBy is the pipeline's embedding with requests read from prob, and under the fault by another encoder's version.
func (p *pipeline) encodingBy(prob *problem.Problem, mismatch bool) *problem.Embedding {
	if p.code == nil {
		return nil
	}
	emb := *p.code.emb
	emb.Encode = p.code.encoderOf(prob)
	if mismatch {
		emb.Encode = otherVersion(emb.Encode, emb.Dim)
	}
	return &emb
}

// prepare encodes the test requests and looks up what would be right for each.
func (l *Lab) prepare(ctx context.Context, p *pipeline, tell *teller) (*requests, error) {
	prob := p.prob
	n := len(prob.Test)
	r := &requests{queries: make([]problem.Query, n), inputs: make([][]float32, n), positives: make([][]problem.Graded, n), targets: make([]int, n)}
	tell.say("encoding the requests", 0, n)
	err := each(ctx, n, l.workers, func(i int) error {
		q := prob.Test[i]
		if prob.Inputs != nil {
			r.inputs[i] = make([]float32, prob.Inputs.Width())
			prob.Inputs.Request(&q, r.inputs[i])
		}
		if p.emb != nil {
			q.Vec = make([]float32, p.emb.Dim)
			p.encode(&q, r.inputs[i], q.Vec)
		}
		r.positives[i] = prob.Truth.Positives(&q)
		for _, g := range r.positives[i] {
			if g.Grade >= prob.Positive {
				r.targets[i]++
			}
		}
		r.queries[i] = q
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the test requests: %w", err)
	}
	return r, nil
}

// made is a problem with the memory that its kind says it keeps.
type made struct {
	*problem.Problem
	size int64
}

func (m made) bytes() int64 { return m.size }

// encode fills a request's vector from its raw content x, where that is what the encoder reads.
func (p *pipeline) encode(q *problem.Query, x, into []float32) {
	if p.code.vec == nil || x == nil || p.asked.mismatch {
		p.emb.Encode(q, into)
		return
	}
	p.code.vec.Encode(x, into)
}

// problem makes or reads the world.
func (l *Lab) problem(ctx context.Context, spec problem.Spec, tell *teller) (*problem.Problem, error) {
	m, err := once(ctx, l.cache, spec, func(ctx context.Context) (made, error) {
		tell.say("making the world", 0, 0)
		p, err := world.Make(ctx, spec, tell.say)
		if err != nil {
			return made{}, err
		}
		kind, _ := world.KindByID(spec.Kind)
		spec.Items = p.Items
		return made{p, kind.Bytes(spec)}, nil
	})
	return m.Problem, err
}

// moved is the world with its requests moved by strength.
func (l *Lab) moved(ctx context.Context, base *problem.Problem, spec problem.Spec, strength float64, tell *teller) (*problem.Problem, error) {
	if strength == 0 {
		return base, nil
	}
	type key struct {
		spec     problem.Spec
		strength float64
	}
	if base.Drift == nil {
		return nil, fmt.Errorf("moving the requests: this data has no later time")
	}
	return once(ctx, l.cache, key{spec, strength}, func(ctx context.Context) (*problem.Problem, error) {
		tell.say("moving the requests", 0, 0)
		return base.Drift.At(ctx, strength)
	})
}

// vectors trains the encoder and encodes the corpus.
func (l *Lab) vectors(ctx context.Context, prob *problem.Problem, key vectorKey, tell *teller) (*coded, error) {
	return once(ctx, l.cache, key, func(ctx context.Context) (*coded, error) {
		s := site{prob: prob, set: settings{dim: key.dim, epochs: key.epochs}, seed: seed.Of(key.spec.Seed, "encoder"), workers: l.workers, tell: tell}
		began := time.Now()
		c, err := kindOf(key.spec.Kind).encoder(key.encoder).train(ctx, s)
		if err != nil {
			return nil, err
		}
		c.took = time.Since(began)
		return c, nil
	})
}

// stageOne is an index, and how long it took to build.
type stageOne struct {
	retrieval.Index
	took time.Duration
}

// index builds stage one.
func (l *Lab) index(ctx context.Context, p *pipeline, key indexKey, tell *teller) (stageOne, error) {
	return once(ctx, l.cache, key, func(ctx context.Context) (one stageOne, err error) {
		var emb *problem.Embedding
		if p.code != nil {
			emb = p.code.emb
		}
		s := site{prob: p.base, set: p.set, seed: seed.Of(key.vectors.spec.Seed, "index"), workers: l.workers, tell: tell, field: l.field}
		build := kindOf(key.vectors.spec.Kind).engine(key.engine).build
		began := time.Now()
		if key.stale {
			one.Index, err = buildStale(ctx, s, emb, build)
		} else {
			one.Index, err = build(ctx, s, emb)
		}
		one.took = time.Since(began)
		return one, err
	})
}

// trainOn builds the pipeline anew from another problem's past requests, and faces it with that problem's test requests.
// Nothing of it is kept: the caller keeps what it measures.
func (l *Lab) trainOn(ctx context.Context, p *pipeline, prob *problem.Problem, tell *teller) (*pipeline, error) {
	apart := &Lab{limit: l.limit, workers: l.workers, cache: newCache(l.cache.limit), field: l.field}
	out := &pipeline{set: p.set, fault: p.fault, base: prob, key: p.key, keep: p.keep}
	var err error
	if p.code != nil {
		if out.code, err = apart.vectors(ctx, prob, p.key.index.vectors, tell); err != nil {
			return nil, err
		}
	}
	one, err := apart.index(ctx, out, p.key.index, tell)
	if err != nil {
		return nil, err
	}
	out.index = one.Index
	if out.model, err = apart.ranker(ctx, out, p.key, tell); err != nil {
		return nil, err
	}
	return apart.facing(ctx, out, requestsKey{vectors: p.key.index.vectors}, tell)
}
