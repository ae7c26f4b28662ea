package lab

import (
	"context"
	"math"
	"slices"
	"time"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
)

// measured is a pipeline's run over its test requests, one after the other on one goroutine.
type measured struct {
	stage1  [][]problem.Candidate // as stage one returned them
	answer  [][]problem.Candidate // after stage two, the first max(top, 10)
	recall  []float64             // of stage one at k; NaN for requests without positives
	quality metrics.Judged        // of the answer

	encode, first, second, total []float64 // milliseconds by request
}

// resamples is how many bootstrap resamples an interval rests on.
const resamples = 1000

// cutoff is how much of an answer recall@10 looks at, and the least that is kept of one.
const cutoff = 10

// depth is how much of an answer the world's judge and recall@10 look at.
func (p *pipeline) depth() int {
	if p.prob.Judge.Cut == 0 {
		return p.set.k
	}
	return max(cutoff, p.prob.Judge.Cut)
}

// truthOf is what is known about the i-th test request.
func (p *pipeline) truthOf(i int) problem.GroundTruth {
	return problem.GroundTruth{Query: &p.requests.queries[i], Truth: p.prob.Truth, Positives: p.requests.positives[i]}
}

// judge judges an answer to the i-th test request.
func (p *pipeline) judge(i int, answer []problem.Candidate) problem.Outcome {
	return p.prob.Judge.Answer(p.truthOf(i), answer)
}

// recallOf is the share of the i-th test request's positives among cands.
func (p *pipeline) recallOf(i int, cands []problem.Candidate) float64 {
	return metrics.Recall(metrics.Found(p.truthOf(i), cands, p.prob.Positive), p.requests.targets[i])
}

// encoder returns what encodes the i-th test request once more, to be timed: content that is there already, or who asks.
func (p *pipeline) encoder() func(i int) {
	if p.code == nil {
		return func(int) {}
	}
	vec := make([]float32, p.emb.Dim)
	if x := p.code.vec; x != nil {
		return func(i int) { x.Encode(p.requests.inputs[i], vec) }
	}
	return func(i int) { p.emb.Encode(&p.requests.queries[i], vec) }
}

// sweep runs the pipeline over its test requests and times the parts of each.
func (p *pipeline) sweep(ctx context.Context, tell *teller) (*measured, error) {
	n := len(p.requests.queries)
	m := &measured{
		stage1: make([][]problem.Candidate, n), answer: make([][]problem.Candidate, n), recall: make([]float64, n), quality: metrics.Judged{Judge: &p.prob.Judge, Outcomes: make([]problem.Outcome, n)},
		encode: make([]float64, n), first: make([]float64, n), second: make([]float64, n), total: make([]float64, n),
	}
	encode := p.encoder()
	buf := make([]problem.Candidate, 0, p.set.k)
	for i, q := range p.requests.queries {
		if i%25 == 0 {
			tell.say("answering requests, each "+p.prob.Words.Query, i, n)
		}
		began := time.Now()
		encode(i)
		encoded := time.Now()
		var err error
		if buf, err = p.index.Retrieve(ctx, q, p.set.k, buf[:0]); err != nil {
			return nil, err
		}
		found := time.Now()
		m.stage1[i] = slices.Clone(buf)
		copied := time.Now()
		if err := p.ranker.Rank(ctx, q, buf); err != nil {
			return nil, err
		}
		done := time.Now()
		m.answer[i] = slices.Clone(buf[:min(len(buf), max(p.set.top, cutoff))])
		m.encode[i], m.first[i], m.second[i] = millis(encoded.Sub(began)), millis(found.Sub(encoded)), millis(done.Sub(copied))
		m.total[i] = m.encode[i] + m.first[i] + m.second[i]
		m.recall[i], m.quality.Outcomes[i] = p.recallOf(i, m.stage1[i]), p.judge(i, buf)
	}
	tell.say("answering requests, each "+p.prob.Words.Query, n, n)
	return m, nil
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// measure runs the pipeline and reports what every step does.
func (r *run) measure(ctx context.Context) error {
	m, err := r.pipe.sweep(ctx, r.tell)
	if err != nil {
		return err
	}
	r.m = m
	r.metric("stage1_recall_at_k", metrics.Mean(m.recall))
	quality := m.quality.Interval(ctx, resamples, r.seed("quality"))
	r.interval(m.quality.Judge.Name, quality)
	r.interval("quality", quality)
	r.timing("p50_ms", metrics.Quantile(m.total, 0.5))
	r.timing("p99_ms", metrics.Quantile(m.total, 0.99))
	r.timing("stage1_p99_ms", metrics.Quantile(m.first, 0.99))
	r.timing("stage2_p99_ms", metrics.Quantile(m.second, 0.99))
	r.timing("index_mb", r.pipe.index.MB())
	r.timing("index_build_s", r.pipe.built.Seconds())
	return nil
}

// matrix is the features of every test request's candidates, so that many models can be compared on them.
type matrix struct {
	width int
	depth int       // how much of an answer is judged
	from  []int     // rows of request i are from[i] to from[i+1]
	x     []float32 // row-major
	items []int32
}

func (m *matrix) bytes() int64 { return int64(4 * (len(m.x) + len(m.items))) }

// first is the matrix of the first n requests alone.
func (m *matrix) first(n int) *matrix {
	out := *m
	out.from = m.from[:min(n+1, len(m.from))]
	return &out
}

// missing is the matrix with a group's columns missing.
func (m *matrix) missing(groups []problem.FeatureGroup, id string) *matrix {
	out := *m
	out.x = slices.Clone(m.x[:m.from[len(m.from)-1]*m.width])
	gone := columns{}.without(groups, id)
	for i := range out.x {
		if gone.blank[i%m.width] {
			out.x[i] = float32(math.NaN())
		}
	}
	return &out
}

// matrix is that of the run's candidates, as serving computes them, with every column filled. It is kept: most steps
// compare models on it.
func (r *run) matrix(ctx context.Context) (*matrix, error) {
	type key struct {
		index indexKey
		asked requestsKey
		fault string
		k     int
	}
	p := r.pipe
	index := p.key.index
	index.stale = p.fault == staleIndex
	return once(ctx, r.lab.cache, key{index, p.asked, p.fault, r.set.k}, func(ctx context.Context) (*matrix, error) {
		features, err := p.whole().served(ctx, p.prob, p.emb)
		if err != nil {
			return nil, err
		}
		return p.matrixOf(ctx, features, r.m.stage1, r.lab.workers)
	})
}

// matrixOf fills the matrix of stage one's candidates.
func (p *pipeline) matrixOf(ctx context.Context, features problem.Features, stage1 [][]problem.Candidate, workers int) (*matrix, error) {
	m := &matrix{width: len(features.Columns()), depth: p.depth(), from: make([]int, len(stage1)+1)}
	for i, s := range stage1 {
		m.from[i+1] = m.from[i] + len(s)
	}
	total := m.from[len(stage1)]
	m.x, m.items = make([]float32, total*m.width), make([]int32, total)
	err := each(ctx, len(stage1), workers, func(i int) error {
		for j, c := range stage1[i] {
			row := m.from[i] + j
			m.items[row] = c.Item
			features.Fill(&p.requests.queries[i], c, m.x[row*m.width:(row+1)*m.width])
		}
		return nil
	})
	return m, err
}

// scored orders each request's candidates by a model's scores on a copy of its rows with the blank columns cleared, and
// returns the first of each.
func (m *matrix) scored(ctx context.Context, model ranking.Model, blank columns, workers int) ([][]problem.Candidate, error) {
	out := make([][]problem.Candidate, len(m.from)-1)
	err := each(ctx, len(out), workers, func(i int) error {
		from, to := m.from[i], m.from[i+1]
		cands, scores := make([]problem.Candidate, to-from), make([]float32, to-from)
		x := m.x[from*m.width : to*m.width]
		if blank.any {
			x = slices.Clone(x)
			blank.clear(x, m.width)
		}
		model.Score(x, scores)
		for j := range cands {
			cands[j] = problem.Candidate{Item: m.items[from+j], Score: scores[j]}
		}
		ranking.Sort(cands)
		out[i] = cands[:min(m.depth, len(cands))]
		return nil
	})
	return out, err
}

// judged is the quality of answers to the test requests, in order.
func (p *pipeline) judged(answers [][]problem.Candidate) metrics.Judged {
	out := metrics.Judged{Judge: &p.prob.Judge, Outcomes: make([]problem.Outcome, len(answers))}
	for i, a := range answers {
		out.Outcomes[i] = p.judge(i, a)
	}
	return out
}
