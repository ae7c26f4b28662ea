//go:build milvus

package milvus

import (
	"context"
	"reflect"
	"testing"
	"time"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// Eight items in the plane, each an eighth of a turn further.
var compass = []float32{1, 0, 0.8, 0.6, 0, 1, -0.8, 0.6, -1, 0, -0.8, -0.6, 0, -1, 0.8, -0.6}

// session is what is recorded and replayed: a build, two searches, the end.
func session(t *testing.T, c *Client) (progress []int) {
	t.Helper()
	ctx := context.Background()
	ix, err := c.Build(ctx, compass, 2, func(done, _ int) { progress = append(progress, done) })
	if err != nil {
		t.Fatal(err)
	}
	exact := retrieval.NewExact(compass, 2)
	for i, q := range []problem.Query{{ID: 0, Vec: []float32{1, 0.1}}, {ID: 1, Vec: []float32{-0.5, 0.25}}} {
		want, _ := exact.Retrieve(ctx, q, 3, nil)
		got, err := ix.Retrieve(ctx, q, 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		for j := range got { // sums differ in the last bit
			if d := got[j].Score - want[j].Score; d > 1e-6 || d < -1e-6 {
				t.Errorf("query %d: %v, an exact scan %v", i, got, want)
			}
			got[j].Score = want[j].Score
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("query %d: %v, an exact scan %v", i, got, want)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return progress
}

// lite.jsonl is what milvus-lite answered when it was recorded (TestRecord).
func TestWhatALiteServerSaid(t *testing.T) {
	r := newReplay(t, "testdata/lite.jsonl")
	c := connect(t, Options{Address: serve(t, r.answer), Partitions: 2, Timeout: 10 * time.Second})
	if got := session(t, c); !reflect.DeepEqual(got, []int{4, 8, 16}) {
		t.Errorf("progress %v", got)
	}
}

// cluster.jsonl holds the same session with a Milvus of several nodes, which milvus-lite can't play: two shards, two
// replicas, an index that is built while one waits, a flush and a load that take their time, a proxy that is overrun.
// Its messages follow the published protocol.
func TestWhatAClusterSays(t *testing.T) {
	r := newReplay(t, "testdata/cluster.jsonl")
	c := connect(t, Options{
		Address: serve(t, r.answer), Database: "shop", Shards: 2, Partitions: 2, Replicas: 2, Index: "HNSW",
		Consistency: "session", Timeout: 10 * time.Second,
	})
	if got := session(t, c); !reflect.DeepEqual(got, []int{4, 8, 8, 13, 16}) {
		t.Errorf("progress %v", got)
	}
}
