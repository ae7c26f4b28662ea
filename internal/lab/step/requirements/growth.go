package requirements

import (
	"slices"

	"dryrun/internal/metrics"
)

// searchGrowth carries the engine's search for K candidates to the target by the form that the engine is known to have: a
// graph's path grows with the logarithm of its size (Malkov and Yashunin 2016, 4.2); a scan is linear, and keeping K of n
// instead of the few of an answer costs about K·(1 + ln(n/K)) more replacements. Of other engines the fit decides.
func searchGrowth(engine string, points []sizePoint, oneFit metrics.Growth, target float64) (form string, mid, lo, hi float64) {
	var sizes, search, extra []float64
	for _, p := range points {
		sizes, search, extra = append(sizes, float64(p.items)), append(search, p.search), append(extra, p.search-p.one)
	}
	switch {
	case engine == "hnsw":
		mid, lo, hi = metrics.FitGrowthAs(metrics.Logarithmic, sizes, search).At(target)
		return metrics.Logarithmic, mid, lo, hi
	case engine == "exact" && slices.Min(extra) > 0:
		mid, lo, hi = oneFit.At(target)
		more, moreLo, moreHi := metrics.FitGrowthAs(metrics.Logarithmic, sizes, extra).At(target)
		return metrics.Linear, mid + more, lo + moreLo, hi + moreHi
	case engine == "exact":
		mid, lo, hi = metrics.FitGrowthAs(metrics.Linear, sizes, search).At(target)
		return metrics.Linear, mid, lo, hi
	}
	fit := metrics.FitGrowth(sizes, search)
	mid, lo, hi = fit.At(target)
	return fit.Form, mid, lo, hi
}
