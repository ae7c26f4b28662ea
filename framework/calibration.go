package framework

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Coverage is the share of a candidate's ranges that should contain the result.
const Coverage = 0.8

// Range is a committed 80% range and the result of the run.
type Range struct {
	Step       StepID  `json:"step"`
	Prediction string  `json:"prediction"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Result     float64 `json:"result"`
	Log        bool    `json:"log,omitempty"` // scored on a log scale, for a question about a ratio
}

// CheckRange validates a range before it is committed. Its errors are for the candidate.
func CheckRange(low, high float64, log bool) error {
	for _, v := range []float64{low, high} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("a range needs two finite numbers, not %g", v)
		}
	}
	if low > high {
		return fmt.Errorf("the low end, %g, is above the high end, %g", low, high)
	}
	if log && low <= 0 {
		return fmt.Errorf("this is scored on a log scale: the low end, %g, must be above 0", low)
	}
	return nil
}

// Covers says whether the range contains the result, ends included.
func (r Range) Covers() bool { return r.Low <= r.Result && r.Result <= r.High }

// Score is the interval score of Gneiting and Raftery ("Strictly proper scoring rules, prediction, and estimation", 2007;
// Winkler 1972): the width, and for a miss 2/α times the distance to the nearer end, α = 1 - Coverage = 0.2. Lower is better.
// On a log scale everything is in natural logarithms, so a range from half to double has the same width everywhere. The score
// is +Inf if a number on a log scale isn't positive.
func (r Range) Score() float64 {
	low, high, x := r.Low, r.High, r.Result
	if r.Log {
		if low <= 0 || x <= 0 {
			return math.Inf(1)
		}
		low, high, x = math.Log(low), math.Log(high), math.Log(x)
	}
	const penalty = 2 / (1 - Coverage)
	return (high - low) + penalty*max(low-x, 0) + penalty*max(x-high, 0)
}

// Calibration compares the coverage of a candidate's ranges with the coverage that they promise.
type Calibration struct {
	Total   int     `json:"of"`
	Covered int     `json:"held"`
	Share   float64 `json:"share"` // Held/Of, against Coverage; 0 for none
	// Sharpness is the mean interval score on each scale, 0 if there are none. The two aren't comparable.
	Linear      float64 `json:"sharpness_linear"`
	LinearCount int     `json:"linears"`
	Log         float64 `json:"sharpness_log"`
	LogCount    int     `json:"logs"`
}

// Calibrate aggregates ranges. A range whose score is infinite counts as missed and isn't in the mean.
func Calibrate(ranges []Range) Calibration {
	var c Calibration
	for _, r := range ranges {
		c.Total++
		if r.Covers() {
			c.Covered++
		}
		switch score := r.Score(); {
		case math.IsInf(score, 0):
		case r.Log:
			c.Log, c.LogCount = c.Log+score, c.LogCount+1
		default:
			c.Linear, c.LinearCount = c.Linear+score, c.LinearCount+1
		}
	}
	if c.Total > 0 {
		c.Share = float64(c.Covered) / float64(c.Total)
	}
	if c.LinearCount > 0 {
		c.Linear /= float64(c.LinearCount)
	}
	if c.LogCount > 0 {
		c.Log /= float64(c.LogCount)
	}
	return c
}

// Ranges returns the session's ranges whose results are known, by step and then by id. isLog says which predictions are scored
// on a log scale. Skipped predictions are left out.
func Ranges(st *State, isLog func(step StepID, prediction string) bool) []Range {
	var out []Range
	for _, id := range st.StepIDs() {
		step := st.StepState(id)
		for _, name := range slices.Sorted(maps.Keys(step.Predictions)) {
			p := step.Predictions[name]
			result, ok := step.Result(name)
			if p.Skipped || !ok {
				continue
			}
			out = append(out, Range{Step: id, Prediction: name, Low: p.Low, High: p.High, Result: result, Log: isLog(id, name)})
		}
	}
	return out
}
