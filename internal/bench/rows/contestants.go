package rows

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"dryrun/internal/bench/data"
	"dryrun/internal/bench/peer"
	"dryrun/internal/bench/protocol"
)

// contestant is our worker or a peer's, over one set of vectors.
type contestant struct {
	*peer.Process
	v       *vectors
	quality float64
	search  protocol.Search // the search that reaches the target recall
}

// contest is ours and every installed peer, over the same vectors.
type contest struct {
	ours   *contestant
	peers  []*contestant
	absent []Result // one for each peer that isn't installed
}

func (c *contest) all() []*contestant { return append([]*contestant{c.ours}, c.peers...) }

func (c *contest) close() {
	for _, x := range c.all() {
		x.Close()
	}
}

// newContest starts all contestants and has them load the vectors.
func (r *Runner) newContest(ctx context.Context, v *vectors, goal float64, peers ...string) (*contest, error) {
	ours, err := r.startOurs(ctx)
	if err != nil {
		return nil, err
	}
	c := &contest{ours: &contestant{Process: ours, v: v}}
	for _, name := range peers {
		p, err := r.startPeer(ctx, name)
		if err != nil {
			c.absent = append(c.absent, Result{Peer: name, Ratio: Ratio{Goal: goal}, Case: v.name, Note: err.Error()})
			continue
		}
		c.peers = append(c.peers, &contestant{Process: p, v: v})
	}
	if err := c.ask(protocol.Command{Do: protocol.DoLoad, Vectors: v.files}, nil); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// ask has every contestant follow the command, one after another, and calls done, which may be nil, with each reply.
func (c *contest) ask(cmd protocol.Command, done func(*contestant, protocol.Reply)) error {
	for _, x := range c.all() {
		got, err := x.Ask(cmd)
		if err != nil {
			return err
		}
		if done != nil {
			done(x, got)
		}
	}
	return nil
}

// measureQuality has every contestant answer all queries once, and keeps the recall.
func (c *contest) measureQuality(s protocol.Search) error {
	s.Reps, s.Found = 1, true
	return c.ask(protocol.Command{Do: protocol.DoSearch, Search: s}, func(x *contestant, got protocol.Reply) {
		x.quality = recall(x.v.truth, got.Found)
	})
}

// shapes are the kinds of vectors asked for, at a size. MNIST has its own size, and is left out where its files are absent.
func (r *Runner) shapes(n, queries int) []data.Shape {
	var out []data.Shape
	for _, kind := range r.Kinds {
		s := data.Shape{Kind: kind, N: r.size(n, 2000), Dim: r.size(64, 32), Queries: r.size(queries, 100)}
		if kind == "mnist" {
			if _, err := os.Stat(r.MNIST); errors.Is(err, fs.ErrNotExist) {
				fmt.Fprintf(r.progress, "  no MNIST pixels: %s is absent\n", r.MNIST)
				continue
			}
			s = data.Shape{Kind: kind, N: r.size(9000, 1000), Dim: 784, Queries: r.size(1000, 50)}
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// overShapes measures shape after shape.
func overShapes(ctx context.Context, shapes []data.Shape, measure func(context.Context, data.Shape) ([]Result, error)) ([]Result, error) {
	var out []Result
	for _, s := range shapes {
		results, err := measure(ctx, s)
		if err != nil {
			return nil, err
		}
		out = append(out, results...)
	}
	return out, nil
}

// atRecall finds, for every contestant, the least effort that reaches the recall, and then times all in turn, each at its own
// effort.
func (r *Runner) atRecall(c *contest, target, goal float64, at func(effort int) protocol.Search) ([]Result, error) {
	for _, x := range c.all() {
		if err := x.reach(target, at); err != nil {
			return nil, err
		}
	}
	times, err := r.timeInTurn(c.all())
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s, recall %.2f", c.ours.v.name, target)
	var out []Result
	for i, p := range c.peers {
		res := compareTimes(c.ours, p, times[0], times[i+1], goal)
		res.Case = name
		res.Note = fmt.Sprintf("effort %d against %d", c.ours.search.Effort(), p.search.Effort())
		out = append(out, res)
	}
	if len(c.peers) == 0 {
		out = append(out, Result{
			Case: name, Ratio: Ratio{Goal: goal}, Quality: Quality{Ours: pointer(c.ours.quality)},
			Ours: c.ours.perQuery(times[0]), Note: "no peer",
		})
	}
	return out, nil
}

// reach finds the least effort that reaches the recall: it doubles the effort, then bisects. A contestant that can't reach it
// keeps the largest effort, and its quality shows the recall it has.
func (x *contestant) reach(target float64, at func(effort int) protocol.Search) error {
	const most = 1 << 12
	try := func(effort int) (bool, error) {
		s := at(effort)
		s.Reps, s.Found = 1, true
		got, err := x.Ask(protocol.Command{Do: protocol.DoSearch, Search: s})
		if err != nil {
			return false, err
		}
		q := recall(x.v.truth, got.Found)
		if q < target && effort < most {
			return false, nil
		}
		x.quality, x.search = q, at(effort)
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

// roundSeconds is the least time of one run of a pair, so that a burst of other load affects only a part of it.
func (r *Runner) roundSeconds() float64 {
	if r.Smoke {
		return 0.005
	}
	return 0.4
}

// timeInTurn times every contestant's search in turn, round after round: A B C A B C. It returns seconds per pass over the
// queries, by contestant and round.
func (r *Runner) timeInTurn(all []*contestant) ([][]float64, error) {
	reps := make([]int, len(all))
	for i, x := range all { // a first pass warms the caches and tells how many passes fill a round
		seconds, err := x.timeSearch(1)
		if err != nil {
			return nil, err
		}
		reps[i] = max(1, int(r.roundSeconds()/max(seconds, 1e-6)))
	}
	times := make([][]float64, len(all))
	for range r.Pairs {
		for i, x := range all {
			seconds, err := x.timeSearch(reps[i])
			if err != nil {
				return nil, err
			}
			times[i] = append(times[i], seconds/float64(reps[i]))
		}
	}
	return times, nil
}

func (x *contestant) timeSearch(reps int) (float64, error) {
	s := x.search
	s.Reps = reps
	got, err := x.Ask(protocol.Command{Do: protocol.DoSearch, Search: s})
	return got.Seconds, err
}

// compareTimes is one peer's result: the ratios of the runs of each round.
func compareTimes(ours, p *contestant, oursTimes, peerTimes []float64, goal float64) Result {
	res := Result{
		Case: ours.v.name, Peer: p.Name, PeerVersion: p.Version, Ratio: Ratio{Goal: goal},
		Quality: Quality{Ours: pointer(ours.quality), Peer: pointer(p.quality)}, Ours: ours.perQuery(oursTimes),
	}
	ratios := make([]float64, len(oursTimes))
	for i := range ratios {
		ratios[i] = peerTimes[i] / oursTimes[i]
	}
	res.set(ratios)
	return res
}

// perQuery is the median time of a query, for people; times are of passes over all queries.
func (x *contestant) perQuery(times []float64) string {
	return fmt.Sprintf("%.1f µs", median(times)/float64(len(x.v.truth))*1e6)
}
