package rows

import (
	"fmt"
	"math"
	"slices"

	"dryrun/internal/bench/data"
	"dryrun/internal/bench/protocol"
	"dryrun/internal/metrics"
	"dryrun/internal/vec"
)

// readScores reads a file of scores of so many rows.
func readScores(path string, rows int) ([]float32, error) {
	s, err := protocol.ReadFloats(path)
	if err == nil && len(s) != rows {
		err = fmt.Errorf("reading scores in %s: %d for %d rows", path, len(s), rows)
	}
	return s, err
}

// aucOf returns the AUC of a file of scores of the test rows.
func aucOf(test data.Table) func(string) (float64, error) {
	positive := make([]bool, len(test.Y))
	for i, y := range test.Y {
		positive[i] = y > 0.5
	}
	return func(path string) (float64, error) {
		s, err := readScores(path, len(positive))
		if err != nil {
			return 0, err
		}
		return metrics.AUC(s, positive), nil
	}
}

// ndcgOf returns the mean NDCG@10 over requests of a file of scores of the test rows.
func ndcgOf(test data.Table) func(string) (float64, error) {
	return func(path string) (float64, error) {
		s, err := readScores(path, len(test.Y))
		if err != nil {
			return 0, err
		}
		sum, n, from := 0.0, 0, 0
		for _, size := range test.Group {
			order := make([]int, size)
			grades := make([]uint8, size)
			for i := range order {
				order[i] = from + i
			}
			slices.SortStableFunc(order, func(a, b int) int { return compareDescending(s[a], s[b]) })
			for i, row := range order {
				grades[i] = uint8(test.Y[row])
			}
			if v := metrics.NDCG(grades, grades, 10); !math.IsNaN(v) {
				sum += v
				n++
			}
			from += int(size)
		}
		return sum / float64(max(n, 1)), nil
	}
}

func compareDescending(a, b float32) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

// factorsNDCG returns the mean NDCG@10, over the first thousand users, of ranking all items that a user has no feedback on by a
// file of factors.
func factorsNDCG(f data.Feedback, factors int) func(string) (float64, error) {
	return func(path string) (float64, error) {
		x, err := protocol.ReadFloats(path)
		if err != nil {
			return 0, err
		}
		if len(x) != (f.Users+f.Items)*factors {
			return 0, fmt.Errorf("reading factors in %s: %d values for %d users and %d items of %d factors",
				path, len(x), f.Users, f.Items, factors)
		}
		items := x[f.Users*factors:]
		scores := make([]float32, f.Items)
		sum, n := 0.0, min(f.Users, 1000)
		for u := range n {
			vec.DotRows(x[u*factors:(u+1)*factors], items, factors, scores)
			sum += userNDCG(f, u, scores)
		}
		return sum / float64(n), nil
	}
}

func userNDCG(f data.Feedback, u int, scores []float32) float64 {
	const cut = 10
	best := make([]int32, 0, cut+1)
	for i, s := range scores {
		if len(best) == cut && s <= scores[best[cut-1]] {
			continue
		}
		if _, seen := slices.BinarySearch(f.Train[u], int32(i)); seen {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, s, func(b int32, s float32) int { return compareDescending(scores[b], s) })
		best = slices.Insert(best, at, int32(i))
		best = best[:min(len(best), cut)]
	}
	grades := make([]uint8, len(best))
	for i, item := range best {
		if slices.Contains(f.Holdout[u], item) {
			grades[i] = 1
		}
	}
	ideal := slices.Repeat([]uint8{1}, len(f.Holdout[u]))
	return metrics.NDCG(grades, ideal, cut)
}
