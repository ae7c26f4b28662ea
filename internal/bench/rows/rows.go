// Package rows measures the rows of the comparison: each runs our code and the peers that are installed, in turn, in processes
// of their own that read the same files, and checks that the quality is the same. The names of rows and the command's options
// come in, and results with ratios of times and qualities go out.
package rows

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Row is one row of the comparison. It measures itself against every peer that is installed.
type Row struct {
	Name    string
	What    string
	better  string // Higher or Lower: which ratios are good
	measure func(ctx context.Context, r *Runner) ([]Result, error)
}

// All returns every row.
func All() []Row { return slices.Concat(indexRows(), modelRows(), growthRows()) }

// Which ratios are good.
const (
	Higher = "higher"
	Lower  = "lower"
)

// Result is one row against one peer on one set of data.
type Result struct {
	Name        string `json:"name"`
	Case        string `json:"case"`
	Peer        string `json:"peer"`
	PeerVersion string `json:"peer_version"`
	Ratio
	Quality
	Ours string `json:"ours"`           // our time, for orientation
	Note string `json:"note,omitempty"` // what else was measured, or why nothing was compared
}

// Ratio is the peer's time over ours (of growth and scale, the large size's time over the small one's), over pairs of runs.
// The pointers are nil where nothing was compared.
type Ratio struct {
	Median *float64 `json:"ratio_median"`
	Min    *float64 `json:"ratio_min"`
	Max    *float64 `json:"ratio_max"`
	Goal   float64  `json:"goal"`
	Better string   `json:"better"`
}

// Quality is a recall, an NDCG or an AUC in [0, 1]; nil where it wasn't measured.
type Quality struct {
	Ours *float64 `json:"quality_ours"`
	Peer *float64 `json:"quality_peer"`
}

func pointer(x float64) *float64 { return &x }

func (r *Ratio) set(ratios []float64) {
	if len(ratios) == 0 {
		return
	}
	r.Min, r.Median, r.Max = pointer(slices.Min(ratios)), pointer(median(ratios)), pointer(slices.Max(ratios))
}

// Met reports whether the goal is reached. A goal that wasn't compared isn't missed.
func (r *Ratio) Met() bool {
	switch {
	case r.Median == nil:
		return true
	case r.Better == Lower:
		return *r.Median <= r.Goal
	}
	return *r.Median >= r.Goal
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// Names returns the rows' names.
func Names(rs []Row) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = r.Name
	}
	return out
}

// Choose returns the rows with the names, in their order, or all where no name is given. An unknown name is an error.
func Choose(all []Row, only []string) ([]Row, error) {
	if len(only) == 0 {
		return all, nil
	}
	var out []Row
	for _, r := range all {
		if slices.Contains(only, r.Name) {
			out = append(out, r)
		}
	}
	for _, name := range only {
		if !slices.ContainsFunc(all, func(r Row) bool { return r.Name == name }) {
			return nil, fmt.Errorf("choosing rows: there is no %q; choose from %s", name, strings.Join(Names(all), ", "))
		}
	}
	slices.SortStableFunc(out, func(a, b Row) int {
		return cmp.Compare(slices.Index(only, a.Name), slices.Index(only, b.Name))
	})
	return out, nil
}
