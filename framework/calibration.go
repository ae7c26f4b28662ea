package framework

import (
	"fmt"
	"math"
)

// Coverage is what a candidate's ranges aim at: the share that should hold the result.
const Coverage = 0.8

// Range is a committed 80% range and what the run then gave.
type Range struct {
	Step       StepID  `json:"step"`
	Prediction string  `json:"prediction"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Result     float64 `json:"result"`
	Log        bool    `json:"log,omitempty"` // judged on a log scale: the question is about a ratio
}

// CheckRange says what is wrong with a range before it is committed, in words for the candidate.
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
		return fmt.Errorf("this is judged on a log scale: the low end, %g, must be above 0", low)
	}
	return nil
}

// Held says whether the range holds the result, ends included.
func (r Range) Held() bool { return r.Low <= r.Result && r.Result <= r.High }

// Score is the interval score of Gneiting and Raftery ("Strictly proper scoring rules, prediction, and estimation", 2007;
// Winkler 1972): the width, and for a miss 2/α times the distance to the nearer end, α = 1 - Coverage = 0.2. Lower is better.
// On a log scale everything is in natural logarithms, so that a range from half to twice is as wide anywhere. It is +Inf
// where a log scale meets a number that isn't positive.
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
