package metrics

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// QueriesPerArm is how many requests each arm of an A/B test needs to see a relative lift of a rate with the power given
// at the two-sided level alpha (Fleiss, Levin and Paik 2003, 4.2; normal approximation):
//
//	n = (z_{1−α/2}·√(2·p̄·q̄) + z_power·√(p₁q₁ + p₂q₂))² / (p₂ − p₁)²,  p₂ = p₁·(1 + lift), p̄ = (p₁ + p₂)/2
//
// It counts independent requests: where the unit is a user, the requests of one user carry less information. It is NaN where
// base or base·(1+relLift) isn't between 0 and 1, +Inf for no lift.
func QueriesPerArm(base, relLift, alpha, power float64) float64 {
	p2 := base * (1 + relLift)
	if base <= 0 || base >= 1 || p2 <= 0 || p2 >= 1 {
		return math.NaN()
	}
	mid := (base + p2) / 2
	za, zb := distuv.UnitNormal.Quantile(1-alpha/2), distuv.UnitNormal.Quantile(power)
	root := za*math.Sqrt(2*mid*(1-mid)) + zb*math.Sqrt(base*(1-base)+p2*(1-p2))
	return math.Ceil(root * root / ((p2 - base) * (p2 - base)))
}

// Units is one arm's totals by unit of randomization (a user): a ratio metric is ΣNum/ΣDen, as in clicks over
// impressions.
type Units struct {
	Num []float64
	Den []float64 // nil: 1 each
}

// PairedLift is the relative difference of B's ratio metric over A's, B/A − 1, where both arms measured the same units
// (distinct requests, or the same people): the percentile interval of n resamples of units, paired, so that the noise both
// arms share cancels. Resamples in which A's metric is 0 are left out; it is NaN where A's metric is 0.
func PairedLift(ctx context.Context, a, b Units, n int, seed uint64) Interval {
	return BootstrapStat(ctx, len(a.Num), n, seed, LiftOf(a, b))
}

// LiftOf returns the relative difference of B's ratio metric over A's on any of the units.
func LiftOf(a, b Units) func(idx []int) float64 {
	return func(idx []int) float64 {
		var na, da, nb, db float64
		for _, i := range idx {
			na, da, nb, db = na+a.Num[i], da+a.den(i), nb+b.Num[i], db+b.den(i)
		}
		if na == 0 || da == 0 || db == 0 {
			return math.NaN()
		}
		return (nb/db)/(na/da) - 1
	}
}

// den is the denominator of unit i.
func (u Units) den(i int) float64 {
	if u.Den == nil {
		return 1
	}
	return u.Den[i]
}

// UnitsToSee is how many units each arm needs to detect a difference of two means, where the standard deviation over units
// is std: 80% power at the two-sided 5% level, 2·(z₀.₉₇₅ + z₀.₈)²·std²/difference².
func UnitsToSee(difference, std float64) float64 {
	const z = 1.96 + 0.84
	return 2 * z * z * std * std / (difference * difference)
}

// PeekingFalsePositive simulates A/A tests that are checked `looks` times at even spacing and stopped at the first look
// significant at alpha. It is the share that ends in a "win" or a "loss" though the arms are the same, with Wilson's
// interval (Armitage, McPherson and Rowe 1969: five looks at 0.05 give 0.14). Sums of many requests are normal, so one
// look is one step of a random walk. All three numbers are NaN where ctx ends first.
func PeekingFalsePositive(ctx context.Context, looks int, alpha float64, tests int, seed uint64) Interval {
	return stopped(ctx, Stop{EveryLook: true, Drift: make([]float64, looks)}, alpha, tests, rand.New(rand.NewPCG(seed, 0x7065656b)))
}

// Stop is when a test ends, and what moves in it.
type Stop struct {
	EveryLook bool      // it ends at the first significant look, and not at the last one
	Drift     []float64 // by look: how far the measure is off since the look before, in standard errors of what came since
}

// StoppedByNovelty is the share of tests that end as significant at 5% where nothing lasts but the measure drifts, with
// Wilson's interval.
func StoppedByNovelty(ctx context.Context, s Stop, tests int, seed uint64) Interval {
	return stopped(ctx, s, 0.05, tests, rand.New(rand.NewPCG(seed, 0x6e6f7665)))
}

func stopped(ctx context.Context, s Stop, alpha float64, tests int, rng *rand.Rand) Interval {
	limit := distuv.UnitNormal.Quantile(1 - alpha/2)
	significant := 0
	for t := range tests {
		if t%256 == 0 && ctx.Err() != nil {
			return Interval{math.NaN(), math.NaN(), math.NaN()}
		}
		sum := 0.0
		for k, drift := range s.Drift {
			sum += drift + rng.NormFloat64()
			look := s.EveryLook || k == len(s.Drift)-1
			if look && math.Abs(sum) > limit*math.Sqrt(float64(k+1)) {
				significant++
				break
			}
		}
	}
	return Wilson(significant, tests)
}
