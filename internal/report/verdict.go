package report

// Sample is a metric as a statistic of the units that it was measured on, so that two runs can be compared on the same units.
type Sample struct {
	Unit string // what is counted, in the plural: "requests"
	// Same identifies the units and their order: two runs measured the same units if it is equal. It holds within one process.
	Same uint64
	N    int // units
	// Of is the metric over the units in idx, each as often as it is listed; NaN where it is undefined.
	Of func(idx []int) float64
	// Slow says that Of looks at much more than one number per unit, so that fewer resamples are drawn.
	Slow bool
}

// Outcome is what a comparison of one metric says.
type Outcome string

// The outcomes. Better and Worse are said only where an interval of the difference excludes 0, or where both numbers are counted
// rather than estimated.
const (
	Better       Outcome = "better"
	Worse        Outcome = "worse"
	Differs      Outcome = "differs" // as clear as better or worse, of a metric that is neither
	Alike        Outcome = "the same"
	CantTell     Outcome = "can't tell"
	Incomparable Outcome = "not comparable"
)

// Verdict compares one metric of two runs. Better means that yours is better than the other.
type Verdict struct {
	Metric      string  `json:"metric"`
	Yours       float64 `json:"yours"`
	Other       float64 `json:"other"`
	Difference  float64 `json:"difference"` // yours less the other
	Lo          float64 `json:"lo,omitempty"`
	Hi          float64 `json:"hi,omitempty"`
	HasInterval bool    `json:"has_interval"` // Lo and Hi are the 95% interval of the difference
	Timing      bool    `json:"timing,omitempty"`
	Units       string  `json:"units,omitempty"` // what the interval is over: "400 requests"
	Outcome     Outcome `json:"outcome"`
	Why         string  `json:"why,omitempty"` // why the two can't be compared
}

// IsClear says whether the difference is more than this run's noise.
func (v Verdict) IsClear() bool {
	return v.Outcome == Better || v.Outcome == Worse || v.Outcome == Differs
}

// Comparison compares two runs of one step.
type Comparison struct {
	Step     string    `json:"step"`
	Yours    string    `json:"yours"`   // what yours is, in words: "yours"
	Other    string    `json:"other"`   // what the other run is: "the reference"
	Quality  string    `json:"quality"` // the world's own measure
	Verdicts []Verdict `json:"verdicts"`
}

// VerdictOn returns the verdict on a metric.
func (c *Comparison) VerdictOn(metric string) (Verdict, bool) {
	for _, v := range c.Verdicts {
		if v.Metric == metric {
			return v, true
		}
	}
	return Verdict{}, false
}

// DifferenceOf writes the verdict's difference with its interval in the metric's own unit.
func (v Verdict) DifferenceOf() Number {
	n := MetricValue(v.Metric, v.Difference)
	scale := 1.0
	if n.Signed { // a change is shown in percent
		scale = 100
	}
	n.Signed = true
	if v.HasInterval {
		n = n.WithInterval(scale*v.Lo, scale*v.Hi)
	}
	return n
}
