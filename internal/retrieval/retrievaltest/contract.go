package retrievaltest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// Engine is a Retriever that is held to the contract.
type Engine struct {
	Retriever retrieval.Retriever
	Truth     retrieval.Retriever // scores every item; asked without a filter
	Items     int
	Queries   []problem.Query // without filters
	// Floor is the least recall@10 against the truth's best allowed items, under every filter below; 0 asks for the very
	// same answers.
	Floor float64
	Near  float32 // how far scores may be from the truth's: libraries add up in another order
}

// contractK is how many candidates the contract asks for.
const contractK = 10

// Contract checks what every Retriever promises: no refused item and no item twice, best first and ties by item, k of them
// wherever there are k (in an approximate engine: the recall stated), and what was in the slice is still there.
func Contract(t *testing.T, e Engine) {
	t.Helper()
	rng := rand.New(rand.NewPCG(17, 1))
	most := make([]int32, 0, e.Items) // nine in ten
	few := make([]int32, 0, e.Items)  // all but three
	some := rng.Perm(e.Items)[:3]
	for i := range e.Items {
		if rng.IntN(10) > 0 {
			most = append(most, int32(i))
		}
		if !slices.Contains(some, i) {
			few = append(few, int32(i))
		}
	}
	all := make([]int32, e.Items)
	for i := range all {
		all[i] = int32(i)
	}
	for _, tc := range []struct {
		name   string
		filter func(best []problem.Candidate) problem.Filter
	}{
		{"without a filter", func([]problem.Candidate) problem.Filter { return problem.Filter{} }},
		{"the best are refused by name", func(best []problem.Candidate) problem.Filter {
			var except []int32
			for _, c := range best[:min(5, len(best))] {
				except = append(except, c.Item)
			}
			slices.Sort(except)
			return problem.Filter{Except: except}
		}},
		{"nine in ten are refused by name", func([]problem.Candidate) problem.Filter { return problem.Filter{Except: most} }},
		{"every second is refused by a condition", func([]problem.Candidate) problem.Filter {
			return problem.Filter{Only: func(item int32) bool { return item%2 == 0 }}
		}},
		{"nine in ten are refused by a condition", func([]problem.Candidate) problem.Filter {
			return problem.Filter{Only: func(item int32) bool { return item%10 == 3 }}
		}},
		{"by name and by a condition", func(best []problem.Candidate) problem.Filter {
			return problem.Filter{Except: []int32{best[0].Item}, Only: func(item int32) bool { return item%3 != 1 }}
		}},
		{"all but three are refused", func([]problem.Candidate) problem.Filter { return problem.Filter{Except: few} }},
		{"all are refused", func([]problem.Candidate) problem.Filter { return problem.Filter{Except: all} }},
	} {
		t.Run(tc.name, func(t *testing.T) { e.check(t, tc.filter) })
	}
}

func (e Engine) check(t *testing.T, filter func(best []problem.Candidate) problem.Filter) {
	t.Helper()
	hits, of := 0, 0
	for _, q := range e.Queries {
		order, err := e.Truth.Retrieve(context.Background(), q, e.Items, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Filter = filter(order)
		var want []problem.Candidate
		for _, c := range order {
			if len(want) < contractK && q.Filter.Allows(c.Item) {
				want = append(want, c)
			}
		}
		mark := problem.Candidate{Item: -7, Score: 7}
		got, err := e.Retriever.Retrieve(context.Background(), q, contractK, []problem.Candidate{mark})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 || got[0] != mark {
			t.Fatalf("request %d: what was in the slice is gone", q.ID)
		}
		got = got[1:]
		e.checkOrder(t, &q, got)
		of += len(want)
		if e.Floor == 0 && !e.same(got, want) {
			t.Fatalf("request %d: %v\nwant %v", q.ID, got, want)
		}
		for _, c := range got {
			if len(want) > 0 && c.Score >= want[len(want)-1].Score-e.Near {
				hits++
			}
		}
	}
	if share := float64(hits) / float64(max(of, 1)); of > 0 && share < e.Floor {
		t.Errorf("recall@%d of the allowed items is %.3f, want at least %.2f", contractK, share, e.Floor)
	}
}

func (e Engine) checkOrder(t *testing.T, q *problem.Query, got []problem.Candidate) {
	t.Helper()
	if len(got) > contractK {
		t.Fatalf("request %d: %d candidates, asked for %d", q.ID, len(got), contractK)
	}
	seen := map[int32]bool{}
	for i, c := range got {
		switch {
		case c.Item < 0 || int(c.Item) >= e.Items:
			t.Fatalf("request %d: item %d of %d", q.ID, c.Item, e.Items)
		case !q.Filter.Allows(c.Item):
			t.Fatalf("request %d: item %d, which the filter refuses", q.ID, c.Item)
		case seen[c.Item]:
			t.Fatalf("request %d: item %d twice", q.ID, c.Item)
		case i > 0 && !retrieval.Better(got[i-1], c):
			t.Fatalf("request %d: %v comes before %v", q.ID, got[i-1], c)
		}
		seen[c.Item] = true
	}
}

// same says whether the answers agree; with Near, scores may differ by as much, and then items of nearly equal scores may
// have changed places.
func (e Engine) same(got, want []problem.Candidate) bool {
	return slices.EqualFunc(got, want, func(a, b problem.Candidate) bool {
		d := a.Score - b.Score
		return d <= e.Near && d >= -e.Near && (a.Item == b.Item || e.Near > 0)
	})
}
