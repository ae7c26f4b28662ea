package metrics

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a number and its 95% interval. Lo and Hi are NaN where the work was canceled or there is no data.
type Interval struct{ Mean, Lo, Hi float64 }

// Contains says whether v lies in the interval, ends included.
func (i Interval) Contains(v float64) bool { return i.Lo <= v && v <= i.Hi }

// z95 is the two-sided 95% quantile of the standard normal distribution.
const z95 = 1.959963984540054

// Bootstrap is the mean of values, one per independent unit (a request, a user), with the percentile interval of n
// resamples (Efron and Tibshirani 1993, chapter 13). The same seed gives the same interval.
func Bootstrap(ctx context.Context, values []float64, n int, seed uint64) Interval {
	mean := func(idx []int) float64 {
		sum := 0.0
		for _, i := range idx {
			sum += values[i]
		}
		return sum / float64(len(idx))
	}
	return BootstrapStat(ctx, len(values), n, seed, mean)
}

// PairedBootstrap is the interval of mean(b − a), where a[i] and b[i] were measured on the same unit, so the noise that
// they share cancels. The difference is significant at the 5% level if the interval doesn't contain 0.
func PairedBootstrap(ctx context.Context, a, b []float64, n int, seed uint64) Interval {
	diff := make([]float64, len(a))
	for i := range diff {
		diff[i] = b[i] - a[i]
	}
	return Bootstrap(ctx, diff, n, seed)
}

// BootstrapStat is the percentile interval of any statistic of n units. statistic gets the indexes of the units in a
// resample (idx is reused from call to call), and Mean is its value on all units once. Resamples on which the statistic
// is NaN are left out.
func BootstrapStat(ctx context.Context, n, resamples int, seed uint64, statistic func(idx []int) float64) Interval {
	if n == 0 {
		return Interval{math.NaN(), math.NaN(), math.NaN()}
	}
	idx := make([]int, n)
	for i := range idx {
		idx[i] = i
	}
	out := Interval{Mean: statistic(idx), Lo: math.NaN(), Hi: math.NaN()}
	rng := rand.New(rand.NewPCG(seed, 0x626f6f74))
	drawn := make([]float64, 0, resamples)
	for range resamples {
		if ctx.Err() != nil {
			return out
		}
		for i := range idx {
			idx[i] = rng.IntN(n)
		}
		if v := statistic(idx); !math.IsNaN(v) {
			drawn = append(drawn, v)
		}
	}
	if len(drawn) == 0 {
		return out
	}
	slices.Sort(drawn)
	out.Lo = stat.Quantile(0.025, stat.LinInterp, drawn, nil)
	out.Hi = stat.Quantile(0.975, stat.LinInterp, drawn, nil)
	return out
}

// MeanInterval is Student's 95% interval of the mean of independent values; with fewer than two it has no bounds (NaN).
func MeanInterval(values []float64) Interval {
	if len(values) < 2 {
		return Interval{Mean: mean(values), Lo: math.NaN(), Hi: math.NaN()}
	}
	m, std := stat.MeanStdDev(values, nil)
	n := float64(len(values))
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975) * std / math.Sqrt(n)
	return Interval{Mean: m, Lo: m - half, Hi: m + half}
}

// Wilson is the share successes/n with Wilson's score interval (Wilson 1927), which stays in [0, 1] and is accurate
// for shares near 0 and 1:
//
//	center = (p + z²/2n) / (1 + z²/n),  half width = z/(1 + z²/n) · √(p(1−p)/n + z²/4n²)
func Wilson(successes, n int) Interval {
	if n == 0 {
		return Interval{math.NaN(), math.NaN(), math.NaN()}
	}
	m := float64(n)
	p := float64(successes) / m
	shrink := 1 + z95*z95/m
	center := (p + z95*z95/(2*m)) / shrink
	half := z95 / shrink * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	return Interval{Mean: p, Lo: max(0, center-half), Hi: min(1, center+half)}
}

// Quantile is the q-quantile of values by linear interpolation between order statistics (Hyndman and Fan 1996, type 7,
// as NumPy and R do by default). The input is untouched; it is NaN on no values.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	h := min(max(q, 0), 1) * float64(len(sorted)-1)
	i := int(h)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}
