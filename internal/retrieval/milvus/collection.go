//go:build milvus

package milvus

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/milvus-io/milvus-proto/go-api/v2/commonpb"
	"github.com/milvus-io/milvus-proto/go-api/v2/milvuspb"
	"google.golang.org/protobuf/proto"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// collection is a loaded collection on the server.
type collection struct {
	client  *Client
	name    string
	n, dim  int
	written uint64             // the server's time of the last insert
	search  func(k int) string // parameters of the index
}

// maxK is the most results that Milvus gives for a search.
const maxK = 16384

// Retrieve implements retrieval.Retriever. A search that fails for a reason that may pass is made again: it changes
// nothing.
func (x *collection) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	if len(q.Vec) != x.dim {
		return into,
			fmt.Errorf("searching Milvus for request %d: its vector has %d values and the index %d: encode it with the "+
				"index's encoder", q.ID, len(q.Vec), x.dim)
	}
	if err := ctx.Err(); err != nil {
		return into, err
	}
	k = min(k, x.n)
	if k > maxK {
		return into, fmt.Errorf("searching Milvus for %d candidates: it gives at most %d: choose a smaller k", k, maxK)
	}
	if k <= 0 || slices.ContainsFunc(q.Vec, notFinite) { // a query with NaN has no neighbors
		return into, nil
	}
	condition, allowed := x.condition(&q.Filter)
	if k = min(k, allowed); k == 0 {
		return into, nil
	}
	request, err := x.request(q.Vec, k, condition)
	if err != nil {
		return into, fmt.Errorf("searching Milvus for request %d: %w", q.ID, err)
	}
	answer, err := ask(ctx, x.client, "searching for request "+strconv.Itoa(int(q.ID)), x.client.o.Timeout, x.client.stub.Search, request)
	if err != nil {
		return into, err
	}
	from := len(into)
	if into, err = x.read(answer, k, &q.Filter, into); err != nil {
		return into[:from], fmt.Errorf("searching Milvus for request %d: %w", q.ID, err)
	}
	return into, nil
}

// condition returns the filter as an expression over items, "" where it allows all, and how many items it allows. Milvus
// can't call Only, so that is asked about each item here; the shorter of the two lists goes out.
func (x *collection) condition(f *problem.Filter) (text string, allowed int) {
	if f.AllowsAll() {
		return "", x.n
	}
	var refused, rest []int32
	if f.Only == nil {
		first, _ := slices.BinarySearch(f.Except, 0)
		last, _ := slices.BinarySearch(f.Except, int32(x.n))
		refused = slices.Compact(slices.Clone(f.Except[first:last]))
	} else {
		for item := range int32(x.n) {
			if f.Allows(item) {
				rest = append(rest, item)
			} else {
				refused = append(refused, item)
			}
		}
	}
	list, operator := refused, " not in "
	if f.Only != nil && len(rest) < len(refused) {
		list, operator = rest, " in "
	}
	if len(refused) == 0 {
		return "", x.n
	}
	out := append([]byte(idField), operator...)
	for i, item := range list {
		out = append(out, "[,"[min(i, 1)])
		out = strconv.AppendInt(out, int64(item), 10)
	}
	return string(append(out, ']')), x.n - len(refused)
}

func (x *collection) request(v []float32, k int, condition string) (*milvuspb.SearchRequest, error) {
	packed := make([]byte, 0, 4*len(v))
	for _, f := range v {
		packed = binary.LittleEndian.AppendUint32(packed, math.Float32bits(f))
	}
	group, err := proto.Marshal(&commonpb.PlaceholderGroup{Placeholders: []*commonpb.PlaceholderValue{
		{Tag: "$0", Type: commonpb.PlaceholderType_FloatVector, Values: [][]byte{packed}},
	}})
	if err != nil {
		return nil, fmt.Errorf("writing the vector: %w", err)
	}
	o := x.client.o
	q := &milvuspb.SearchRequest{
		DbName: o.Database, CollectionName: x.name, DslType: commonpb.DslType_BoolExprV1, Dsl: condition, Nq: 1,
		SearchInput: &milvuspb.SearchRequest_PlaceholderGroup{PlaceholderGroup: group},
		SearchParams: pairs("anns_field", vectorField, "topk", strconv.Itoa(k), "metric_type", "IP", "round_decimal", "-1",
			"params", x.search(k)),
		ConsistencyLevel: o.consistency(),
	}
	if q.ConsistencyLevel == commonpb.ConsistencyLevel_Session {
		q.GuaranteeTimestamp = x.written // see at least what this client wrote
	}
	return q, nil
}

// read appends an answer's results, best first. Nothing in an answer is trusted before it is checked.
func (x *collection) read(answer *milvuspb.SearchResults, k int, f *problem.Filter, into []problem.Candidate) ([]problem.Candidate, error) {
	r := answer.GetResults()
	ids, scores := r.GetIds().GetIntId().GetData(), r.GetScores()
	if len(ids) != len(scores) || len(ids) > k {
		return into, fmt.Errorf("an answer of Milvus holds %d items and %d scores, where at most %d of each were asked for",
			len(ids), len(scores), k)
	}
	from := len(into)
	for i, id := range ids {
		if id < 0 || id >= int64(x.n) {
			return into, fmt.Errorf("an answer of Milvus holds item %d of %d: another program writes to collection %s", id, x.n, x.name)
		}
		if !f.Allows(int32(id)) {
			return into,
				fmt.Errorf("an answer of Milvus holds item %d, which the request's filter refuses: the server doesn't filter "+
					"by ids: use a newer one", id)
		}
		into = append(into, problem.Candidate{Item: int32(id), Score: scores[i]})
	}
	slices.SortFunc(into[from:], func(a, b problem.Candidate) int { // Milvus leaves equal scores in any order
		switch {
		case a == b:
			return 0
		case retrieval.Better(a, b):
			return -1
		}
		return 1
	})
	return into, nil
}

// Len implements retrieval.Index.
func (x *collection) Len() int { return x.n }

// MB implements retrieval.Index: the vectors of all replicas. What its links and lists take Milvus doesn't say.
func (x *collection) MB() float64 {
	return 4 * float64(x.n) * float64(x.dim) * float64(x.client.o.Replicas) / 1e6
}

// Close drops the collection.
func (x *collection) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), leaving)
	defer cancel()
	if err := x.client.drop(ctx, x.name); err != nil {
		return fmt.Errorf("dropping what was made in Milvus: %w", err)
	}
	return nil
}
