package collab

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// groupContent says which group an item belongs to, and nothing of requests.
type groupContent struct{ groups, perGroup int }

func (g groupContent) Width() int { return g.groups }

func (g groupContent) Item(i int32, into []float32) {
	clear(into)
	into[int(i)/g.perGroup] = 1
}

func (g groupContent) Request(_ *problem.Query, into []float32) { clear(into) }

func trainTowers(t *testing.T, h *problem.History, in problem.Inputs, o TwoTowerOptions) (*problem.Embedding, []float64) {
	t.Helper()
	var losses []float64
	towers, err := TrainTwoTower(t.Context(), h, in, o, func(_, _ int, loss float64) { losses = append(losses, loss) })
	if err != nil {
		t.Fatal(err)
	}
	return towers.Embedding(), losses
}

func TestTwoTowerLearnsTastes(t *testing.T) {
	d := tastes(300, 5, 30, 15)
	e, losses := trainTowers(t, d.h, nil, TwoTowerOptions{Dim: 16, Hidden: 32, Epochs: 15, Batch: 64, Negatives: 32})
	if losses[len(losses)-1] > losses[0]-0.3 {
		t.Errorf("losses %.2f: want them to fall", losses)
	}
	towers, _ := d.judge(t, scan(e))
	popular, _ := d.judge(t, NewPopularity(d.h, 0))
	if mean(towers) < 1.5*mean(popular) {
		t.Errorf("NDCG@10 %.3f, popularity %.3f: want half as much again", mean(towers), mean(popular))
	}
	v := make([]float32, e.Dim)
	for _, user := range []int32{0, 299, -1, 300} {
		e.Encode(&problem.Query{User: user}, v)
		if l := lengthSq(v); math.Abs(l-1) > 1e-4 {
			t.Errorf("user %d has a vector of length² %g", user, l)
		}
	}
	for i := range int32(d.h.Items) {
		if l := lengthSq(e.Item(i)); math.Abs(l-1) > 1e-4 {
			t.Errorf("item %d has a vector of length² %g", i, l)
		}
	}
}

// Items that nobody has engaged with are found by what they are like: with content, a user's own group's new items come
// before those of other groups.
func TestTwoTowerPlacesNewItemsByContent(t *testing.T) {
	const groups, per = 4, 30
	d := tastes(300, groups, per, 12)
	isNew := func(i int32) bool { return i%10 == 7 }
	var events []event
	for u := range int32(d.h.Users) {
		for at := d.h.Start[u]; at < d.h.Start[u+1]; at++ {
			if i := d.h.Item[at]; !isNew(i) {
				events = append(events, event{u, i, d.h.Day[at]})
			}
		}
	}
	h := historyFrom(d.h.Users, d.h.Items, events)
	e, _ := trainTowers(t, h, groupContent{groups, per}, TwoTowerOptions{Dim: 16, Hidden: 32, Epochs: 15, Batch: 64, Negatives: 32})
	right, n := 0, 0
	q := make([]float32, e.Dim)
	for u := range int32(h.Users) {
		e.Encode(&problem.Query{User: u}, q)
		best := problem.Candidate{Item: -1}
		for i := range int32(h.Items) {
			c := problem.Candidate{Item: i}
			for j, v := range e.Item(i) {
				c.Score += q[j] * v
			}
			if isNew(i) && (best.Item < 0 || retrieval.Better(c, best)) {
				best = c
			}
		}
		n++
		if int(best.Item)/per == int(u)%groups {
			right++
		}
	}
	if share := float64(right) / float64(n); share < 0.8 {
		t.Errorf("the best new item is of the user's own group for %.2f of users, want at least 0.8 (by chance 0.25)", share)
	}
}

// An item that nobody has engaged with is never a positive. Drawn as a negative it learns to stay out; otherwise it lies
// where chance put it.
func TestTwoTowerKeepsUntouchedItemsOut(t *testing.T) {
	d := tastes(200, 4, 30, 10)
	h := *d.h
	h.Items *= 2 // the second half untouched
	untouched := func(negatives int) float64 {
		e, _ := trainTowers(t, &h, nil, TwoTowerOptions{Dim: 8, Hidden: 16, Epochs: 10, Batch: 64, Negatives: negatives})
		n := 0
		for u := range int32(h.Users) {
			for _, i := range first(t, e, retrieval.NewExact(e.Items, e.Dim), u) {
				if int(i) >= d.h.Items {
					n++
				}
			}
		}
		return float64(n) / float64(50*h.Users)
	}
	with, without := untouched(64), untouched(-1)
	if with > 0.1 || without < 0.3 {
		t.Errorf("untouched items are %.3f of the first 50 with drawn negatives, %.3f without", with, without)
	}
}

func TestTwoTowerRepeats(t *testing.T) {
	d := tastes(60, 3, 20, 10)
	o := TwoTowerOptions{Dim: 8, Hidden: 8, Epochs: 2, Batch: 32, Negatives: 8, Seed: 1}
	a, _ := trainTowers(t, d.h, nil, o)
	b, _ := trainTowers(t, d.h, nil, o)
	o.Seed = 2
	c, _ := trainTowers(t, d.h, nil, o)
	if !slices.Equal(a.Items, b.Items) {
		t.Error("the same seed learned other vectors")
	}
	if slices.Equal(a.Items, c.Items) {
		t.Error("another seed learned the same vectors")
	}
}

// A user is read as the mean of the engagements before the one to be predicted, in order of time and not of id, and of a
// long history only the end.
func TestTwoTowerReadsWhatCameBefore(t *testing.T) {
	h := historyFrom(2, 4, []event{{0, 0, 9}, {0, 1, 3}, {0, 3, 3}, {1, 2, 1}})
	items, days := inTime(t.Context(), h)
	if !slices.Equal(items, []int32{1, 3, 0, 2}) || !slices.Equal(days, []float32{3, 3, 9, 1}) {
		t.Errorf("in order of time: items %v, days %v", items, days)
	}
	tt := newTowerTraining(t.Context(), h, nil, TwoTowerOptions{Dim: 2, Hidden: 3, Epochs: 1, Batch: 4, Temperature: 1})
	tt.table.SetWeights([]float32{1, 10, 2, 20, 4, 40, 6, 60})
	tt.userForward([]int{0, 1, 2, 3})
	if want := []float32{0, 0, 2, 20, 4, 40, 0, 0}; !slices.Equal(tt.x, want) {
		t.Errorf("means %v, want %v", tt.x, want)
	}
	long := make([]int32, historyCut+3)
	long[3] = 7
	if got := latest(long); len(got) != historyCut || got[0] != 7 {
		t.Errorf("of %d engagements %d are read, from %d on", len(long), len(got), got[0])
	}
}

// The gradient that the table gets is that of the loss by each own vector, through both towers.
func TestTwoTowerGradientByDifferences(t *testing.T) {
	h := historyFrom(2, 5, []event{{0, 0, 1}, {0, 1, 2}, {0, 3, 3}, {1, 2, 1}, {1, 0, 2}, {1, 4, 3}})
	tt := newTowerTraining(t.Context(), h, groupContent{5, 1}, TwoTowerOptions{
		Dim: 3, Hidden: 6, Epochs: 1, Batch: 6,
		Negatives: 3, Temperature: 0.7,
	})
	batch := []int{0, 1, 2, 3, 4, 5}
	loss := func() float64 { // the same negatives and the same bare rows each time
		tt.rng = rand.New(rand.NewPCG(11, 1))
		return tt.train(batch)
	}
	loss()
	g := make([]float32, 0, 5*3)
	for item := range int32(5) {
		g = append(g, tt.table.Gradient(item)...)
	}
	for i := range g {
		const step = 2e-3
		at := &tt.table.Row(int32(i / 3))[i%3]
		w := *at
		*at = w + step
		up := loss()
		*at = w - step
		down := loss()
		*at = w
		if num := (up - down) / (2 * step); math.Abs(num-float64(g[i])) > 0.02*(0.1+math.Abs(num)) {
			t.Errorf("value %d: gradient %.5f, by differences %.5f", i, g[i], num)
		}
	}
}
