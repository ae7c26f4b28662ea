package problem

import "image"

// Query is one request: a photo, a user opening the home page, a search.
type Query struct {
	ID     int32     // position in Problem.Train or Problem.Test; a number of its own for each live request of a Play
	From   Origin    // which of these it is
	User   int32     // who asks; -1 where nobody returns
	Day    float64   // when, in days since the log began
	Vec    []float32 // under the pipeline's encoder; set by the pipeline, nil for engines that need none
	Filter Filter    // which items stage one must not return
}

// Origin says where a request comes from. IDs of different origins may be equal.
type Origin uint8

// The origins.
const (
	Past Origin = iota // Problem.Train: models may learn from it
	Test               // Problem.Test: held out and judged
	Live               // made by a Play; what people do with the answer is found by showing it
)

// Candidate is one item on its way through the two stages, with the score of the stage that last touched it.
type Candidate struct {
	Item  int32
	Score float32
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
	Judge Judge // the world's own measure of an answer

	// Positive is the least grade that counts as a positive for recall; the judge may count lower ones.
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

	Notes []string // what a reader of real data skipped, a sentence each

	// Missing names the metrics that this problem can't support, with the reason: "no returning users".
	Missing map[string]string
}

// Words say in the world's own terms what a report's numbers are about.
type Words struct {
	Query      string // "a shopper's photo"
	Corpus     string // "catalog pictures of products"
	Positive   string // "the same product"
	K          string // "products handed to the ranker"
	Split      string // how Train and Test were split
	Candidates string // what is ranked for a request: "all items not in the user's training set"
	Success    string // what success online is: "a purchase within a day"
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
