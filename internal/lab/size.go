package lab

import (
	"fmt"
	"runtime/debug"

	"dryrun/internal/problem"
	"dryrun/internal/world"
)

// unknownLimit is how much memory a run may need where nobody knows what the machine has.
const unknownLimit = 6 << 30

// DefaultLimit is how many bytes a run may need by its own estimate before it is refused: three quarters of the machine's
// memory, because the system and whatever else runs need some too, or less where GOMEMLIMIT says so.
func DefaultLimit() int64 {
	limit := memory() / 4 * 3
	if limit == 0 {
		limit = unknownLimit
	}
	return min(limit, debug.SetMemoryLimit(-1)) // a negative limit only asks
}

// TooBig says that a run would need more memory than it may, and how many items would fit with the other settings as they
// are, in two digits; 0 where not even the least that a world takes would.
type TooBig struct {
	Bytes, Limit int64
	Fit          int
}

func (t *TooBig) Error() string {
	fit := fmt.Sprintf("%s items would fit", thousands(t.Fit))
	if t.Fit == 0 {
		fit = fmt.Sprintf("not even %s items would fit: choose a smaller dim or k", thousands(leastItems()))
	}
	return fmt.Sprintf("running the lab would need about %s of memory, more than the %s it may use; %s", bytesWords(t.Bytes), bytesWords(t.Limit), fit)
}

// leastItems is the least that the knob takes.
func leastItems() int {
	k, _ := KnobByID("items")
	return int(k.Min)
}

func bytesWords(b int64) string {
	if b < 1<<30 {
		return fmt.Sprintf("%d MB", b/1e6)
	}
	return gigabytes(float64(b) / 1e6)
}

// Estimate is roughly how much memory a run needs at its peak: the world, the vectors and the index of every item, and
// the requests with their candidates. It allocates nothing.
func Estimate(cfg Config) (int64, error) {
	set, err := settingsOf(cfg)
	if err != nil {
		return 0, err
	}
	return estimate(specOf(cfg, set), set), nil
}

func estimate(spec problem.Spec, set settings) int64 {
	kind, _ := world.KindByID(spec.Kind)
	if spec.Items == 0 {
		spec.Items = kind.Default.Items
	}
	if spec.Queries == 0 {
		spec.Queries = kind.Default.Queries
	}
	items, dim := int64(spec.Items), int64(set.dim)
	if set.encoder == "raw" {
		dim = max(dim, rawDim)
	}
	vectors, built := items*dim*4, int64(1)
	if spec.Kind == "interactions" {
		// Factors are kept as they were learned, too, and on the way to unit length once more; and what a ranker learned
		// from is a second stage one, as it stood before.
		vectors, built = 3*vectors, 2
	}
	codes := items * 2 * ((dim + 15) &^ 15)
	links := items * 160 // 32 links of layer 0, the layers above, an item and a mark each
	// The requirements step builds indexes of parts of the corpus beside the whole one: about half as much again.
	index := (codes + links) / 2 * (2*built + 1)
	requests := int64(spec.Queries) * (int64(set.k)*(8+8+columnsGuess*4) + 3000)
	return processBytes + kind.Bytes(spec) + built*vectors + index + requests
}

// Guesses of an estimate: what a process takes that has hardly begun, with its cases and its rankers; the width of raw
// pictures and of a ranker's rows.
const (
	processBytes = 80e6
	rawDim       = 2048
	columnsGuess = 24
)

// fits refuses what would not fit, before anything is allocated. What the run builds is kept for the next step as far as
// another such run, with other knobs, would fit beside it.
func (l *Lab) fits(cfg Config) error {
	set, err := settingsOf(cfg)
	if err != nil {
		return err
	}
	spec := specOf(cfg, set)
	need := estimate(spec, set)
	if need > l.limit {
		return &TooBig{Bytes: need, Limit: l.limit, Fit: fitting(spec, set, l.limit)}
	}
	l.cache.keep(min(need, l.limit-need))
	return nil
}

// fitting returns the largest number of items in two digits, below spec's, that fits, or 0. It tries every one: there are
// ninety a decade, and an estimate needn't grow all the way (pictures of a large corpus are drawn when they are asked for).
func fitting(spec problem.Spec, set settings, limit int64) int {
	kind, _ := world.KindByID(spec.Kind)
	asked := spec.Items
	if asked == 0 { // as many as the files hold: nobody knows yet
		asked = kind.MaxItems
	}
	best := 0
	for unit := leastItems() / 10; 10*unit <= asked; unit *= 10 {
		for spec.Items = 10 * unit; spec.Items < min(100*unit, asked); spec.Items += unit {
			if estimate(spec, set) <= limit {
				best = spec.Items
			}
		}
	}
	return best
}
