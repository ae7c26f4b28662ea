package problem

// Direction says which values of a measure are better.
type Direction int8

// The directions. The zero value is neither.
const (
	Higher Direction = 1
	Lower  Direction = -1
)

// Better says whether a is better than b.
func (d Direction) Better(a, b float64) bool { return d.Gain(a, b) > 0 }

// Gain is by how much a is better than b, negative where it is worse.
func (d Direction) Gain(a, b float64) float64 { return float64(d) * (a - b) }

// Judge measures answers by the world's own standard. An answer to one request becomes an Outcome, and Over makes one
// number of the outcomes of a set of requests: their mean, or what has to see the rows of all of them together (macro F1,
// mean average precision, a rate at a threshold). Because Over takes the requests by index, any judge can be resampled by
// request for an interval.
type Judge struct {
	Name   string // id of the metric: "ndcg_at_10"
	Label  string // the same in a sentence or on an axis: "NDCG@10"
	Better Direction
	Cut    int // how many candidates of an answer count; 0: all of them

	// Answer judges an answer, best candidate first.
	Answer func(g GroundTruth, answer []Candidate) Outcome
	// Ideal judges the best answer that a perfect stage two could make of candidates.
	Ideal func(g GroundTruth, candidates []Candidate) Outcome
	// Over is the quality of the requests in idx, which may repeat; NaN where it isn't defined. A nil Over is the mean of
	// the values that are defined.
	Over func(outcomes []Outcome, idx []int) float64
}

// Possible judges the best answer that there is: what a perfect stage two would make of the positives.
func (j *Judge) Possible(g GroundTruth) Outcome {
	n := len(g.Positives)
	if j.Cut > 0 {
		n = min(n, j.Cut)
	}
	candidates := make([]Candidate, n)
	for k := range candidates {
		candidates[k].Item = g.Positives[k].Item
	}
	return j.Ideal(g, candidates)
}

// Outcome is what one answer contributes to a judge's number.
type Outcome struct {
	Value float64 // quality of this answer alone; NaN where it isn't defined for one answer
	Rows  []Row   // what an Over that isn't a mean needs; nil otherwise
}

// Row is one decision in an answer beside the truth about it. A target that no candidate covers is a row too, with Class
// NoClass and a score of -Inf.
type Row struct {
	Score float32
	Class int32 // what the answer says; 1 where a judge knows only yes and no
	Truth int32 // what is true; NoClass where the candidate covers nothing
}

// NoClass is the class of what isn't there.
const NoClass int32 = -1
