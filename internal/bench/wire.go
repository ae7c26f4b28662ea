package main

// order is what the driver asks of a worker, ours or a peer's: one JSON object a line. Zero fields don't matter to the
// order's verb.
type order struct {
	Do      string `json:"do"`
	Items   string `json:"items,omitempty"`   // file of little-endian float32, row-major
	Queries string `json:"queries,omitempty"` // the same
	Dim     int    `json:"dim,omitempty"`
	Threads int    `json:"threads,omitempty"`
	M       int    `json:"m,omitempty"`  // HNSW's links, or the bytes of a product quantizer's code
	Ef      int    `json:"ef,omitempty"` // efConstruction or efSearch
	Lists   int    `json:"lists,omitempty"`
	Probe   int    `json:"probe,omitempty"`
	Refine  int    `json:"refine,omitempty"` // candidates compared in full, for each of the k
	K       int    `json:"k,omitempty"`
	Reps    int    `json:"reps,omitempty"` // passes over all queries
	Found   bool   `json:"found,omitempty"`
	Job     *job   `json:"job,omitempty"` // of the verbs that learn
}

// The verbs. load reads the files; hnsw, ivfpq and flat build an index over the items; search answers all queries, one
// after another, from the index built last; touch reads the items' memory and nothing else.
const (
	doLoad   = "load"
	doHNSW   = "hnsw"
	doIVFPQ  = "ivfpq"
	doFlat   = "flat"
	doSearch = "search"
	doTouch  = "touch"
)

// reply is one JSON line for each order, and one at the start that names the peer.
type reply struct {
	Peer    string    `json:"peer,omitempty"`
	Version string    `json:"version,omitempty"`
	Seconds float64   `json:"seconds,omitempty"` // of processor time, of the work alone
	Found   [][]int32 `json:"found,omitempty"`   // item ids for each query, where asked for
	Times   []float64 `json:"times,omitempty"`   // seconds of each request, where asked for
	Error   string    `json:"error,omitempty"`
}
