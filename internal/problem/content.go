package problem

import "context"

// Inputs is raw content: pixels, counts, ids turned to numbers, each value roughly in [0, 1].
type Inputs interface {
	Width() int
	Item(i int32, into []float32)     // fills Width values
	Request(q *Query, into []float32) // fills Width values
}

// Pixels is implemented by Inputs of pictures: the first PixelWidth values are raw pixels (RGB, row by row), what
// follows is computed from them by fixed rules (a thumbnail with the light taken out, oriented gradients). A method that
// follows the largest variance (PCA) follows the light in the pixels; it does better on what comes after them.
type Pixels interface {
	PixelWidth() int
}

// Descriptors is implemented by Inputs of pictures whose values hold hand-made descriptors, each from one place up to another.
type Descriptors interface {
	Edges() (from, to int)  // histograms of oriented gradients
	Colors() (from, to int) // a histogram of colors
}

// Foreign is implemented by Inputs that can make training pairs of another catalog, for an encoder that was trained elsewhere.
type Foreign interface {
	// Foreign returns n pairs, row-major with Width columns: row i of a and of b shows the same thing.
	Foreign(ctx context.Context, n int, seed uint64) (a, b []float32, err error)
}

// History is the sparse matrix of implicit feedback known before the test, rows are users, in CSR form.
type History struct {
	Users, Items int
	Start        []int32   // len Users+1: row u is Item[Start[u]:Start[u+1]]
	Item         []int32   // ascending within a row
	Weight       []float32 // strength, 1 for a plain positive
	Day          []float32 // when, parallel to Item
}

// Row returns the items user u engaged with and their strengths.
func (h *History) Row(u int32) ([]int32, []float32) {
	a, b := h.Start[u], h.Start[u+1]
	return h.Item[a:b], h.Weight[a:b]
}

// Where returns a history of the engagements that keep wants: at is the position in Item of an engagement of user. It is
// asked in order.
func (h *History) Where(keep func(user int, at int32) bool) *History {
	out := &History{Users: h.Users, Items: h.Items, Start: make([]int32, h.Users+1)}
	for u := range h.Users {
		for at := h.Start[u]; at < h.Start[u+1]; at++ {
			if keep(u, at) {
				out.Item, out.Weight, out.Day = append(out.Item, h.Item[at]), append(out.Weight, h.Weight[at]), append(out.Day, h.Day[at])
			}
		}
		out.Start[u+1] = int32(len(out.Item))
	}
	return out
}

// Impression is one item that an earlier system showed for a request, and what happened.
type Impression struct {
	Request int32 // index into Problem.Train
	Item    int32
	Pos     int16 // 0 is the top
	Clicked bool
	Bought  bool    // success, as Words.Success defines it
	Score   float32 // the old system's score
}

// Log is what an earlier system showed, request by request in order of time.
type Log struct {
	Impressions []Impression // grouped by request, positions ascending
	Propensity  []float64    // true probability that position p is looked at; nil if unknown
	Policy      string       // what the earlier system was: "text match", "popularity"
}

// FeatureGroup is a set of columns that belong together and the hypothesis behind them.
type FeatureGroup struct {
	ID      string
	Why     string
	Columns []string
}

// Embedding is vectors of items and requests in one space, compared by inner product; item rows have unit length where
// an approximate index searches them. Query vectors are made on demand because new requests appear (live, drifted).
type Embedding struct {
	Name   string
	Dim    int
	Items  []float32 // row-major, Items x Dim
	Encode func(q *Query, into []float32)
	MB     float64 // memory of Items in MB
}

// Item returns the vector of item i.
func (e *Embedding) Item(i int32) []float32 {
	return e.Items[int(i)*e.Dim : (int(i)+1)*e.Dim]
}

// PairSource describes the features of stage two and binds them to stage one's vectors.
type PairSource interface {
	Groups() []FeatureGroup
	// Bind returns features that read emb for similarities; emb may be nil (the similarity columns are then 0).
	// Only facts known before the test go in. It returns ctx's error when ctx ends first.
	Bind(ctx context.Context, emb *Embedding) (Features, error)
}

// RateSource is a PairSource that can write an item's past success in other ways, in the same columns.
type RateSource interface {
	Rated(as Rates) PairSource
}

// Rates is how an item's past success is written in its features.
type Rates string

// The ways.
const (
	SmoothedRates Rates = "smoothed" // rates pulled toward the mean where there is little to go by, beside their counts
	RawRates      Rates = "raw"      // clicks over impressions as they are, without the counts
	CountsAlone   Rates = "counts"   // lifetime counts, without rates
	NoRates       Rates = "none"     // nothing of the past
)

// Features turns a request and a candidate into numbers for stage two. Fill must not allocate.
type Features interface {
	Columns() []string // in the order of Groups
	Fill(q *Query, c Candidate, into []float32)
}
