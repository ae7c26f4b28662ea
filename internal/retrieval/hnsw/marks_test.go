package hnsw

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestMarksRememberOneSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 100).Draw(t, "nodes")
		m := newMarks(n)
		if rapid.Bool().Draw(t, "epochs run out") {
			m.epoch = math.MaxUint32 - 2
		}
		if m.capacity() < n {
			t.Fatalf("room for %d of %d nodes", m.capacity(), n)
		}
		for range 6 {
			m.clear()
			met := map[int32]bool{}
			for _, node := range rapid.SliceOfN(rapid.Int32Range(0, int32(n)-1), 0, 40).Draw(t, "search") {
				if isNew := m.set(node) == 1; isNew == met[node] {
					t.Fatalf("node %d: new %v, met before %v", node, isNew, met[node])
				}
				met[node] = true
			}
		}
	})
}
