package metrics

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// line is a weighted least-squares line y = a + b·x with what its intervals need.
type line struct {
	a, b  float64
	sigma float64 // residual deviation of a point of weight 1; NaN with fewer than three points
	n     int
	sumW  float64
	meanX float64 // weighted
	sxx   float64 // weighted
}

// fitLine fits y = a + b·x; weights are proportional to 1/variance, nil for 1 each.
func fitLine(x, y, weights []float64) line {
	l := line{n: len(x), sigma: math.NaN()}
	l.a, l.b = stat.LinearRegression(x, y, weights, false)
	l.meanX = stat.Mean(x, weights)
	rss := 0.0
	for i := range x {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		r := y[i] - l.a - l.b*x[i]
		rss += w * r * r
		l.sumW += w
		l.sxx += w * (x[i] - l.meanX) * (x[i] - l.meanX)
	}
	if l.n > 2 {
		l.sigma = math.Sqrt(rss / float64(l.n-2))
	}
	return l
}

// t is Student's 97.5% quantile at the line's degrees of freedom.
func (l line) t() float64 {
	if l.n <= 2 {
		return math.NaN()
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(l.n - 2)}.Quantile(0.975)
}

// slope is b with its 95% interval, b ± t·σ/√Sxx.
func (l line) slope() Interval {
	half := l.t() * l.sigma / math.Sqrt(l.sxx)
	return Interval{Mean: l.b, Lo: l.b - half, Hi: l.b + half}
}

// The forms of growth that FitGrowth chooses from.
const (
	Linear      = "linear"      // y = A + B·size
	Logarithmic = "logarithmic" // y = A + B·ln(size)
)

// Growth is how a median time grows with size.
type Growth struct {
	Form     string
	A, B     float64 // of the form, in the medians' unit
	Lo, Hi   float64 // 95% interval of B
	Residual float64 // relative: 0.05 means that points are about 5% off
	Other    float64 // the residual of the form that was rejected
	line     line
}

// FitGrowth fits medians measured at sizes by both forms and keeps the one with the smaller residual. The error of
// a timing is proportional to the timing, so a point's weight is 1/median²: a line through two decades of size must be
// right at the small end too. Sizes and medians must be positive; with fewer than three, intervals are NaN.
func FitGrowth(sizes, medians []float64) Growth {
	linear, logarithmic := FitGrowthAs(Linear, sizes, medians), FitGrowthAs(Logarithmic, sizes, medians)
	if logarithmic.Residual < linear.Residual {
		return logarithmic
	}
	return linear
}

// FitGrowthAs fits the given form, for engines whose form is known: over two decades noise can make a line look like a
// logarithm, and extrapolated by four decades that is the difference between a second and a millisecond.
func FitGrowthAs(form string, sizes, medians []float64) Growth {
	weights := make([]float64, len(medians))
	for i, m := range medians {
		weights[i] = 1 / (m * m)
	}
	linear, logarithmic := fitLine(sizes, medians, weights), fitLine(logs(sizes), medians, weights)
	if form == Logarithmic {
		return growth(Logarithmic, logarithmic, linear.sigma)
	}
	return growth(Linear, linear, logarithmic.sigma)
}

func growth(form string, l line, other float64) Growth {
	slope := l.slope()
	return Growth{Form: form, A: l.a, B: slope.Mean, Lo: slope.Lo, Hi: slope.Hi, Residual: l.sigma, Other: other, line: l}
}

// At predicts the median at size with the 95% interval of a new measurement there (Draper and Smith 1998, 1.4, for
// weights 1/y²):
//
//	ŷ ± t·σ·√(ŷ² + 1/Σw + (x − x̄)²/Sxx)
//
// A measurement can't be negative, so the interval stops at 0.
func (g Growth) At(size float64) (mid, lo, hi float64) {
	x, l := size, g.line
	if g.Form == Logarithmic {
		x = math.Log(size)
	}
	mid = l.a + l.b*x
	half := l.t() * l.sigma * math.Sqrt(mid*mid+1/l.sumW+(x-l.meanX)*(x-l.meanX)/l.sxx)
	return mid, max(0, mid-half), mid + half
}

func logs(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Log(v)
	}
	return out
}
