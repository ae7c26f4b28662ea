package measure

import (
	"math"

	"dryrun/internal/lab/build"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// ofRequests is the unit of what is measured on test requests.
const ofRequests = "requests"

// SampleMean keeps what a metric is the mean of, by test request, so that two runs can be compared on the same requests. A
// request without a value is NaN.
func (r *Run) SampleMean(id string, values []float64) {
	r.Sample(id, report.Sample{N: len(values), Of: func(idx []int) float64 { return metrics.MeanAt(values, idx) }})
}

// SampleQuantile keeps what a timing is a quantile of, by test request.
func (r *Run) SampleQuantile(id string, values []float64, q float64) {
	r.Sample(id, report.Sample{N: len(values), Of: func(idx []int) float64 {
		picked := make([]float64, len(idx))
		for k, i := range idx {
			picked[k] = values[i]
		}
		return metrics.Quantile(picked, q)
	}})
}

// SampleJudged keeps what a judge's measure was computed from, by test request.
func (r *Run) SampleJudged(id string, j metrics.Judged) {
	r.Sample(id, report.Sample{N: len(j.Outcomes), Of: j.Of})
}

// SampleGain keeps what the gain of one set of answers over another was computed from, by test request.
func (r *Run) SampleGain(id string, j, base metrics.Judged) {
	better := j.Judge.Better
	r.Sample(id, report.Sample{N: len(j.Outcomes), Of: func(idx []int) float64 { return better.Gain(j.Of(idx), base.Of(idx)) }})
}

// Units identifies units of an experiment of its own: those of the run's test requests with these settings.
func (r *Run) Units(settings string) uint64 {
	h := r.requests
	for _, c := range []byte(settings) {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return h
}

// Sample keeps what a metric was measured on. Without a unit of its own it was the run's test requests, in order.
func (r *Run) Sample(id string, s report.Sample) {
	if s.Unit == "" {
		s.Unit, s.Same = ofRequests, r.requests
	}
	if r.Report.Samples == nil {
		r.Report.Samples = map[string]report.Sample{}
	}
	r.Report.Samples[id] = s
}

// The constants of the FNV-1a hash of 64 bits.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// identityOf distinguishes one list of test requests from another, by what is asked and by what would be right.
func identityOf(r *build.Requests) uint64 {
	h := uint64(fnvOffset)
	add := func(v uint64) { h = (h ^ v) * fnvPrime }
	for i := range r.Queries {
		q := &r.Queries[i]
		add(uint64(q.ID))
		add(uint64(q.User))
		add(math.Float64bits(q.Day))
		for _, x := range r.Inputs[i] {
			add(uint64(math.Float32bits(x)))
		}
		for _, g := range r.Positives[i] {
			add(uint64(g.Item)<<8 | uint64(g.Grade))
		}
	}
	return h
}
