package rows

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"dryrun/internal/bench/data"
	"dryrun/internal/bench/peer"
	"dryrun/internal/bench/protocol"
	"dryrun/internal/metrics"
)

// requests compares requests through both stages: the graph retrieves candidates, each becomes a row of features, and 100 trees
// score them.
func requests(ctx context.Context, r *Runner) ([]Result, error) {
	n := 100_000
	if r.Full {
		n = 1_000_000
	}
	s := data.Shape{Kind: "hard", N: r.size(n, 2000), Dim: 64, Queries: r.size(1000, 50)}
	v, err := r.vectorsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	job, err := r.requestJob(ctx, s.N)
	if err != nil {
		return nil, err
	}
	prepare := buildGraph(1)
	prepare.Do, prepare.Vectors, prepare.Job = protocol.DoStages, v.files, job
	ours, err := r.startOurs(ctx)
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	res := Result{Case: v.name, Peer: "faiss-cpu + lightgbm", Ratio: Ratio{Goal: 5}}
	if _, err := ours.Ask(prepare); err != nil {
		return nil, err
	}
	theirs, absent := r.startPeer(ctx, "request")
	if absent != nil {
		res.Note = absent.Error()
	} else {
		defer theirs.Close()
		res.Peer, res.PeerVersion = theirs.Name, theirs.Version
		if _, err := theirs.Ask(prepare); err != nil {
			return nil, err
		}
	}
	if err := r.answerInTurn(&res, ours, theirs); err != nil {
		return nil, err
	}
	return []Result{res}, nil
}

// requestJob trains the ranker and writes the items' features.
func (r *Runner) requestJob(ctx context.Context, items int) (*protocol.Job, error) {
	job, err := r.rankerJob(ctx, "requests", data.Clicks(r.size(50_000, 1000), 1), data.Clicks(200, 2))
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(3, 1))
	features := make([]float32, items*protocol.ItemFeatures)
	for i := range features {
		features[i] = float32(rng.NormFloat64())
	}
	return job, protocol.WriteFloats(filepath.Join(job.Train, protocol.ItemFeaturesFile), features)
}

// answerInTurn compares the p99 of each pass over the queries. Quality is the share of the peer's first ten that are in ours.
func (r *Runner) answerInTurn(res *Result, ours, theirs *peer.Process) error {
	cmd := protocol.Command{Do: protocol.DoRequest, Search: protocol.Search{K: truthK, Found: true}}
	var p99s, ratios []float64
	for range r.size(r.Pairs, 1) {
		mine, err := ours.Ask(cmd)
		if err != nil {
			return err
		}
		p99 := metrics.Quantile(mine.Times, 0.99)
		p99s = append(p99s, p99)
		if theirs == nil {
			continue
		}
		other, err := theirs.Ask(cmd)
		if err != nil {
			return err
		}
		ratios = append(ratios, metrics.Quantile(other.Times, 0.99)/p99)
		res.Quality = Quality{Ours: pointer(recall(other.Found, mine.Found)), Peer: pointer(1)}
		res.Note = fmt.Sprintf("p50 %.2f ms against %.2f ms; quality is the share of the peer's first ten",
			1e3*metrics.Quantile(mine.Times, 0.5), 1e3*metrics.Quantile(other.Times, 0.5))
	}
	res.set(ratios)
	res.Ours = fmt.Sprintf("p99 %.2f ms", 1e3*median(p99s))
	return nil
}
