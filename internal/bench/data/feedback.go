package data

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"dryrun/internal/bench/protocol"
)

// Feedback is implicit feedback, by user.
type Feedback struct {
	Users, Items   int
	Train, Holdout [][]int32 // items of each user; Train ascending
}

// NewFeedback generates users of fifty tastes with each items: four fifths of their taste, the rest random. A fifth of each user's
// items is held out.
func NewFeedback(users, items, each int, seed uint64) Feedback {
	rng := rand.New(rand.NewPCG(seed, 0x616c73))
	const kinds = 50
	f := Feedback{Users: users, Items: items, Train: make([][]int32, users), Holdout: make([][]int32, users)}
	for u := range users {
		mine := map[int32]bool{}
		var drawn []int32
		for len(drawn) < each {
			kind := u % kinds
			if rng.IntN(5) == 0 {
				kind = rng.IntN(kinds)
			}
			// The first items of a kind are the most popular.
			x := rng.Float64()
			item := int32(kind + kinds*int(x*x*float64(items/kinds)))
			if !mine[item] {
				mine[item] = true
				drawn = append(drawn, item)
			}
		}
		cut := each - each/5
		f.Train[u], f.Holdout[u] = drawn[:cut], drawn[cut:]
		slices.Sort(f.Train[u])
	}
	return f
}

// Write writes the training pairs of user and item to a folder, which it creates.
func (f Feedback) Write(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("making a folder for feedback: %w", err)
	}
	var pairs []int32
	for u, items := range f.Train {
		for _, item := range items {
			pairs = append(pairs, int32(u), item)
		}
	}
	return protocol.WriteInts(filepath.Join(folder, "pairs.i32"), pairs)
}
