package rows

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"dryrun/internal/bench/data"
	"dryrun/internal/bench/peer"
	"dryrun/internal/bench/protocol"
)

func modelRows() []Row {
	return []Row{
		{"als", "ALS, same factors, regularization and iterations", Higher, alsTraining},
		{"trees", "boosted trees: training, 100 trees of 31 leaves", Higher, treesTraining},
		{"trees-score", "boosted trees: a request of 200 candidates, 100 trees of 31 leaves", Higher, treesScoring},
		{"dcn", "deep & cross v2: training, same shapes and loss", Higher, dcnTraining},
		{"request", "a request through both stages, K = 200, 100 trees: p99", Higher, requests},
	}
}

// comparison is ours against one peer at the same training or scoring.
type comparison struct {
	name       string // the result's case
	peer       string
	goal       float64
	ours       protocol.Command
	theirs     protocol.Command
	unit       unit
	round      func(i int) (roundData, error)
	tolerance  float64                                   // how much worse our mean quality may be
	difference func(ours, theirs string) (string, error) // a note on how the outputs differ; nil: none
}

// unit is how our time is shown: the seconds of a command over per, times scale.
type unit struct {
	per   float64
	scale float64
	name  string
}

// roundData is the data of one round. Models trained on different rows differ by chance, so rounds may have rows of their own,
// and qualities are means over rounds.
type roundData struct {
	train, test string
	quality     func(out string) (float64, error) // of the file that the command wrote to Job.Out
}

// sameEveryRound is the data of the job, in every round.
func sameEveryRound(j *protocol.Job, quality func(string) (float64, error)) func(int) (roundData, error) {
	return func(int) (roundData, error) { return roundData{j.Train, j.Test, quality}, nil }
}

// compare runs a comparison: A B A B.
func (r *Runner) compare(ctx context.Context, x comparison) (Result, error) {
	ours, err := r.startOurs(ctx)
	if err != nil {
		return Result{}, err
	}
	defer ours.Close()
	res := Result{Case: x.name, Peer: x.peer, Ratio: Ratio{Goal: x.goal}}
	theirs, absent := r.startPeer(ctx, x.peer)
	rounds := r.Pairs
	if absent != nil {
		res.Note, rounds = absent.Error(), 1
	} else {
		res.Peer, res.PeerVersion = theirs.Name, theirs.Version
		defer theirs.Close()
	}
	var times, ratios, ourQuality, peerQuality []float64
	for i := range r.size(rounds, 1) {
		d, err := x.round(i)
		if err != nil {
			return res, err
		}
		x.ours.Job, x.theirs.Job = r.jobOn(x.ours.Job, d, "ours.f32"), r.jobOn(x.theirs.Job, d, "theirs.f32")
		seconds, q, err := run(ours, x.ours, d)
		if err != nil {
			return res, err
		}
		times, ourQuality = append(times, seconds), append(ourQuality, q)
		if absent != nil {
			continue
		}
		peerSeconds, q, err := run(theirs, x.theirs, d)
		if err != nil {
			return res, err
		}
		ratios, peerQuality = append(ratios, peerSeconds/seconds), append(peerQuality, q)
	}
	res.set(ratios)
	res.Ours = fmt.Sprintf("%.3g %s", median(times)/x.unit.per*x.unit.scale, x.unit.name)
	return res, r.compareQuality(&res, x, ourQuality, peerQuality)
}

// run runs one command and returns its time and the quality of what it wrote.
func run(p *peer.Process, c protocol.Command, d roundData) (seconds, quality float64, err error) {
	got, err := p.Ask(c)
	if err != nil {
		return 0, 0, err
	}
	quality, err = d.quality(c.Job.Out)
	return got.Seconds, quality, err
}

// compareQuality fills in the qualities, and removes the ratios where ours is the worse model.
func (r *Runner) compareQuality(res *Result, x comparison, ours, peers []float64) error {
	q := mean(ours)
	res.Quality.Ours = &q
	if len(peers) == 0 {
		return nil
	}
	p := mean(peers)
	res.Quality.Peer = &p
	if q < p-x.tolerance && !r.Smoke {
		res.Note = fmt.Sprintf("not comparable: quality is %.4f below the peer's", p-q)
		res.Median, res.Min, res.Max = nil, nil, nil
		return nil
	}
	if x.difference == nil {
		return nil
	}
	var err error
	res.Note, err = x.difference(x.ours.Job.Out, x.theirs.Job.Out)
	return err
}

// jobOn returns the job on a round's data, with its output in a file of this run.
func (r *Runner) jobOn(j *protocol.Job, d roundData, out string) *protocol.Job {
	job := *j
	job.Train, job.Test, job.Out = d.train, d.test, filepath.Join(r.dir, out)
	return &job
}

// writeTables writes training and test rows to folders of this run.
func (r *Runner) writeTables(name string, train, test data.Table) (trainFolder, testFolder string, err error) {
	trainFolder, testFolder = filepath.Join(r.dir, name), filepath.Join(r.dir, name+"-test")
	if err := train.Write(trainFolder); err != nil {
		return "", "", err
	}
	return trainFolder, testFolder, test.Write(testFolder)
}

// largestDifference says how far two files of scores are apart.
func largestDifference(ours, theirs string) (string, error) {
	a, err := protocol.ReadFloats(ours)
	if err != nil {
		return "", err
	}
	p, err := protocol.ReadFloats(theirs)
	if err != nil {
		return "", err
	}
	if len(a) != len(p) {
		return "", fmt.Errorf("comparing scores: ours has %d, the peer's %d", len(a), len(p))
	}
	most := 0.0
	for i := range a {
		most = max(most, math.Abs(float64(a[i])-float64(p[i])))
	}
	return fmt.Sprintf("scores differ by at most %.1g", most), nil
}
