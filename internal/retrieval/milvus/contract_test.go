//go:build milvus

package milvus

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/milvus-io/milvus-proto/go-api/v2/milvuspb"
	"github.com/milvus-io/milvus-proto/go-api/v2/schemapb"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
)

func TestMilvusKeepsTheContract(t *testing.T) {
	const n, dim = 600, 8
	s := newLite(t)
	items := retrievaltest.Hard(1, n, dim)
	// milvus-lite's graph finds few of the items that a narrow filter leaves, which a server's does; its scan is exact.
	c := connect(t, Options{Address: s.address, Index: "FLAT", Timeout: 10 * time.Second})
	ix, err := c.Build(t.Context(), items, dim, nil)
	if err != nil {
		t.Fatal(err)
	}
	retrievaltest.Contract(t, retrievaltest.Engine{
		Retriever: ix, Truth: retrieval.NewExact(items, dim), Items: n,
		Queries: retrievaltest.Queries(retrievaltest.Hard(2, 5, dim), dim), Near: 1e-5,
	})
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestAFilterBecomesAConditionOnItems(t *testing.T) {
	x := &collection{n: 10}
	odd := func(item int32) bool { return item%2 == 1 }
	for _, tc := range []struct {
		name    string
		filter  problem.Filter
		want    string
		allowed int
	}{
		{"nothing is refused", problem.Filter{}, "", 10},
		{"some by name", problem.Filter{Except: []int32{2, 7}}, "item not in [2,7]", 8},
		{"names that aren't items", problem.Filter{Except: []int32{-3, 12}}, "", 10},
		{"half by a condition", problem.Filter{Only: odd}, "item not in [0,2,4,6,8]", 5},
		{"most by a condition", problem.Filter{Only: func(item int32) bool { return item == 4 }}, "item in [4]", 1},
		{"both", problem.Filter{Except: []int32{1}, Only: odd}, "item in [3,5,7,9]", 4},
		{"a condition that all meet", problem.Filter{Only: func(int32) bool { return true }}, "", 10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, allowed := x.condition(&tc.filter); got != tc.want || allowed != tc.allowed {
				t.Errorf("%q, %d allowed; want %q, %d", got, allowed, tc.want, tc.allowed)
			}
		})
	}
}

// A server that doesn't know the condition gives refused items, too.
func TestARefusedItemInAnAnswerIsAnError(t *testing.T) {
	address := serve(t, func(_ context.Context, method string, _ proto.Message) (proto.Message, error) {
		if method == "Search" {
			return &milvuspb.SearchResults{Results: &schemapb.SearchResultData{
				Ids: &schemapb.IDs{IdField: &schemapb.IDs_IntId{IntId: &schemapb.LongArray{Data: []int64{3}}}}, Scores: []float32{1},
			}}, nil
		}
		return &milvuspb.ConnectResponse{}, nil
	})
	x := &collection{client: connect(t, Options{Address: address}), n: 10, dim: 1, search: func(int) string { return "{}" }}
	q := problem.Query{Vec: []float32{1}, Filter: problem.Filter{Except: []int32{3}}}
	if got, err := x.Retrieve(t.Context(), q, 2, nil); err == nil || len(got) != 0 {
		t.Errorf("%v, %v; want an error", got, err)
	}
}
