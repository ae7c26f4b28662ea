// Package report defines what a lab returns: a headline, the setup, metrics that are equal for equal seeds, timings that aren't,
// what couldn't be measured and why, and blocks of typed cells. It formats numbers and ids for people, and doesn't know how a
// block is drawn.
package report

import (
	"fmt"
	"image"
)

// Step is the report of one step's experiment.
type Step struct {
	Step      string             `json:"step"`
	Headline  string             `json:"headline"`
	Setup     Setup              `json:"setup"`
	Metrics   map[string]float64 `json:"metrics"` // finite; equal for equal seeds
	Timings   map[string]float64 `json:"timings"` // finite; measured, or derived from measured time
	Missing   []Missing          `json:"missing"`
	Blocks    []Block            `json:"blocks"`
	ElapsedMS float64            `json:"elapsed_ms"`

	// Samples are what metrics were measured on, by metric, for comparing two runs; JSON doesn't have them.
	Samples map[string]Sample `json:"-"`
}

// Setup says what was measured: the world, its parts in words, and the settings.
type Setup struct {
	World      string         `json:"world"`
	Data       string         `json:"data,omitempty"` // "folders:clothing" if real data replaces the generated world
	Items      int            `json:"items"`
	Queries    int            `json:"queries"`
	Query      string         `json:"query"`
	Corpus     string         `json:"corpus"`
	Positive   string         `json:"positive"`
	Quality    string         `json:"quality"` // metric id
	Split      string         `json:"split"`
	Candidates string         `json:"candidates"`
	Seed       int64          `json:"seed"`
	Fault      string         `json:"fault,omitempty"`
	Knobs      map[string]any `json:"knobs"`
}

// Missing is a metric that this world or data can't support.
type Missing struct {
	Metric string `json:"metric"`
	Why    string `json:"why"`
}

// Kind is the kind of a block.
type Kind string

// The kinds of block, each with the fields of Block that it uses beside Title and Alt.
const (
	Table     Kind = "table"     // Columns, Rows
	Bars      Kind = "bars"      // Rows of [label, value], the value with an optional interval, or text where there is none; Unit
	Range     Kind = "range"     // Rows of [label, low, high, result, where the result lies]; LogX
	Lines     Kind = "lines"     // Series; XLabel, YLabel; LogX
	Histogram Kind = "histogram" // Rows of [bin low, bin high, count]
	Funnel    Kind = "funnel"    // Rows of [label, count, note]
	Waterfall Kind = "waterfall" // Rows of [label, milliseconds, "assumed" or "measured"], the last row is the remainder; Unit
	Scatter   Kind = "scatter"   // Series, marked points in Marks
	Pictures  Kind = "pictures"  // Pictures
	Note      Kind = "note"      // Text
)

// Block is one thing to draw. Alt is one sentence that says what the drawing shows, for those who can't see it.
type Block struct {
	Kind     Kind      `json:"kind"`
	Title    string    `json:"title"`
	Alt      string    `json:"alt"`
	Columns  []string  `json:"columns,omitempty"`
	Rows     []Row     `json:"rows,omitempty"`
	Series   []Series  `json:"series,omitempty"`
	XLabel   string    `json:"x_label,omitempty"`
	YLabel   string    `json:"y_label,omitempty"`
	LogX     bool      `json:"log_x,omitempty"`
	Unit     string    `json:"unit,omitempty"`
	Text     string    `json:"text,omitempty"`
	Pictures []Picture `json:"pictures,omitempty"`
}

// Series is one line of a chart, or one cloud of a scatter.
type Series struct {
	Name string    `json:"name"`
	X    []float64 `json:"x"`
	Y    []float64 `json:"y"`
	// Marks are the indexes of highlighted points: the Pareto front.
	Marks []int `json:"marks,omitempty"`
}

// Picture is one image with its caption. JSON has only the caption and role.
type Picture struct {
	Caption string      `json:"caption"`
	Role    string      `json:"role"` // "query", "hit", "miss"
	Image   image.Image `json:"-"`
}

// Progress is how far a lab has come. Messages may be lost, the last one included.
type Progress struct {
	What  string // "building the index"
	Done  int
	Of    int     // 0 if unknown
	Share float64 // of the whole work that is done, by an estimate that never falls; 0 if unknown
}

// Words says how far the whole work is and what is being done. A phase's own count is left out where the whole is known: it would
// start from 1 again and again.
func (p Progress) Words() string {
	switch {
	case p.Share > 0:
		return fmt.Sprintf("%.0f%%, %s", 100*p.Share, p.What)
	case p.Of > 0:
		return fmt.Sprintf("%s %d of %d", p.What, p.Done, p.Of)
	}
	return p.What
}
