package collab

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval/retrievaltest"
	"dryrun/internal/vec"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// solveDirectly returns argmin over x of Σ_i c_i·(p_i − x·y_i)² + λ‖x‖² by Cholesky: (YᵀCY + λI)·x = YᵀC·p.
func solveDirectly(y []float32, f int, ids []int32, weights []float32, alpha, reg float64) []float64 {
	n := len(y) / f
	c, p := make([]float64, n), make([]float64, n)
	for i := range c {
		c[i] = 1
	}
	for k, i := range ids {
		c[i], p[i] = alpha*float64(weights[k]), 1
	}
	a, b := mat.NewSymDense(f, nil), mat.NewVecDense(f, nil)
	for i := range n {
		for j := range f {
			b.SetVec(j, b.AtVec(j)+c[i]*p[i]*float64(y[i*f+j]))
			for k := j; k < f; k++ {
				a.SetSym(j, k, a.At(j, k)+c[i]*float64(y[i*f+j])*float64(y[i*f+k]))
			}
		}
	}
	for j := range f {
		a.SetSym(j, j, a.At(j, j)+reg)
	}
	var chol mat.Cholesky
	chol.Factorize(a)
	var x mat.VecDense
	if err := chol.SolveVecTo(&x, b); err != nil {
		panic(err)
	}
	return x.RawVector().Data
}

// Three steps of conjugate gradient solve a system of up to three unknowns, and repeated they solve a larger one.
func TestConjugateGradientSolvesTheLinearSystem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.IntRange(1, 9).Draw(t, "factors")
		n := rapid.IntRange(f, 20).Draw(t, "items")
		alpha := rapid.Float64Range(0.3, 20).Draw(t, "alpha")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		y := retrievaltest.Gaussian(rng, n, f)
		var ids []int32
		var weights []float32
		for i := range n {
			if i == 0 || rng.Float64() < 0.3 {
				ids, weights = append(ids, int32(i)), append(weights, float32(0.5+rng.Float64()))
			}
		}
		const reg = 0.5
		h := &problem.History{Users: 1, Items: n, Start: []int32{0, int32(len(ids))}, Item: ids, Weight: weights}
		a := newALS(t.Context(), h, ALSOptions{Factors: f, Reg: reg, Alpha: alpha, Workers: 1})
		for range 1 + 300*(f/4) {
			if err := a.sweep(t.Context(), a.users, a.x, y); err != nil {
				t.Fatal(err)
			}
		}
		for j, want := range solveDirectly(y, f, ids, weights, alpha, reg) {
			if got := float64(a.x[j]); math.Abs(got-want) > 2e-3*(1+math.Abs(want)) {
				t.Fatalf("x[%d] = %.5f, by Cholesky %.5f", j, got, want)
			}
		}
	})
}

func TestALSObjective(t *testing.T) {
	d := tastes(60, 3, 20, 10)
	a := newALS(t.Context(), d.h, ALSOptions{Factors: 4, Reg: 0.3, Alpha: 7, Workers: 2})
	copy(a.x, retrievaltest.Gaussian(rand.New(rand.NewPCG(1, 1)), 60, 4))
	copy(a.y, retrievaltest.Gaussian(rand.New(rand.NewPCG(2, 1)), 60, 4))
	got, err := a.objective(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := 0.3 * (lengthSq(a.x) + lengthSq(a.y))
	for u := range d.h.Users {
		row, _ := d.h.Row(int32(u))
		for i := range d.h.Items {
			s := 0.0
			for j := range 4 {
				s += float64(a.x[u*4+j]) * float64(a.y[i*4+j])
			}
			if slices.Contains(row, int32(i)) {
				want += 7 * (1 - s) * (1 - s)
			} else {
				want += s * s
			}
		}
	}
	if math.Abs(got-want) > 1e-4*want {
		t.Errorf("objective %.4f, pair by pair %.4f", got, want)
	}
}

func TestALSObjectiveFallsEachIteration(t *testing.T) {
	d := tastes(200, 5, 30, 15)
	for _, alpha := range []float64{0.5, 1, 5, 40} {
		f, err := TrainALS(t.Context(), d.h, ALSOptions{Factors: 16, Iterations: 12, Alpha: alpha}, func(int, int, float64) {})
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Loss) != 12 {
			t.Fatalf("%d losses of 12 iterations", len(f.Loss))
		}
		for i := 1; i < len(f.Loss); i++ {
			if f.Loss[i] > f.Loss[i-1]*(1+1e-5) {
				t.Errorf("alpha %g: objective rose from %.7f to %.7f in iteration %d", alpha, f.Loss[i-1], f.Loss[i], i+1)
			}
		}
	}
}

func TestALSAtAnyNumberOfWorkers(t *testing.T) {
	d := tastes(500, 4, 1500, 20) // more than one block of gramRows
	var first *Factors
	for _, workers := range []int{1, 2, 5} {
		f, err := TrainALS(t.Context(), d.h, ALSOptions{Factors: 12, Iterations: 3, Seed: 4, Workers: workers}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = f
		}
		if !slices.Equal(f.User, first.User) || !slices.Equal(f.Item, first.Item) {
			t.Errorf("%d workers learned other factors than one", workers)
		}
	}
	other, err := TrainALS(t.Context(), d.h, ALSOptions{Factors: 12, Iterations: 3, Seed: 5}, nil)
	if err != nil || slices.Equal(other.User, first.User) {
		t.Errorf("another seed learned the same factors (%v)", err)
	}
}

// A user who has engaged with nothing gets the mean of the others' scores, and so does one whom the history has never met.
func TestFactorsGiveNewcomersWhatOthersLike(t *testing.T) {
	d := tastes(60, 3, 20, 10)
	h := *d.h
	h.Users++ // the last one's row is empty
	h.Start = append(slices.Clone(h.Start), h.Start[len(h.Start)-1])
	als, err := TrainALS(t.Context(), &h, ALSOptions{Factors: 8}, nil)
	if err != nil {
		t.Fatal(err)
	}
	bpr, err := TrainBPR(t.Context(), &h, BPROptions{Factors: 8, Epochs: 5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*Factors{als, bpr} {
		for item := range int32(60) {
			want := 0.0
			for u := range int32(60) {
				want += float64(scoreOf(f, u, item)) / 60
			}
			for _, newUser := range []int32{60, -1, 1000} {
				if got := float64(scoreOf(f, newUser, item)); math.Abs(got-want) > 1e-5 {
					t.Errorf("%s: user %d scores item %d %.6f, the others %.6f on average", f.Name, newUser, item, got, want)
				}
			}
		}
	}
}

// Both embeddings carry the model's scores; the unit one has rows of length 1.
func TestEmbeddingsOfFactorsKeepTheScores(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, biased := range []bool{false, true} {
		f := Factors{Dim: 5, User: retrievaltest.Gaussian(rng, 7, 5), Item: retrievaltest.Gaussian(rng, 40, 5)}
		if biased {
			f.Bias = retrievaltest.Gaussian(rng, 1, 40)
		}
		f.newUser = make([]float32, 5)
		for name, e := range map[string]*problem.Embedding{"raw": f.Embedding(), "unit": f.UnitEmbedding()} {
			t.Run(fmt.Sprintf("%s, biased %v", name, biased), func(t *testing.T) {
				q := make([]float32, e.Dim)
				for i := range int32(40) {
					row := e.Item(i)
					if l := lengthSq(row); name == "unit" && math.Abs(l-1) > 1e-5 {
						t.Errorf("item %d has length² %g", i, l)
					}
					for u := range int32(7) {
						e.Encode(&problem.Query{User: u}, q)
						got := 0.0
						for j := range q {
							got += float64(q[j]) * float64(row[j])
						}
						if want := float64(scoreOf(&f, u, i)); math.Abs(got-want) > 1e-4 {
							t.Errorf("user %d, item %d: %.5f, the model says %.5f", u, i, got, want)
						}
					}
				}
			})
		}
	}
}

func TestUnitEmbeddingOfNothingLearned(t *testing.T) {
	f := Factors{Dim: 2, Item: make([]float32, 6), newUser: make([]float32, 2)}
	if got := f.UnitEmbedding().Items; !slices.Equal(got, []float32{0, 0, 1, 0, 0, 1, 0, 0, 1}) {
		t.Errorf("items %v", got)
	}
}

// scoreOf is x_u·y_i + b_i; a user of -1 is a newcomer.
func scoreOf(f *Factors, user, item int32) float32 {
	s := vec.Dot(f.user(user), f.item(int(item)))
	if f.Bias != nil {
		s += f.Bias[item]
	}
	return s
}
