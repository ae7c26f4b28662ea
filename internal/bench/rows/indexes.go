package rows

import (
	"context"
	"fmt"
	"math"

	"dryrun/internal/bench/data"
	"dryrun/internal/bench/protocol"
)

func indexRows() []Row {
	return []Row{
		{"hnsw", "HNSW queries at equal recall@10", Higher, hnswQueries},
		{"hnsw-build", "HNSW build, same M and efConstruction, same recall", Higher, hnswBuild},
		{"exact", "exact scan, one query at a time", Higher, exactScan},
		{"ivfpq", "IVF-PQ with refine at recall@10 0.95, same lists and bytes a code", Higher, ivfpqQueries},
	}
}

// buildGraph is the command that builds a graph with the parameters that all contestants use.
func buildGraph(threads int) protocol.Command {
	return protocol.Command{Do: protocol.DoHNSW, Index: protocol.Index{M: graphM, EfConstruction: graphEfConstruction, Threads: threads}}
}

const (
	graphM              = 16
	graphEfConstruction = 200
)

// graphSearch is an HNSW search of an effort from 1.
func graphSearch(effort int) protocol.Search {
	return protocol.Search{K: truthK, Ef: effort + truthK - 1}
}

func hnswQueries(ctx context.Context, r *Runner) ([]Result, error) {
	shapes := r.shapes(100_000, 1000)
	if r.Full && !r.Smoke {
		for _, s := range r.shapes(1_000_000, 1000) {
			if s.N == 1_000_000 {
				shapes = append(shapes, s)
			}
		}
	}
	return overShapes(ctx, shapes, r.hnswOn)
}

func (r *Runner) hnswOn(ctx context.Context, s data.Shape) ([]Result, error) {
	const goal = 1
	v, err := r.vectorsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	c, err := r.newContest(ctx, v, goal, "faiss", "hnswlib")
	if err != nil {
		return nil, err
	}
	defer c.close()
	err = c.ask(buildGraph(2), func(x *contestant, got protocol.Reply) {
		fmt.Fprintf(r.progress, "  %s: %s built in %.1f s of processor time\n", v.name, x.Name, got.Seconds)
	})
	if err != nil {
		return nil, err
	}
	out := c.absent
	for _, target := range []float64{0.95, 0.99} {
		results, err := r.atRecall(c, target, goal, graphSearch)
		if err != nil {
			return nil, err
		}
		out = append(out, results...)
	}
	return out, nil
}

func hnswBuild(ctx context.Context, r *Runner) ([]Result, error) {
	return overShapes(ctx, r.shapes(30_000, 500), r.buildOn)
}

// buildOn has every contestant build in turn, and compares the recall of the graphs at the same ef.
func (r *Runner) buildOn(ctx context.Context, s data.Shape) ([]Result, error) {
	const goal = 1
	v, err := r.vectorsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	c, err := r.newContest(ctx, v, goal, "faiss", "hnswlib")
	if err != nil {
		return nil, err
	}
	defer c.close()
	times := map[*contestant][]float64{}
	for range r.Pairs {
		err := c.ask(buildGraph(1), func(x *contestant, got protocol.Reply) { times[x] = append(times[x], got.Seconds) })
		if err != nil {
			return nil, err
		}
	}
	if err := c.measureQuality(protocol.Search{K: truthK, Ef: 32}); err != nil {
		return nil, err
	}
	out := c.absent
	for _, p := range c.peers {
		res := compareTimes(c.ours, p, times[c.ours], times[p], goal)
		res.Ours = fmt.Sprintf("%.1f s", median(times[c.ours]))
		res.Note = "quality is recall at ef 32"
		if p.quality > c.ours.quality+0.01 {
			res.Note = "not comparable: the peer's graph is better"
		}
		out = append(out, res)
	}
	return out, nil
}

func exactScan(ctx context.Context, r *Runner) ([]Result, error) {
	return overShapes(ctx, r.shapes(200_000, 100), r.scanOn)
}

func (r *Runner) scanOn(ctx context.Context, s data.Shape) ([]Result, error) {
	const goal = 1
	v, err := r.vectorsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	c, err := r.newContest(ctx, v, goal, "faiss")
	if err != nil {
		return nil, err
	}
	defer c.close()
	err = c.ask(protocol.Command{Do: protocol.DoFlat, Index: protocol.Index{Threads: 1}}, func(x *contestant, _ protocol.Reply) {
		x.search = protocol.Search{K: truthK}
	})
	if err == nil {
		err = c.measureQuality(protocol.Search{K: truthK})
	}
	if err != nil {
		return nil, err
	}
	times, err := r.timeInTurn(c.all())
	if err != nil {
		return nil, err
	}
	out := c.absent
	for i, p := range c.peers {
		res := compareTimes(c.ours, p, times[0], times[i+1], goal)
		res.Note = fmt.Sprintf("%.1f GB/s", float64(v.bytes()*len(v.truth))/median(times[0])/1e9)
		out = append(out, res)
	}
	if v.bytes() < beyondCaches {
		return out, nil
	}
	share, err := r.bandwidth(c.ours)
	return append(out, share), err
}

// beyondCaches is a size in bytes that a server's caches don't hold.
const beyondCaches = 48 << 20

// bytes is the size of the items.
func (v *vectors) bytes() int { return 4 * v.n * v.files.Dim }

// bandwidth is the scan's throughput over that of only reading the memory, measured in turn.
func (r *Runner) bandwidth(ours *contestant) (Result, error) {
	v := ours.v
	passes := len(v.truth) // the scan reads the items once for each query
	var shares []float64
	rate := 0.0
	for range r.Pairs {
		read, err := ours.Ask(protocol.Command{Do: protocol.DoReadItems, Search: protocol.Search{Reps: passes}})
		if err != nil {
			return Result{}, err
		}
		scan, err := ours.timeSearch(1)
		if err != nil {
			return Result{}, err
		}
		shares = append(shares, read.Seconds/scan)
		rate = max(rate, float64(v.bytes()*passes)/read.Seconds/1e9)
	}
	res := Result{Case: v.name, Peer: "memory", Ratio: Ratio{Goal: 0.8}, Note: fmt.Sprintf("reading only: up to %.1f GB/s", rate)}
	res.set(shares)
	return res, nil
}

func ivfpqQueries(ctx context.Context, r *Runner) ([]Result, error) {
	return overShapes(ctx, r.shapes(100_000, 1000), r.ivfpqOn)
}

// Parameters that all contestants use: enough to reach the recall.
const (
	codeBytes  = 16 // of a vector's code
	refineEach = 10 // candidates compared in full, for each result
)

func (r *Runner) ivfpqOn(ctx context.Context, s data.Shape) ([]Result, error) {
	const goal = 0.8
	v, err := r.vectorsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	c, err := r.newContest(ctx, v, goal, "faiss")
	if err != nil {
		return nil, err
	}
	defer c.close()
	lists := int(2 * math.Sqrt(float64(s.N)))
	build := protocol.Command{Do: protocol.DoIVFPQ, Index: protocol.Index{Lists: lists, M: codeBytes, Threads: 1}}
	err = c.ask(build, func(x *contestant, got protocol.Reply) {
		fmt.Fprintf(r.progress, "  %s: %s trained and filled in %.1f s\n", v.name, x.Name, got.Seconds)
	})
	if err != nil {
		return nil, err
	}
	results, err := r.atRecall(c, 0.95, goal, func(effort int) protocol.Search {
		return protocol.Search{K: truthK, Probe: effort, Refine: refineEach}
	})
	return append(c.absent, results...), err
}
