// Package problem holds what a world makes and both stages take: requests, candidates, the truth about them, the log
// an earlier system left behind, and the people who answer what they are shown. It is types only: worlds fill them,
// retrieval and ranking learn from them, the lab measures with them. Everything here is immutable once built and may be
// shared by any number of goroutines.
package problem

import (
	"image"
	"math/rand/v2"
)

// Query is one request: a photo, a user opening the home page, a search.
type Query struct {
	ID   int32     // position in the slice that holds it, Problem.Train or Problem.Test; beyond both for a Play's requests
	Test bool      // it is in Problem.Test
	User int32     // who asks; -1 where nobody returns
	Day  float64   // when, in days since the log began
	Vec  []float32 // under the pipeline's encoder; set by the pipeline, nil for engines that need none
	Seen []int32   // items that must not be returned (already consumed), ascending; usually nil
}

// Candidate is one item on its way through the two stages, with the score of the stage that last touched it.
type Candidate struct {
	Item  int32
	Score float32
}

// Graded is an item with its judged relevance for a query: 0 irrelevant, higher is better.
type Graded struct {
	Item  int32
	Grade uint8
}

// Problem is one retrieval-and-ranking problem, generated or read from files.
type Problem struct {
	Kind  string // the world's kind: "images", "interactions"
	Seed  int64
	Words Words
	Items int

	Train []Query // past requests, oldest first: what models may learn from
	Test  []Query // held-out requests, judged
	Truth Truth

	// Positive is the least grade that counts as a positive for recall (all grades count for NDCG).
	Positive uint8

	Inputs  Inputs                   // raw content of items and requests; nil where items are ids alone
	History *History                 // who engaged with what before the test; nil where no users return
	Log     *Log                     // what an earlier system showed and what people did; nil where there is none
	Pairs   PairSource               // features of a request and an item, for stage two
	People  People                   // plays policies forward; nil where a recorded data set can't
	Drift   Drift                    // the same world later; nil where a recorded data set can't
	Look    Describer                // words and pictures for the x-ray
	Slices  []Slice                  // named parts of Test
	Value   func(item int32) float64 // what one success with the item is worth; nil: 1 each
	Born    func(item int32) float64 // the day on which the item appeared, negative before the log began; nil: unknown

	// Labels are the classes of items, TrainLabels and TestLabels those of the requests, as indexes into Classes; nil where
	// there are none. Like Truth, they are for judging and for experiments that say that they learn from them.
	Labels, TrainLabels, TestLabels []int32
	Classes                         []string

	Notes []string // what a reader of real data passed over, a sentence each

	// Missing names the metrics that this problem can't support, with the reason: "no returning users".
	Missing map[string]string
}

// Words say in the world's own terms what a report's numbers are about.
type Words struct {
	Query      string // "a shopper's photo"
	Corpus     string // "catalogue pictures of products"
	Positive   string // "the same product"
	K          string // "products handed to the ranker"
	Split      string // how Train and Test were parted
	Candidates string // what is ranked for a request: "all items not in the user's training set"
	Quality    string // the metric id that is the world's own measure: "ndcg_at_10"
	Success    string // what success online is: "a purchase within a day"
}

// Truth is judged relevance. It is known for Train requests too (a world knows everything); models must not look at
// it except as labels that the experiment says it uses.
type Truth interface {
	// Grade returns the relevance of item for q.
	Grade(q *Query, item int32) uint8
	// Positives returns every item with a grade above 0 for q, best first, ties by item.
	Positives(q *Query) []Graded
}

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

// Embedding is vectors of items and requests in one space, compared by inner product; rows have unit length unless
// Metric says otherwise. Query vectors are made on demand because new requests appear (online, drifted).
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
	// Only facts known before the test go in.
	Bind(emb *Embedding) Features
}

// Features turns a request and a candidate into numbers for stage two. Fill must not allocate.
type Features interface {
	Columns() []string // in the order of Groups
	Fill(q *Query, c Candidate, into []float32)
}

// Reaction is what a person did with one list.
type Reaction struct {
	Clicks  []int // positions
	Bought  int   // position of the purchase (success), -1 for none
	Revenue float64
	Returns bool // comes back: counts for retention
}

// People answer what they are shown, by the world's rules.
type People interface {
	// Begin starts a playing-forward of its own; plays don't see each other. The same seed plays the same people.
	Begin(seed uint64) Play
}

// Play is one run of the people forward in time. It is not safe for concurrent use.
type Play interface {
	// Request draws the next request of the day: who asks and for what. Day 0 is the first day after the log.
	Request(day float64, rng *rand.Rand) Query
	// React shows the list (best first) and returns what the person did; it may change how they behave later.
	React(q *Query, shown []int32, rng *rand.Rand) Reaction
}

// Learner is implemented by Plays of worlds that learn from what they show.
type Learner interface {
	// Learn returns the problem as it stands after the play so far: Train, Log and History go on with what was shown and
	// done, and features count it. An experiment that retrains as it serves learns from this, and goes on in the same play.
	// Test is empty: the judged requests are in the past by then.
	Learn() *Problem
}

// Drift makes the same world at a later time: same corpus, requests moved by strength (0 none, 1 strong).
type Drift interface {
	At(strength float64) *Problem
}

// Describer puts items and requests into words and pictures. Picture functions may return nil.
type Describer interface {
	Item(i int32) string
	Request(q *Query) string
	ItemPicture(i int32) image.Image
	RequestPicture(q *Query) image.Image
	// Why says why two vectors may be near though the item isn't relevant ("both are dark"), or "".
	Why(q *Query, item int32) string
}

// Slice is a named part of the test requests.
type Slice struct {
	Name string
	Has  func(q *Query) bool
}
