package ranking

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"dryrun/internal/nn"
	"dryrun/internal/problem"
	"pgregory.net/rapid"
)

// twoColumns is features of two columns: stage one's score, and what a table says of the item.
type twoColumns struct{ table []float32 }

func (twoColumns) Columns() []string { return []string{"stage_one", "table"} }
func (f twoColumns) Fill(_ *problem.Query, c problem.Candidate, into []float32) {
	into[0], into[1] = c.Score, f.table[c.Item]
}

// lastColumn scores a row by its second column.
type lastColumn struct{}

func (lastColumn) MB() float64 { return 0 }
func (lastColumn) Score(rows, out []float32) {
	for i := range out {
		out[i] = rows[2*i+1]
	}
}

func TestRankerSortsByTheModelAndTiesByItem(t *testing.T) {
	table := make([]float32, 1000)
	for i := range table {
		table[i] = float32(i % 10)
	}
	r := NewRanker(lastColumn{}, twoColumns{table})
	var wg sync.WaitGroup
	for range 4 { // one ranker serves many requests at a time
		wg.Go(func() {
			for n := range 3 {
				cands := make([]problem.Candidate, 300*(n+1))
				for i := range cands {
					cands[i] = problem.Candidate{Item: int32(len(cands) - 1 - i), Score: 1}
				}
				if err := r.Rank(context.Background(), problem.Query{}, cands); err != nil {
					t.Error(err)
				}
				for i, c := range cands {
					if c.Score != table[c.Item] || i > 0 && (cands[i-1].Score < c.Score || cands[i-1].Score == c.Score &&
						cands[i-1].Item > c.Item) {
						t.Errorf("place %d holds %+v after %+v", i, c, cands[max(i-1, 0)])
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestRankerLeavesCandidatesAloneWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	cands := []problem.Candidate{{Item: 0, Score: 5}, {Item: 1, Score: 4}}
	want := slices.Clone(cands)
	r := NewRanker(lastColumn{}, twoColumns{[]float32{1, 2}})
	if err := r.Rank(ctx, problem.Query{}, cands); !errors.Is(err, context.Canceled) || !slices.Equal(cands, want) {
		t.Errorf("error %v, candidates %v", err, cands)
	}
}

func TestSortIsByScoreThenByItemWhateverTheNumbers(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	some := []float32{
		nan, inf, -inf, 0, float32(math.Copysign(0, -1)), 1, -1, math.SmallestNonzeroFloat32,
		-math.SmallestNonzeroFloat32, math.MaxFloat32,
	}
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.Custom(func(t *rapid.T) problem.Candidate {
			score := rapid.OneOf(rapid.SampledFrom(some), rapid.Float32()).Draw(t, "score")
			return problem.Candidate{Item: rapid.Int32().Draw(t, "item"), Score: score}
		})
		cands := rapid.SliceOfN(one, 0, 40).Draw(t, "candidates")
		want := slices.Clone(cands)
		slices.SortStableFunc(want, func(a, b problem.Candidate) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Item, b.Item))
		})
		Sort(cands)
		for i, c := range cands {
			if c.Item != want[i].Item || cmp.Compare(c.Score, want[i].Score) != 0 {
				t.Fatalf("place %d of %v holds %v, want %v", i, cands, c, want[i])
			}
		}
	})
}

func TestIdentityKeepsStageOnesOrder(t *testing.T) {
	cands := []problem.Candidate{{Item: 3, Score: 1}, {Item: 1, Score: 1}}
	want := slices.Clone(cands)
	if err := (Identity{}).Rank(context.Background(), problem.Query{}, cands); err != nil || !slices.Equal(cands, want) {
		t.Errorf("error %v, candidates %v", err, cands)
	}
}

func TestLogisticFindsTheOptimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	d := &Dataset{Columns: []string{"a", "b", "c", "d"}, X: make([]float32, 2000*4), Y: make([]float32, 2000)}
	for i := range d.X {
		d.X[i] = float32(rng.NormFloat64())
	}
	for i := range d.Y {
		if rng.Float64() < nn.Sigmoid(float64(d.X[4*i])-0.5) {
			d.Y[i] = 1
		}
	}
	d.X[0], d.X[5] = float32(math.NaN()), float32(math.NaN())
	l, err := TrainLogistic(context.Background(), d, LogisticOptions{L2: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	// At the optimum every slope of the penalized loss is 0: Σ (p − y)·z_c + λ·β_c, and Σ (p − y) for the intercept.
	f, err := newNewton(context.Background(), d, 2)
	if err != nil {
		t.Fatal(err)
	}
	slopes := make([]float64, 5)
	for from := 0; from < d.Rows(); from += newtonBlock {
		for i := range f.fill(from) {
			out := make([]float32, 1)
			l.Score(d.X[(from+i)*4:(from+i+1)*4], out)
			for c := range slopes {
				slopes[c] += (l.Prob(out[0]) - float64(d.Y[from+i])) * f.block[i*5+c]
			}
		}
	}
	for c, w := range l.Weights() {
		slopes[c] += 2 * w.Weight
	}
	for c, s := range slopes {
		if math.Abs(s) > 0.01 {
			t.Errorf("slope %d is %v", c, s)
		}
	}
}

func TestLogisticIsCalibratedAndStandsPartedClasses(t *testing.T) {
	d := &Dataset{Columns: []string{"a", "b"}}
	for i := range 100 {
		d.X, d.Y = append(d.X, float32(i), 7), append(d.Y, float32(i/50)) // parted by the first column, the second constant
	}
	l, err := TrainLogistic(context.Background(), d, LogisticOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, d.Rows())
	l.Score(d.X, out)
	if out[0] >= 0 || out[99] <= 0 || math.IsNaN(float64(out[50])) || l.Weights()[1].Weight != 0 {
		t.Errorf("scores %v to %v, weights %v", out[0], out[99], l.Weights())
	}
	row := make([]float32, 1)
	l.Score([]float32{float32(math.NaN()), 7}, row)
	if row[0] != l.base {
		t.Errorf("a missing value scores %v, the mean %v", row[0], l.base)
	}
}
