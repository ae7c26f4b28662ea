package lab

import (
	"fmt"

	"dryrun/internal/world"
)

// TooBig says that a run would need more memory than it may.
type TooBig struct{ Bytes, Limit int64 }

func (t *TooBig) Error() string {
	return fmt.Sprintf("running the lab would need about %s of memory, more than the %s it may use; choose fewer items or a smaller dim", bytesWords(t.Bytes), bytesWords(t.Limit))
}

func bytesWords(b int64) string {
	if b < 1<<30 {
		return fmt.Sprintf("%d MB", b/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(b)/1e9)
}

// Estimate is roughly how much memory a run needs at its peak: the world, the vectors and the index of every item, and
// the requests with their candidates. It allocates nothing.
func Estimate(cfg Config) (int64, error) {
	set, err := cfg.settings()
	if err != nil {
		return 0, err
	}
	kind, _ := world.KindByID(cfg.World.Kind)
	spec := cfg.spec(set)
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
	vectors := items * dim * 4
	links := items * 170 // 32 links of layer 0, the layers above, and a mark each
	// The requirements step builds indexes of parts of the corpus beside the whole one: about as much again.
	requests := int64(spec.Queries) * (int64(set.k)*(8+8+columnsGuess*4) + 3000)
	return kind.Bytes(spec) + 2*(vectors+links) + requests, nil
}

// Guesses of an estimate: the width of raw pictures and of a ranker's rows.
const (
	rawDim       = 2048
	columnsGuess = 24
)

// fits refuses what would not fit, before anything is allocated.
func (l *Lab) fits(cfg Config) error {
	need, err := Estimate(cfg)
	if err != nil {
		return err
	}
	if need > l.Limit {
		return &TooBig{Bytes: need, Limit: l.Limit}
	}
	return nil
}
