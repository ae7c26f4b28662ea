package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
)

// job is what the verbs that learn need; zero fields don't matter to the verb. Rows are folders: x.f32 (row-major),
// y.f32 and, where rows belong to requests, group.i32; for als pairs.i32, user and item in turn.
type job struct {
	Rows  string `json:"rows,omitempty"`  // to learn from
	Test  string `json:"test,omitempty"`  // to score
	Width int    `json:"width,omitempty"` // columns
	Codes int    `json:"codes,omitempty"` // the last so many of them are codes from 0 up
	Out   string `json:"out,omitempty"`   // file for the scores of test, or for factors: users, then items
	Model string `json:"model,omitempty"` // file in LightGBM's text format

	Objective string `json:"objective,omitempty"`
	Trees     int    `json:"trees,omitempty"`
	Leaves    int    `json:"leaves,omitempty"`

	Cross     int   `json:"cross,omitempty"`
	Rank      int   `json:"rank,omitempty"`
	Hidden    []int `json:"hidden,omitempty"`
	Embedding int   `json:"embedding,omitempty"`
	Epochs    int   `json:"epochs,omitempty"`
	Batch     int   `json:"batch,omitempty"`

	Users      int     `json:"users,omitempty"`
	Items      int     `json:"items,omitempty"`
	Factors    int     `json:"factors,omitempty"`
	Iterations int     `json:"iterations,omitempty"`
	Reg        float64 `json:"reg,omitempty"`
	Alpha      float64 `json:"alpha,omitempty"`
}

// The verbs that learn. boost, cross and als train and write what quality is computed from; score answers requests of K
// rows from Model, and score-c does by LightGBM's C API, which only a peer has; stages prepares both stages over the
// items, request answers the queries through both.
const (
	doBoost   = "boost"
	doCross   = "cross"
	doALS     = "als"
	doScore   = "score"
	doScoreC  = "score-c"
	doStages  = "stages"
	doRequest = "request"
)

func learnRows() []row {
	return []row{
		{"als", "ALS, same factors, regularization and iterations", higher, alsTraining},
		{"trees", "boosted trees: training, 100 trees of 31 leaves", higher, treesTraining},
		{"trees-score", "boosted trees: a request of 200 candidates, 100 trees of 31 leaves", higher, treesScoring},
		{"dcn", "deep & cross v2: training, same shapes and loss", higher, dcnTraining},
		{"request", "a request through both stages, K = 200, 100 trees: p99", higher, requests},
	}
}

// bout is ours against one peer at the same work.
type bout struct {
	name    string // the row's case
	program string // the peer's
	goal    float64
	ours    order
	theirs  order
	per     float64 // what one order's time is divided by, for people
	unit    string
	scale   float64 // of unit in a second
	draw    func(round int) (draw, error)
	within  float64                                   // how much worse our mean quality may be
	compare func(ours, theirs string) (string, error) // a note on how far the outputs differ; nil: none
}

// draw is the data of one round. Models that learn from other rows differ by luck, so each round has rows of its own
// and qualities are means.
type draw struct {
	rows, test string
	quality    func(out string) (float64, error) // of what was written to Job.Out
}

// always is the same data in every round.
func always(j *job, quality func(string) (float64, error)) func(int) (draw, error) {
	return func(int) (draw, error) { return draw{j.Rows, j.Test, quality}, nil }
}

// fight runs a bout: A B A B.
func (b *bench) fight(ctx context.Context, x bout) (result, error) {
	ours, err := b.ours(ctx)
	if err != nil {
		return result{}, err
	}
	defer ours.close()
	res := result{Case: x.name, Peer: x.program, Goal: x.goal}
	theirs, absent := b.peer(ctx, x.program+"_peer.py")
	rounds := b.pairs
	if absent != nil {
		res.Note, rounds = absent.Error(), 1
	} else {
		res.Peer, res.PeerVersion = theirs.name, theirs.version
		defer theirs.close()
	}
	var times, ratios, mine, other []float64
	for round := range b.size(rounds, 1) {
		d, err := x.draw(round)
		if err != nil {
			return res, err
		}
		x.ours.Job, x.theirs.Job = b.jobOf(x.ours.Job, d, "ours.f32"), b.jobOf(x.theirs.Job, d, "theirs.f32")
		seconds, q, err := ours.bout(x.ours, d)
		if err != nil {
			return res, err
		}
		times, mine = append(times, seconds), append(mine, q)
		if absent != nil {
			continue
		}
		peers, q, err := theirs.bout(x.theirs, d)
		if err != nil {
			return res, err
		}
		ratios, other = append(ratios, peers/seconds), append(other, q)
	}
	res.ratios(ratios)
	res.Ours = fmt.Sprintf("%.3g %s", median(times)/x.per*x.scale, x.unit)
	return res, b.judge(&res, x, mine, other)
}

// bout follows one order and returns its time and the quality of what it wrote.
func (w *worker) bout(o order, d draw) (seconds, quality float64, err error) {
	got, err := w.ask(o)
	if err != nil {
		return 0, 0, err
	}
	quality, err = d.quality(o.Job.Out)
	return got.Seconds, quality, err
}

// judge fills in the qualities, and takes the ratios away where ours is the worse model.
func (b *bench) judge(res *result, x bout, mine, other []float64) error {
	q := mean(mine)
	res.QualityOurs = &q
	if len(other) == 0 {
		return nil
	}
	p := mean(other)
	res.QualityPeer = &p
	if q < p-x.within && !b.smoke {
		res.Note = fmt.Sprintf("not comparable: quality is %.4f below the peer's", p-q)
		res.Median, res.Min, res.Max = nil, nil, nil
		return nil
	}
	if x.compare == nil {
		return nil
	}
	var err error
	res.Note, err = x.compare(x.ours.Job.Out, x.theirs.Job.Out)
	return err
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// jobOf returns the job on a round's data, with its output in a file of this run.
func (b *bench) jobOf(j *job, d draw, name string) *job {
	out := b.outTo(j, name)
	out.Rows, out.Test = d.rows, d.test
	return out
}

// outTo returns the job with its output in a file of this run.
func (b *bench) outTo(j *job, name string) *job {
	out := *j
	out.Out = filepath.Join(b.dir, name)
	return &out
}

// apart says how far two files of scores are apart.
func apart(ours, theirs string) (string, error) {
	a, err := readVectors(ours)
	if err != nil {
		return "", err
	}
	p, err := readVectors(theirs)
	if err != nil {
		return "", err
	}
	if len(a) != len(p) {
		return "", fmt.Errorf("comparing scores: %d of ours, %d of the peer's", len(a), len(p))
	}
	most := 0.0
	for i := range a {
		most = max(most, math.Abs(float64(a[i])-float64(p[i])))
	}
	return fmt.Sprintf("scores differ by at most %.1g", most), nil
}
