package kind

import (
	"fmt"
	"runtime/debug"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/world"
)

// unknownLimit is how much memory a run may need where the system doesn't say what the machine has.
const unknownLimit = 6 << 30

// DefaultLimit is how many bytes a run may need by its own estimate before it is refused: three quarters of the machine's
// memory, because the system and whatever else runs need some too, or less where GOMEMLIMIT says so.
func DefaultLimit() int64 {
	limit := machineMemory() / 4 * 3
	if limit == 0 {
		limit = unknownLimit
	}
	return min(limit, debug.SetMemoryLimit(-1)) // a negative limit only asks
}

// TooBig says that a run would need more memory than it may, and how many items would fit with the other settings as they
// are, in two digits; 0 where not even the smallest world would.
type TooBig struct {
	Bytes, Limit int64
	Fit          int
}

func (t *TooBig) Error() string {
	fit := fmt.Sprintf("%s items would fit", report.Count(t.Fit))
	if t.Fit == 0 {
		fit = fmt.Sprintf("not even %s items would fit: choose a smaller dim or k", report.Count(leastItems()))
	}
	return fmt.Sprintf("running the lab would need about %s of memory, more than the %s it may use; %s",
		bytesWords(t.Bytes), bytesWords(t.Limit), fit)
}

// leastItems is the least that the knob takes.
func leastItems() int {
	k, _ := catalog.KnobByID("items")
	return int(k.Min)
}

func bytesWords(b int64) string {
	if b < 1<<30 {
		return fmt.Sprintf("%d MB", b/1e6)
	}
	return report.Amount(float64(b)/1e9, "GB").String()
}

// Guesses of an estimate: what a process takes that has hardly begun, with its cases and its rankers; the width of raw
// pictures and of a ranker's rows.
const (
	processBytes = 80e6
	rawDim       = 2048
	columnsGuess = 24
)

// Estimate is roughly how much memory a run needs at its peak: the world, the vectors and the index of every item, and the
// requests with their candidates. It allocates nothing.
func Estimate(spec problem.Spec, set catalog.Settings) int64 {
	kind, _ := world.KindByID(spec.Kind)
	if spec.Items == 0 {
		spec.Items = kind.Default.Items
	}
	if spec.Queries == 0 {
		spec.Queries = kind.Default.Queries
	}
	items, dim := int64(spec.Items), int64(set.Dim)
	if set.Encoder == "raw" {
		dim = max(dim, rawDim)
	}
	copies := ByID(spec.Kind).Copies
	vectors := copies.Vectors * items * dim * 4
	codes := items * 2 * ((dim + 15) &^ 15)
	links := items * 160 // 32 links of layer 0, the layers above, an item and a mark each
	// The requirements step builds indexes of parts of the corpus beside the whole one: about half as much again.
	index := (codes + links) / 2 * (2*copies.Indexes + 1)
	requests := int64(spec.Queries) * (int64(set.K)*(8+8+columnsGuess*4) + 3000)
	return processBytes + kind.Bytes(spec) + vectors + index + requests
}

// Fits returns what a run needs by its own estimate, and a *TooBig where that is above the limit.
func Fits(spec problem.Spec, set catalog.Settings, limit int64) (need int64, err error) {
	if need = Estimate(spec, set); need > limit {
		return need, &TooBig{Bytes: need, Limit: limit, Fit: fitting(spec, set, limit)}
	}
	return need, nil
}

// fitting returns the largest number of items in two digits, below spec's, that fits, or 0. It tries every one: there are
// ninety a decade, and an estimate needn't grow all the way (pictures of a large corpus are drawn when they are asked for).
func fitting(spec problem.Spec, set catalog.Settings, limit int64) int {
	asked := spec.Items
	if asked == 0 { // as many as the files hold, which is unknown yet
		kind, _ := world.KindByID(spec.Kind)
		asked = kind.MaxItems
	}
	best := 0
	for unit := leastItems() / 10; 10*unit <= asked; unit *= 10 {
		for spec.Items = 10 * unit; spec.Items < min(100*unit, asked); spec.Items += unit {
			if Estimate(spec, set) <= limit {
				best = spec.Items
			}
		}
	}
	return best
}
