package trees

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"dryrun/internal/metrics"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/rankingtest"
	"pgregory.net/rapid"
)

func trainTrees(t *testing.T, train, valid *ranking.Dataset, o Options) *Model {
	t.Helper()
	m, err := Train(context.Background(), train, valid, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTreesLearnExclusiveOr(t *testing.T) {
	d := &ranking.Dataset{Columns: rankingtest.Columns(2)}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		a, b := float32(rng.Float64()-0.5), float32(rng.Float64()-0.5)
		y := float32(0)
		if (a > 0) != (b > 0) {
			y = 1
		}
		d.X, d.Y = append(d.X, a, b), append(d.Y, y)
	}
	m := trainTrees(t, d, nil, Options{Trees: 30})
	if auc := metrics.AUC(rankingtest.Scores(m, d), rankingtest.Positive(d)); auc < 0.999 {
		t.Errorf("AUC of trees %.4f", auc)
	}
	l, err := ranking.TrainLogistic(context.Background(), d, ranking.LogisticOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if auc := metrics.AUC(rankingtest.Scores(l, d), rankingtest.Positive(d)); auc > 0.6 {
		t.Errorf("AUC of a linear model %.4f: the problem is too easy to prove anything", auc)
	}
}

func TestTrainingLossFallsWithEveryTree(t *testing.T) {
	for _, objective := range []Objective{Binary, Regression} {
		last, rounds := math.Inf(1), 0
		_, err := Train(context.Background(), rankingtest.Clicks(3000, 6, 1), nil, Options{Objective: objective, Trees: 40},
			func(round, of int, train, valid float64) {
				rounds++
				if round != rounds || of != 40 || train > last || !math.IsNaN(valid) {
					t.Errorf("%s: round %d of %d has loss %v after %v (validation %v)", objective, round, of, train, last, valid)
				}
				last = train
			})
		if err != nil || rounds != 40 {
			t.Errorf("%s: %d rounds, %v", objective, rounds, err)
		}
	}
}

func TestTheSameTreesAtAnyNumberOfWorkers(t *testing.T) {
	data := map[Objective]*ranking.Dataset{
		Binary: rankingtest.Clicks(3000, 9, 1), Quantile: rankingtest.Clicks(3000, 9, 2),
		LambdaRank: rankingtest.Searches(60, 30, 3),
	}
	for objective, d := range data {
		o := Options{Objective: objective, Trees: 10, Workers: 1}
		want := trainTrees(t, d, nil, o)
		for o.Workers = 2; o.Workers <= 4; o.Workers++ {
			if got := trainTrees(t, d, nil, o); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %d workers grew other trees than one", objective, o.Workers)
			}
		}
	}
}

func TestMissingValuesLearnTheirSide(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, like := range []float32{0.1, 0.9} { // missing rows behave like low values, then like high ones
		d := &ranking.Dataset{Columns: rankingtest.Columns(1)}
		for i := range 1000 {
			x := float32(rng.Float64())
			y := float32(0)
			if x > 0.5 {
				y = 1
			}
			if i%4 == 0 {
				x, y = float32(math.NaN()), float32(math.Round(float64(like)))
			}
			d.X, d.Y = append(d.X, x), append(d.Y, y)
		}
		m := trainTrees(t, d, nil, Options{Trees: 5, Leaves: 2})
		out := make([]float32, 3)
		m.Score([]float32{0.1, float32(math.NaN()), 0.9}, out)
		same := out[0]
		if like > 0.5 {
			same = out[2]
		}
		if out[1] != same || out[0] >= out[2] {
			t.Errorf("missing like %v: scores %v", like, out)
		}
	}
}

func TestMissingAloneIsWorthASplit(t *testing.T) {
	d := &ranking.Dataset{Columns: rankingtest.Columns(1)}
	for i := range 200 {
		x, y := float32(i%7), float32(0)
		if i%2 == 0 {
			x, y = float32(math.NaN()), 1
		}
		d.X, d.Y = append(d.X, x), append(d.Y, y)
	}
	m := trainTrees(t, d, nil, Options{Trees: 20, Leaves: 2})
	if auc := metrics.AUC(rankingtest.Scores(m, d), rankingtest.Positive(d)); auc != 1 {
		t.Errorf("AUC %v", auc)
	}
}

func TestLambdaRankBeatsPointwiseOnNDCG(t *testing.T) {
	train, test := rankingtest.Searches(200, 25, 1), rankingtest.Searches(200, 25, 2)
	ndcg := func(o Objective) float64 {
		m := trainTrees(t, train, nil, Options{Objective: o, Trees: 60})
		s := make([]float64, test.Rows())
		for i, v := range rankingtest.Scores(m, test) {
			s[i] = float64(v)
		}
		return 1 - (&lambdaLoss{}).loss(test, s)
	}
	if point, pair := ndcg(Regression), ndcg(LambdaRank); pair < point+0.01 {
		t.Errorf("NDCG@10 of lambdarank %.4f, of regression %.4f", pair, point)
	}
}

func TestQuantileTreesCoverTheirShare(t *testing.T) {
	draw := func(seed uint64) *ranking.Dataset {
		rng := rand.New(rand.NewPCG(seed, 9))
		d := &ranking.Dataset{Columns: rankingtest.Columns(1)}
		for range 4000 {
			x := rng.Float64()
			d.X, d.Y = append(d.X, float32(x)), append(d.Y, float32(x+(0.1+x)*rng.ExpFloat64())) // wider to the right
		}
		return d
	}
	test := draw(2)
	m := trainTrees(t, draw(1), nil, Options{Objective: Quantile, Alpha: 0.9, Trees: 60, Leaves: 8, MinLeaf: 100})
	var below [2]float64
	for i, s := range rankingtest.Scores(m, test) {
		if test.Y[i] <= s {
			below[int(test.X[i]*2)] += 1
		}
	}
	for half, n := range below {
		if share := n / 2000; share < 0.86 || share > 0.94 {
			t.Errorf("half %d: %.3f lie below the 90%% quantile", half, share)
		}
	}
}

func TestEarlyStoppingKeepsTheBestRound(t *testing.T) {
	train, valid := rankingtest.Clicks(1500, 8, 1), rankingtest.Clicks(1500, 8, 2)
	best, at := math.Inf(1), 0
	rounds := 0
	m, err := Train(context.Background(), train, valid, Options{Trees: 400, EarlyStop: 15, Rate: 0.2}, func(round, _ int, _, loss float64) {
		rounds = round
		if loss < best {
			best, at = loss, round
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if m.Len() != at || rounds != at+15 {
		t.Errorf("kept %d trees of %d rounds, the best round was %d", m.Len(), rounds, at)
	}
	loss := 0.0
	for i, s := range rankingtest.Scores(m, valid) {
		loss += ranking.LogLoss(float64(s), float64(valid.Y[i])) / float64(valid.Rows())
	}
	if math.Abs(loss-best) > 1e-5 {
		t.Errorf("the model's validation loss is %v, reported %v", loss, best)
	}
}

func TestWeightsCountAsCopies(t *testing.T) {
	d := rankingtest.Clicks(1000, 4, 1)
	for i, x := range d.X {
		d.X[i] = float32(math.Round(float64(x))) // few values, so that copies don't move the bins
	}
	weighted := &ranking.Dataset{Columns: d.Columns, X: d.X, Y: d.Y, Weight: make([]float32, d.Rows())}
	copied := &ranking.Dataset{Columns: d.Columns}
	for i := range d.Rows() {
		n := 1 + 2*(i%2)
		weighted.Weight[i] = float32(n)
		for range n {
			copied.X, copied.Y = append(copied.X, d.X[i*4:(i+1)*4]...), append(copied.Y, d.Y[i])
		}
	}
	o := Options{Trees: 5, MinLeaf: 1} // a limit on rows would tell copies from weights
	sa, sb := rankingtest.Scores(trainTrees(t, weighted, nil, o), d), rankingtest.Scores(trainTrees(t, copied, nil, o), d)
	for i := range sa {
		if math.Abs(float64(sa[i]-sb[i])) > 1e-3 {
			t.Fatalf("row %d scores %v by weight and %v by copies", i, sa[i], sb[i])
		}
	}
	la, err := ranking.TrainLogistic(context.Background(), weighted, ranking.LogisticOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	lb, err := ranking.TrainLogistic(context.Background(), copied, ranking.LogisticOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range la.Weights() {
		if b := lb.Weights()[i]; math.Abs(a.Weight-b.Weight) > 1e-5 {
			t.Errorf("column %d: %v and %v", i, a.Weight, b.Weight)
		}
	}
}

func TestTrainingStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Train(ctx, rankingtest.Clicks(2000, 4, 1), nil, Options{Trees: 1000}, func(round, _ int, _, _ float64) {
		if round == 3 {
			cancel()
		} else if round > 3 {
			t.Errorf("round %d after the end", round)
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := ranking.TrainLogistic(ctx, rankingtest.Clicks(2000, 4, 1), ranking.LogisticOptions{}, nil); !errors.Is(err,
		context.Canceled) {
		t.Errorf("logistic: error %v", err)
	}
}

func TestBadRowsAreRefused(t *testing.T) {
	inf := float32(math.Inf(1))
	for what, d := range map[string]*ranking.Dataset{
		"no rows":          {Columns: rankingtest.Columns(1)},
		"values short":     {Columns: rankingtest.Columns(2), X: []float32{1}, Y: []float32{1}},
		"infinite value":   {Columns: rankingtest.Columns(1), X: []float32{inf}, Y: []float32{1}},
		"infinite label":   {Columns: rankingtest.Columns(1), X: []float32{1}, Y: []float32{inf}},
		"label above one":  {Columns: rankingtest.Columns(1), X: []float32{1}, Y: []float32{2}},
		"negative weight":  {Columns: rankingtest.Columns(1), X: []float32{1}, Y: []float32{1}, Weight: []float32{-1}},
		"groups too large": {Columns: rankingtest.Columns(1), X: []float32{1}, Y: []float32{1}, Group: []int32{2}},
		"fractional code":  {Columns: rankingtest.Columns(1), X: []float32{1.5}, Y: []float32{1}, Categorical: []bool{true}},
	} {
		if _, err := Train(context.Background(), d, nil, Options{}, nil); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, err := Train(context.Background(), rankingtest.Clicks(50, 4, 1), nil, Options{Objective: LambdaRank}, nil); err == nil {
		t.Error("lambdarank without groups: no error")
	}
	if _, err := Train(context.Background(), nil, nil, Options{}, nil); err == nil {
		t.Error("no dataset: no error")
	}
}

func TestConstantLabelsNeedNoTrees(t *testing.T) {
	d := rankingtest.Clicks(200, 4, 1)
	clear(d.Y)
	if m := trainTrees(t, d, nil, Options{Objective: Regression}); m.Len() != 0 || rankingtest.Scores(m, d)[0] != 0 {
		t.Errorf("%d trees, score %v", m.Len(), rankingtest.Scores(m, d)[0])
	}
}

func TestCategoricalColumnsSplitBySets(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	good := map[int]bool{}
	for code := range 64 {
		good[code] = rng.IntN(2) == 0
	}
	build := func(categorical bool) *ranking.Dataset {
		d := &ranking.Dataset{Columns: rankingtest.Columns(1)}
		if categorical {
			d.Categorical = []bool{true}
		}
		for i := range 4000 {
			y := float32(0)
			if good[i%64] {
				y = 1
			}
			d.X, d.Y = append(d.X, float32(1000*(i%64))), append(d.Y, y)
		}
		return d
	}
	o := Options{Trees: 3, Leaves: 3}
	sets, ordered := build(true), build(false)
	asSets := metrics.AUC(rankingtest.Scores(trainTrees(t, sets, nil, o), sets), rankingtest.Positive(sets))
	asNumbers := metrics.AUC(rankingtest.Scores(trainTrees(t, ordered, nil, o), ordered), rankingtest.Positive(ordered))
	if asSets < 0.999 || asNumbers > 0.95 {
		t.Errorf("AUC by sets %.3f, by order %.3f", asSets, asNumbers)
	}
	out := make([]float32, 2)
	trainTrees(t, sets, nil, o).Score([]float32{7, float32(math.NaN())}, out)
	if out[0] != out[1] {
		t.Errorf("an unknown code scores %v, a missing one %v", out[0], out[1])
	}
}

func TestHistogramSumsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "rows")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		g, h, f := make([]float32, n), make([]float32, n), make([]fixed, n)
		bins, rows := make([]uint8, n), make([]int32, n)
		for i := range g {
			g[i], h[i] = float32(rng.NormFloat64()), float32(rng.Float64())
			bins[i], rows[i] = uint8(rng.IntN(256)), int32(i)
		}
		unit := quantize(g, h, f)
		var all, part, rest, twin histogram
		cut := rng.IntN(n + 1)
		fill(&all, &twin, bins, bins, rows, f)
		fillOne(&part, bins, rows[:cut], f)
		fillOne(&rest, bins, rows[cut:], f[cut:])
		var total slot
		for b := range all {
			total.merge(all[b])
			if all[b] != twin[b] || all[b].minus(part[b]) != rest[b] {
				t.Fatalf("bin %d: %v − %v is not %v", b, all[b], part[b], rest[b])
			}
		}
		sumG, sumH := 0.0, 0.0
		for i := range g {
			sumG += float64(g[i])
			sumH += float64(h[i])
		}
		if total.rows() != n || math.Abs(float64(total.g)*unit.g-sumG) > 1e-5 || math.Abs(total.hess()*unit.h-sumH) > 1e-3 {
			t.Fatalf("%d rows, Σg %v for %v, Σh %v for %v", total.rows(), float64(total.g)*unit.g, sumG, total.hess()*unit.h, sumH)
		}
	})
}

func TestBinsKeepOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float32Range(-1e6, 1e6), 1, 400).Draw(t, "values")
		if rapid.Bool().Draw(t, "rounded") {
			for i := range values {
				values[i] = float32(math.Round(float64(values[i]) / 1e5))
			}
		}
		bins := rapid.IntRange(2, 255).Draw(t, "bins")
		sorted := sortFloats(append([]float32(nil), values...))
		col := binnedColumn{edges: chooseEdges(sorted, bins)}
		if len(col.edges) >= bins {
			t.Fatalf("%d edges for %d bins", len(col.edges), bins)
		}
		last := uint8(0)
		for _, v := range sorted {
			b := col.bin(v)
			if b < last || int(b) > len(col.edges) || int(b) < len(col.edges) && v > col.edges[b] || b > 0 && v <= col.edges[b-1] {
				t.Fatalf("value %v in bin %d of edges %v", v, b, col.edges)
			}
			last = b
		}
	})
}

func TestRadixSortSorts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	values := make([]float32, 10_000)
	for i := range values {
		values[i] = float32(rng.NormFloat64() * math.Pow(10, float64(rng.IntN(9)-4)))
	}
	values[5] = float32(math.Copysign(0, -1))
	want := append([]float32(nil), values...)
	sum := 0.0
	for _, v := range want {
		sum += float64(v)
	}
	got := sortFloats(values)
	for i, v := range got {
		sum -= float64(v)
		if i > 0 && got[i-1] > v {
			t.Fatalf("%v before %v", got[i-1], v)
		}
	}
	if math.Abs(sum) > 1e-6 {
		t.Errorf("sums differ by %v", sum)
	}
}
