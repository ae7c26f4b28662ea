// Package protocol is how the benchmark's driver talks to a worker: ours, or the Python program of a peer library. The
// driver writes one command as a line of JSON and reads one reply as a line of JSON; arrays travel in files of
// little-endian float32 and int32. The package has the commands, the replies, and the reading and writing of those files.
package protocol

// ServeArg is the first argument that makes the program a worker.
const ServeArg = "serve-orders"

// Command is what the driver asks of a worker. A field that the verb doesn't use is zero.
type Command struct {
	Do string `json:"do"`
	Vectors
	Index
	Search
	Job *Job `json:"job,omitempty"` // of the verbs that train or score a ranker
}

// Vectors names the files of items and queries: row-major, Dim values a row.
type Vectors struct {
	Items   string `json:"items,omitempty"`
	Queries string `json:"queries,omitempty"`
	Dim     int    `json:"dim,omitempty"`
}

// Index is how to build an index over the items.
type Index struct {
	Threads        int `json:"threads,omitempty"`
	M              int `json:"m,omitempty"` // HNSW's links, or the bytes of a product quantizer's code
	EfConstruction int `json:"ef_construction,omitempty"`
	Lists          int `json:"lists,omitempty"`
}

// Search is how to answer the queries.
type Search struct {
	K      int  `json:"k,omitempty"`
	Ef     int  `json:"ef,omitempty"`
	Probe  int  `json:"probe,omitempty"`
	Refine int  `json:"refine,omitempty"` // candidates compared in full, for each of the k
	Reps   int  `json:"reps,omitempty"`   // passes over all queries
	Found  bool `json:"found,omitempty"`  // reply with the items that the first pass found
}

// Effort is the parameter that trades time for recall: HNSW's ef or IVF's number of probed lists.
func (s Search) Effort() int { return max(s.Ef, s.Probe) }

// Job is what the verbs that train or score a ranker need. A field that the verb doesn't use is zero.
type Job struct {
	Rows
	Boosting
	CrossNetwork
	Factorization
}

// Rows names the files of a job. A folder of rows has x.f32 (row-major), y.f32 and, where rows belong to requests, group.i32;
// a folder of ALS has pairs.i32, alternately user and item.
type Rows struct {
	Train string `json:"rows,omitempty"`  // folder of the training rows
	Test  string `json:"test,omitempty"`  // folder of the rows to score
	Width int    `json:"width,omitempty"` // columns of a row
	Codes int    `json:"codes,omitempty"` // how many of the last columns are categorical codes
	Out   string `json:"out,omitempty"`   // file to write: scores of the test rows, or factors, users before items
	Model string `json:"model,omitempty"` // file of a model, in LightGBM's text format or, ending in .trees, in ours
}

// Boosting is how to train boosted trees.
type Boosting struct {
	Objective string `json:"objective,omitempty"`
	Trees     int    `json:"trees,omitempty"`
	Leaves    int    `json:"leaves,omitempty"`
}

// CrossNetwork is how to train a deep & cross network.
type CrossNetwork struct {
	Cross     int   `json:"cross,omitempty"`
	Rank      int   `json:"rank,omitempty"`
	Hidden    []int `json:"hidden,omitempty"`
	Embedding int   `json:"embedding,omitempty"`
	Epochs    int   `json:"epochs,omitempty"`
	Batch     int   `json:"batch,omitempty"`
}

// Factorization is how to train ALS.
type Factorization struct {
	Users      int     `json:"users,omitempty"`
	Items      int     `json:"items,omitempty"`
	Factors    int     `json:"factors,omitempty"`
	Iterations int     `json:"iterations,omitempty"`
	Reg        float64 `json:"reg,omitempty"`
	Alpha      float64 `json:"alpha,omitempty"`
}

// The verbs.
const (
	DoLoad      = "load"    // read the files of items and queries
	DoHNSW      = "hnsw"    // build an HNSW graph over the items
	DoIVFPQ     = "ivfpq"   // build an IVF-PQ index
	DoFlat      = "flat"    // prepare an exact scan
	DoSearch    = "search"  // answer all queries, one at a time, from the index built last
	DoReadItems = "touch"   // read the items' memory and compute nothing
	DoBoost     = "boost"   // train boosted trees and score the test rows
	DoCross     = "cross"   // train a deep & cross network and score the test rows
	DoALS       = "als"     // train ALS and write the factors
	DoScore     = "score"   // score requests of K rows each with Job.Model
	DoScoreC    = "score-c" // the same through LightGBM's C API, which only a peer has
	DoStages    = "stages"  // prepare retrieval and ranking over the items
	DoRequest   = "request" // answer all queries with both stages
)

// A request through both stages: the graph retrieves RequestK candidates. Each becomes a row of RequestColumns features: the
// similarity, the query's first values, and the item's features.
const (
	RequestK       = 200
	RequestEf      = 200
	ItemFeatures   = 20
	QueryFeatures  = 7
	RequestColumns = 1 + QueryFeatures + ItemFeatures

	ItemFeaturesFile = "features.f32" // in the folder of the training rows: ItemFeatures values an item
)

// Reply is the answer to one command. The first line that a worker writes is a Reply with its name and version.
type Reply struct {
	Peer    string    `json:"peer,omitempty"`
	Version string    `json:"version,omitempty"`
	Seconds float64   `json:"seconds,omitempty"` // of processor time, of the measured work only
	Found   [][]int32 `json:"found,omitempty"`   // item ids for each query
	Times   []float64 `json:"times,omitempty"`   // seconds of each request
	Error   string    `json:"error,omitempty"`
}
