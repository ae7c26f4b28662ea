package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// Parameters of the graph, the same for all.
const (
	graphM   = 16
	graphEfC = 200
)

func vectorRows() []row {
	return []row{
		{"hnsw", "HNSW queries at equal recall@10", higher, hnswQueries},
		{"hnsw-build", "HNSW build, same M and efConstruction, same recall", higher, hnswBuild},
		{"exact", "exact scan, one query at a time", higher, exactScan},
		{"ivfpq", "IVF-PQ with refine at recall@10 0.95, same lists and bytes a code", higher, ivfpqQueries},
	}
}

// side is one contestant over one set of vectors: ours or a peer.
type side struct {
	*worker
	v       *vectors
	quality float64
	at      order // the search that reaches the recall asked for
}

// ring is ours and every peer that is there, over the same vectors.
type ring struct {
	ours   *side
	peers  []*side
	absent []result // a row for each peer that isn't there
}

func (r *ring) all() []*side { return append([]*side{r.ours}, r.peers...) }

func (r *ring) close() {
	for _, s := range r.all() {
		s.close()
	}
}

// gather starts all contestants and has them load the vectors.
func (b *bench) gather(ctx context.Context, v *vectors, goal float64, programs ...string) (*ring, error) {
	ours, err := b.ours(ctx)
	if err != nil {
		return nil, err
	}
	r := &ring{ours: &side{worker: ours, v: v}}
	for _, p := range programs {
		w, err := b.peer(ctx, p+"_peer.py")
		if err != nil {
			r.absent = append(r.absent, result{Peer: p, Goal: goal, Case: v.name, Note: err.Error()})
			continue
		}
		r.peers = append(r.peers, &side{worker: w, v: v})
	}
	for _, s := range r.all() {
		if _, err := s.ask(order{Do: doLoad, Items: v.items, Queries: v.queries, Dim: v.dim}); err != nil {
			r.close()
			return nil, err
		}
	}
	return r, nil
}

// shapes are the kinds asked for at a size, those whose files are absent left out.
func (b *bench) shapes(n, queries int) []shape {
	var out []shape
	for _, kind := range b.data {
		s := shape{kind, n, 64, queries}
		if b.smoke {
			s = shape{kind, 2000, 32, 100}
		}
		if kind == "mnist" {
			if _, err := os.Stat(b.mnist); errors.Is(err, fs.ErrNotExist) {
				fmt.Fprintf(b.say, "  no MNIST pixels: %s is absent\n", b.mnist)
				continue
			}
			s = shape{kind, 9000, 784, 1000}
			if b.smoke {
				s = shape{kind, 1000, 784, 50}
			}
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// roundSeconds is how long one run of a pair takes at least, so that it isn't over before a busy neighbour is.
func (b *bench) roundSeconds() float64 {
	if b.smoke {
		return 0.005
	}
	return 0.4
}

func hnswQueries(ctx context.Context, b *bench) ([]result, error) {
	shapes := b.shapes(100_000, 1000)
	if b.full && !b.smoke {
		for _, s := range b.shapes(1_000_000, 1000) {
			if s.n == 1_000_000 {
				shapes = append(shapes, s)
			}
		}
	}
	return over(ctx, shapes, b.hnswOn)
}

// over measures shape after shape.
func over(ctx context.Context, shapes []shape, measure func(context.Context, shape) ([]result, error)) ([]result, error) {
	var out []result
	for _, s := range shapes {
		found, err := measure(ctx, s)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func (b *bench) hnswOn(ctx context.Context, s shape) ([]result, error) {
	const goal = 1
	v, err := b.of(ctx, s)
	if err != nil {
		return nil, err
	}
	r, err := b.gather(ctx, v, goal, "faiss", "hnswlib")
	if err != nil {
		return nil, err
	}
	defer r.close()
	for _, c := range r.all() {
		done, err := c.ask(order{Do: doHNSW, M: graphM, Ef: graphEfC, Threads: 2})
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(b.say, "  %s: %s built in %.1f s of processor time\n", v.name, c.name, done.Seconds)
	}
	out := r.absent
	for _, target := range []float64{0.95, 0.99} {
		found, err := b.atRecall(r, target, goal, func(effort int) order { return order{Do: doSearch, K: truthK, Ef: effort + truthK - 1} })
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// atRecall finds for every side the least effort that reaches the recall, then times all in turn at their own.
func (b *bench) atRecall(r *ring, target, goal float64, at func(effort int) order) ([]result, error) {
	for _, c := range r.all() {
		if err := c.reach(target, at); err != nil {
			return nil, err
		}
	}
	times, err := b.turns(r)
	if err != nil {
		return nil, err
	}
	var out []result
	for i, p := range r.peers {
		res := compare(r, p, times[0], times[i+1], goal)
		res.Case = fmt.Sprintf("%s, recall %.2f", r.ours.v.name, target)
		res.Note = fmt.Sprintf("effort %d against %d", effortOf(r.ours.at), effortOf(p.at))
		out = append(out, res)
	}
	if len(r.peers) == 0 {
		res := result{Case: fmt.Sprintf("%s, recall %.2f", r.ours.v.name, target), Goal: goal, QualityOurs: share(r.ours.quality), Ours: perQuery(r, times[0]), Note: "no peer"}
		out = append(out, res)
	}
	return out, nil
}

func effortOf(o order) int { return max(o.Ef, o.Probe) }

// reach searches for the least effort with the recall: doubling, then halving the gap. A side that can't reach it keeps
// the most effort, and its row shows what it reached.
func (c *side) reach(target float64, at func(effort int) order) error {
	const most = 1 << 12
	try := func(effort int) (bool, error) {
		o := at(effort)
		o.Reps, o.Found = 1, true
		got, err := c.ask(o)
		if err != nil {
			return false, err
		}
		q := c.v.recall(got.Found)
		if q < target && effort < most {
			return false, nil
		}
		c.quality, c.at = q, at(effort)
		return true, nil
	}
	lo, hi := 0, 16 // lo is too little
	for {
		ok, err := try(hi)
		if err != nil {
			return err
		}
		if ok {
			break
		}
		lo, hi = hi, 2*hi
	}
	for hi-lo > 1 {
		mid := (lo + hi) / 2
		ok, err := try(mid)
		if err != nil {
			return err
		}
		if ok {
			hi = mid
		} else {
			lo = mid
		}
	}
	return nil
}

// turns times every side's search in turn, round after round: A B C A B C. It returns seconds a pass over the queries,
// by side and round.
func (b *bench) turns(r *ring) ([][]float64, error) {
	all := r.all()
	reps := make([]int, len(all))
	for i, c := range all { // a first pass warms the caches and says how many fill a round
		o := c.at
		o.Reps = 1
		got, err := c.ask(o)
		if err != nil {
			return nil, err
		}
		reps[i] = max(1, int(b.roundSeconds()/max(got.Seconds, 1e-6)))
	}
	times := make([][]float64, len(all))
	for range b.pairs {
		for i, c := range all {
			o := c.at
			o.Reps = reps[i]
			got, err := c.ask(o)
			if err != nil {
				return nil, err
			}
			times[i] = append(times[i], got.Seconds/float64(reps[i]))
		}
	}
	return times, nil
}

// compare is one peer's row: the ratios of neighbouring runs.
func compare(r *ring, p *side, ours, theirs []float64, goal float64) result {
	ratios := make([]float64, len(ours))
	for i := range ratios {
		ratios[i] = theirs[i] / ours[i]
	}
	res := result{
		Case: r.ours.v.name, Peer: p.name, PeerVersion: p.version, Goal: goal,
		QualityOurs: share(r.ours.quality), QualityPeer: share(p.quality), Ours: perQuery(r, ours),
	}
	res.ratios(ratios)
	return res
}

func share(x float64) *float64 { return &x }

func perQuery(r *ring, times []float64) string {
	return fmt.Sprintf("%.1f µs", median(times)/float64(len(r.ours.v.truth))*1e6)
}
