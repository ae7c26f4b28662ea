package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime/debug"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/retrieval/hnsw"
)

// A request of this comparison: the graph gives K candidates, each becomes a row of the item's facts, the request's
// facts and the similarity, and 100 trees score them.
const (
	requestK     = 200
	requestEf    = 200
	itemFacts    = 20
	requestFacts = boostWidth - itemFacts - 1
	itemFactsOf  = "facts.f32" // a file beside the items: itemFacts values each
)

// stages is both stages of our side. It makes rows as a world's features would.
type stages struct {
	graph  *hnsw.Index
	ranker *ranking.Scored
	facts  []float32
	cands  []problem.Candidate
}

// Columns implements problem.Features.
func (*stages) Columns() []string { return make([]string, boostWidth) }

// Fill implements problem.Features: the similarity, the request's facts (its vector's first values), the item's.
func (s *stages) Fill(q *problem.Query, c problem.Candidate, into []float32) {
	item := int(c.Item)
	into[0] = c.Score // of stage one
	copy(into[1:], q.Vec[:requestFacts])
	copy(into[1+requestFacts:], s.facts[item*itemFacts:(item+1)*itemFacts])
}

func (s *server) prepare(ctx context.Context, o order) error {
	if err := s.load(o); err != nil {
		return err
	}
	p := &stages{}
	var err error
	if p.facts, err = readVectors(filepath.Join(o.Job.Rows, itemFactsOf)); err != nil {
		return err
	}
	model, err := readModel(ctx, o.Job.Model)
	if err != nil {
		return err
	}
	if p.graph, err = hnsw.Build(ctx, s.items, s.dim, hnsw.Options{M: graphM, EfConstruction: o.Ef, Seed: 1, Workers: 1}, nil); err != nil {
		return err
	}
	p.ranker = ranking.NewRanker(model, p)
	s.learned.stages = p
	debug.FreeOSMemory() // what building left isn't paid for by requests
	return nil
}

// request answers every query by both stages and returns each one's time.
func (s *server) request(ctx context.Context, o order) (reply, error) {
	p := s.learned.stages
	if p == nil {
		return reply{}, fmt.Errorf("answering requests: the stages come first")
	}
	var r reply
	for i := 0; i < len(s.queries); i += s.dim {
		began := spent()
		q := problem.Query{Vec: s.queries[i : i+s.dim]}
		p.cands = p.graph.Search(q.Vec, requestK, requestEf, p.cands[:0])
		if err := p.ranker.Rank(ctx, q, p.cands); err != nil {
			return r, err
		}
		r.Times = append(r.Times, (spent() - began).Seconds())
		if o.Found {
			r.Found = append(r.Found, ids(p.cands[:truthK], truthK))
		}
	}
	return r, nil
}

func requests(ctx context.Context, b *bench) ([]result, error) {
	n := 100_000
	if b.full {
		n = 1_000_000
	}
	s := shape{"hard", b.size(n, 2000), 64, b.size(1000, 50)}
	v, err := b.of(ctx, s)
	if err != nil {
		return nil, err
	}
	j, err := b.requestJob(ctx, s.n)
	if err != nil {
		return nil, err
	}
	build := order{Do: doStages, Items: v.items, Queries: v.queries, Dim: v.dim, Ef: graphEfC, Job: j}
	ours, err := b.ours(ctx)
	if err != nil {
		return nil, err
	}
	defer ours.close()
	res := result{Case: v.name, Peer: "faiss-cpu + lightgbm", Goal: 5}
	if _, err := ours.ask(build); err != nil {
		return nil, err
	}
	theirs, absent := b.peer(ctx, "request_peer.py")
	if absent != nil {
		res.Note = absent.Error()
	} else {
		defer theirs.close()
		res.Peer, res.PeerVersion = theirs.name, theirs.version
		if _, err := theirs.ask(build); err != nil {
			return nil, err
		}
	}
	if err := b.answerInTurn(&res, ours, theirs, j); err != nil {
		return nil, err
	}
	return []result{res}, nil
}

// requestJob trains the model of stage two and writes what items are known by.
func (b *bench) requestJob(ctx context.Context, items int) (*job, error) {
	rows, held, err := b.put("requests", clickRows(b.size(50_000, 1000), 1), clickRows(200, 2))
	if err != nil {
		return nil, err
	}
	j := &job{Rows: rows, Test: held, Width: boostWidth, Objective: "binary", Trees: boostTrees, Leaves: boostLeaves}
	if err := b.modelFor(ctx, j); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(3, 1))
	facts := make([]float32, items*itemFacts)
	for i := range facts {
		facts[i] = float32(rng.NormFloat64())
	}
	return j, writeVectors(filepath.Join(rows, itemFactsOf), facts)
}

// answerInTurn compares the slowest hundredth of each pass; quality is the share of the peer's ten answers that ours are.
func (b *bench) answerInTurn(res *result, ours, theirs *worker, j *job) error {
	o := order{Do: doRequest, Job: j, Found: true}
	var p99, ratios []float64
	for range b.size(b.pairs, 1) {
		mine, err := ours.ask(o)
		if err != nil {
			return err
		}
		slow := metrics.Quantile(mine.Times, 0.99)
		p99 = append(p99, slow)
		if theirs == nil {
			continue
		}
		other, err := theirs.ask(o)
		if err != nil {
			return err
		}
		ratios = append(ratios, metrics.Quantile(other.Times, 0.99)/slow)
		same := (&vectors{truth: other.Found}).recall(mine.Found)
		whole := 1.0
		res.QualityOurs, res.QualityPeer = &same, &whole
		res.Note = fmt.Sprintf("p50 %.2f ms against %.2f ms; quality is the share of the peer's ten", 1e3*metrics.Quantile(mine.Times, 0.5), 1e3*metrics.Quantile(other.Times, 0.5))
	}
	res.ratios(ratios)
	res.Ours = fmt.Sprintf("p99 %.2f ms", 1e3*median(p99))
	return nil
}
