package measure

import (
	"context"
	"slices"
	"time"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/progress"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
)

// Results are a pipeline's run over its test requests, one after the other on one goroutine. Slices are by request.
type Results struct {
	Candidates [][]problem.Candidate // as stage one returned them
	Answers    [][]problem.Candidate // after stage two, the first max(top, 10)
	Recall     []float64             // of stage one at k; NaN for requests without positives
	Quality    metrics.Judged        // of the answer

	EncodeMS, StageOneMS, StageTwoMS, TotalMS []float64
}

// Sweep answers the test requests and times the parts of each.
func Sweep(ctx context.Context, p *build.Pipeline, to *progress.Sink) (*Results, error) {
	n := len(p.Requests.Queries)
	m := &Results{
		Candidates: make([][]problem.Candidate, n), Answers: make([][]problem.Candidate, n), Recall: make([]float64, n),
		Quality:  metrics.Judged{Judge: &p.Problem.Judge, Outcomes: make([]problem.Outcome, n)},
		EncodeMS: make([]float64, n), StageOneMS: make([]float64, n), StageTwoMS: make([]float64, n), TotalMS: make([]float64, n),
	}
	encode := encodeAgain(p)
	what := "answering requests, each " + p.Problem.Words.Query
	buf := make([]problem.Candidate, 0, p.Scenario.K)
	for i, q := range p.Requests.Queries {
		if i%25 == 0 {
			to.Report(what, i, n)
		}
		began := time.Now()
		encode(i)
		encoded := time.Now()
		var err error
		if buf, err = p.Index.Retrieve(ctx, q, p.Scenario.K, buf[:0]); err != nil {
			return nil, err
		}
		found := time.Now()
		m.Candidates[i] = slices.Clone(buf)
		copied := time.Now()
		if err := p.Ranker.Rank(ctx, q, buf); err != nil {
			return nil, err
		}
		done := time.Now()
		m.Answers[i] = slices.Clone(buf[:min(len(buf), max(p.Scenario.Top, build.Cutoff))])
		m.EncodeMS[i], m.StageOneMS[i], m.StageTwoMS[i] = Millis(encoded.Sub(began)), Millis(found.Sub(encoded)), Millis(done.Sub(copied))
		m.TotalMS[i] = m.EncodeMS[i] + m.StageOneMS[i] + m.StageTwoMS[i]
		m.Recall[i], m.Quality.Outcomes[i] = p.Recall(i, m.Candidates[i]), p.Judge(i, buf)
	}
	to.Report(what, n, n)
	return m, nil
}

// encodeAgain returns what encodes the i-th test request once more, to be timed: from content that has been read already, or by who asks.
func encodeAgain(p *build.Pipeline) func(i int) {
	if p.Encoding == nil {
		return func(int) {}
	}
	vec := make([]float32, p.Embedding.Dim)
	if x := p.Encoding.Vectorizer; x != nil {
		return func(i int) { x.Encode(p.Requests.Inputs[i], vec) }
	}
	return func(i int) { p.Embedding.Encode(&p.Requests.Queries[i], vec) }
}

// Millis is a time in milliseconds.
func Millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// AnswerRecall is each request's recall in the first ten of the answer.
func (r *Run) AnswerRecall() []float64 {
	out := make([]float64, len(r.Results.Answers))
	for i, a := range r.Results.Answers {
		out[i] = r.Pipeline.Recall(i, a[:min(len(a), build.Cutoff)])
	}
	return out
}
