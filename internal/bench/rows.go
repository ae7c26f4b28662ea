package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// row is one line of the comparison: what it measures, and how. A row measures itself against every peer that is there.
type row struct {
	name    string
	what    string
	better  string // "higher" or "lower": which ratios are good
	measure func(ctx context.Context, b *bench) ([]result, error)
}

// rows are all of them. Those of one subject are in one file.
func rows() []row {
	return slices.Concat(vectorRows(), learnRows(), selfRows())
}

// result is one row against one peer on one kind of data. Ratios are the peer's time over ours (of growth and scale,
// the large size's over the small one's) and nil where nothing was compared; qualities are a share in [0, 1].
type result struct {
	Name        string   `json:"name"`
	Case        string   `json:"case"`
	Peer        string   `json:"peer"`
	PeerVersion string   `json:"peer_version"`
	Median      *float64 `json:"ratio_median"`
	Min         *float64 `json:"ratio_min"`
	Max         *float64 `json:"ratio_max"`
	Goal        float64  `json:"goal"`
	Better      string   `json:"better"`
	QualityOurs *float64 `json:"quality_ours"`
	QualityPeer *float64 `json:"quality_peer"`
	Ours        string   `json:"ours"`           // our time, as a hint at the size of things
	Note        string   `json:"note,omitempty"` // what else was measured, or why nothing was
}

// ratios fills in the median and the ends.
func (r *result) ratios(of []float64) {
	if len(of) == 0 {
		return
	}
	lo, mid, hi := slices.Min(of), median(of), slices.Max(of)
	r.Min, r.Median, r.Max = &lo, &mid, &hi
}

// met says whether the goal is reached; without a comparison it isn't missed either.
func (r *result) met() bool {
	switch {
	case r.Median == nil:
		return true
	case r.Better == lower:
		return *r.Median <= r.Goal
	}
	return *r.Median >= r.Goal
}

const (
	higher = "higher"
	lower  = "lower"
)

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

func names(rs []row) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = r.name
	}
	return out
}

// choose returns the rows of those names in the table's order, or all where no name is given. A name that no row has yet
// is an error.
func choose(all []row, only []string) ([]row, error) {
	if len(only) == 0 {
		return all, nil
	}
	var out []row
	for _, r := range all {
		if slices.Contains(only, r.name) {
			out = append(out, r)
		}
	}
	for _, name := range only {
		if !slices.ContainsFunc(all, func(r row) bool { return r.name == name }) {
			return nil, fmt.Errorf("choosing rows: there is no %q; choose from %s", name, strings.Join(names(all), ", "))
		}
	}
	slices.SortStableFunc(out, func(a, b row) int {
		return cmp.Compare(slices.Index(only, a.name), slices.Index(only, b.name))
	})
	return out, nil
}
