package dcn

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"dryrun/internal/binfile"
	"dryrun/internal/metrics"
	"dryrun/internal/nn"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/rankingtest"
)

// codedClicks are rows of three numbers and two codes, whose log odds hold products of them.
func codedClicks(rows int, seed uint64) *ranking.Dataset {
	rng := rand.New(rand.NewPCG(seed, 3))
	d := &ranking.Dataset{Columns: rankingtest.Columns(5), Categorical: []bool{false, true, false, true, false}}
	taste := []float64{-2, 2, 0, 1, -1, 2}
	for range rows {
		a, b, c := rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()
		u, v := rng.IntN(6), rng.IntN(6)
		odds := 1.5*a*b + taste[u]*taste[v]/1.5 + 0.5*c - 0.5
		y := float32(0)
		if rng.Float64() < nn.Sigmoid(odds) {
			y = 1
		}
		// Numbers come in units of their own; codes have gaps.
		d.X = append(d.X, float32(100+20*a), float32(10*u), float32(b), float32(1000*v+7), float32(c))
		d.Y = append(d.Y, y)
	}
	return d
}

func trainDCN(t *testing.T, train, valid *ranking.Dataset, o Options) *Model {
	t.Helper()
	m, err := Train(t.Context(), train, valid, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDCNGradientsAgainstFiniteDifferences(t *testing.T) {
	d := codedClicks(8, 1)
	d.X[0], d.X[6] = float32(math.NaN()), float32(math.NaN()) // a missing number, a missing code
	d.Weight = []float32{1, 2, 1, 0.5, 1, 1, 3, 1}
	for name, o := range map[string]Options{
		"stacked":           {Cross: 2, Hidden: []int{5, 4}, Embedding: 2},
		"parallel":          {Cross: 2, Hidden: []int{5, 4}, Embedding: 2, Parallel: true},
		"low-rank":          {Cross: 2, Rank: 2, Hidden: []int{5}, Embedding: 2},
		"cross layers only": {Cross: 3, Hidden: []int{}, Embedding: 2},
		"dense layers only": {Cross: -1, Hidden: []int{5}, Embedding: 2},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := o.withDefaults()
			if err != nil {
				t.Fatal(err)
			}
			m, err := newModel(d, o, rand.New(rand.NewPCG(3, 1)))
			if err != nil {
				t.Fatal(err)
			}
			tr := newTrainer(m, d, o)
			batch := tr.order
			loss := func() float64 {
				return nn.BCE(tr.forward(batch), d.Y, d.Weight, tr.dz)
			}
			loss()
			tr.backward(len(batch))
			for i, p := range m.params() {
				checkSlope(t, i, p.W, slices.Clone(p.G), loss)
			}
			for code := range int32(m.table.Rows()) {
				checkSlope(t, 100+int(code), m.table.Row(code), slices.Clone(m.table.Gradient(code)), loss)
			}
		})
	}
}

// checkSlope compares a gradient with central differences; weights are float32, so both are coarse. ReLU's bends make a
// few differ, so the gradients as a whole must point the same way.
func checkSlope(t *testing.T, i int, w, g []float32, loss func() float64) {
	t.Helper()
	const h = 3e-3
	dot, gg, nn := 0.0, 0.0, 0.0
	for k := range w {
		was := w[k]
		w[k] = was + h
		up := loss()
		w[k] = was - h
		down := loss()
		w[k] = was
		num := (up - down) / (2 * h)
		dot += num * float64(g[k])
		gg += float64(g[k]) * float64(g[k])
		nn += num * num
	}
	if gg == 0 && nn < 1e-10 {
		return // nothing depends on it: a dead ReLU
	}
	if cos, size := dot/math.Sqrt(gg*nn), math.Sqrt(gg/nn); cos < 0.999 || math.Abs(size-1) > 0.02 {
		t.Errorf("parameter %d: gradient and differences have cosine %.5f and sizes in a ratio of %.4f", i, cos, size)
	}
}

func TestDCNLearnsProductsAndIsCalibrated(t *testing.T) {
	train, test := codedClicks(6000, 1), codedClicks(6000, 2)
	linear, err := ranking.TrainLogistic(t.Context(), train, ranking.LogisticOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	base := metrics.AUC(rankingtest.Scores(linear, test), rankingtest.Positive(test))
	for name, o := range map[string]Options{
		"stacked":           {},
		"parallel":          {Parallel: true},
		"low-rank":          {Rank: 8},
		"cross layers only": {Hidden: []int{}, Rate: 0.003},
	} {
		o.Epochs = 12
		m := trainDCN(t, train, nil, o)
		s := rankingtest.Scores(m, test)
		if auc := metrics.AUC(s, rankingtest.Positive(test)); auc < base+0.12 {
			t.Errorf("%s: AUC %.4f, of a linear model %.4f", name, auc, base)
		}
		said, was := 0.0, 0.0
		for i, v := range s {
			said += nn.Sigmoid(float64(v))
			was += float64(test.Y[i])
		}
		if math.Abs(said/was-1) > 0.08 {
			t.Errorf("%s: %.0f positives promised, %.0f came", name, said, was)
		}
	}
}

func TestDCNScoresARowAloneAsAmongOthers(t *testing.T) {
	d := codedClicks(150, 1)
	m := trainDCN(t, d, nil, Options{Epochs: 1, Parallel: true, Rank: 3})
	all, one := rankingtest.Scores(m, d), make([]float32, 1)
	tr := newTrainer(m, d, Options{Batch: d.Rows()})
	for i, want := range tr.forward(tr.order) {
		m.Score(d.X[5*i:5*i+5], one)
		if one[0] != all[i] || math.Abs(float64(one[0]-want)) > 1e-5 {
			t.Fatalf("row %d: %v alone, %v among others, %v in training", i, one[0], all[i], want)
		}
	}
}

func TestDCNTakesUnknownAndMissingValues(t *testing.T) {
	m := trainDCN(t, codedClicks(500, 1), nil, Options{Epochs: 2})
	nan := float32(math.NaN())
	out := make([]float32, 4)
	m.Score([]float32{
		nan, nan, nan, nan, nan,
		100, 5, 0, 8, 0, // codes between those known
		1e30, -3, -1e30, 1e20, float32(math.Inf(1)),
		m.numbers[0].Mean, 5, m.numbers[1].Mean, nan, m.numbers[2].Mean,
	}, out)
	for i, v := range out {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			t.Errorf("row %d scores %v", i, v)
		}
	}
	if out[0] != out[3] {
		t.Errorf("missing values score %v, means and unknown codes %v", out[0], out[3])
	}
}

func TestACodesRowIsFoundHoweverFarTheCodesLieApart(t *testing.T) {
	nan := float32(math.NaN())
	for name, known := range map[string][]int32{
		"close together":   {3, 4, 6, 9},
		"one":              {5},
		"far apart":        {0, 100, 90_000},
		"low and high":     {2, 3, lowCodes - 1, lowCodes, 1 << 24},
		"none but missing": nil,
	} {
		t.Run(name, func(t *testing.T) {
			d := &ranking.Dataset{Columns: rankingtest.Columns(2), Categorical: []bool{false, true}}
			for i := len(known) - 1; i >= 0; i-- {
				d.X = append(d.X, 1, float32(known[i]), 2, nan, 3, float32(known[i]))
			}
			if got := knownCodes(d, 1); !slices.Equal(got, known) {
				t.Fatalf("codes %v, want %v", got, known)
			}
			v := vocabulary{first: 7, known: known}
			v.index()
			if closely := name == "close together" || name == "one"; (v.rows != nil) != closely {
				t.Errorf("%d rows noted", len(v.rows))
			}
			for _, code := range append([]int32{0, 1, 2, 5, 7, 8, 10, 11, 101, 1<<24 + 2}, known...) {
				want := int32(0)
				if i := slices.Index(known, code); i >= 0 {
					want = 7 + int32(i)
				}
				if got := v.row(float32(code)); got != want {
					t.Errorf("code %d has row %d, want %d", code, got, want)
				}
			}
			for _, x := range []float32{nan, -5, 1e30, float32(math.Inf(-1))} {
				if got := v.row(x); got != 0 {
					t.Errorf("code %g has row %d", x, got)
				}
			}
		})
	}
}

func TestDCNIsTheSameForASeed(t *testing.T) {
	d := codedClicks(700, 1)
	a, b := trainDCN(t, d, d, Options{Epochs: 2, Seed: 5}), trainDCN(t, d, d, Options{Epochs: 2, Seed: 5})
	other := trainDCN(t, d, d, Options{Epochs: 2, Seed: 6})
	if !slices.Equal(rankingtest.Scores(a, d), rankingtest.Scores(b, d)) {
		t.Error("one seed, two networks")
	}
	if slices.Equal(rankingtest.Scores(a, d), rankingtest.Scores(other, d)) {
		t.Error("two seeds, one network")
	}
}

func TestDCNKeepsTheBestEpoch(t *testing.T) {
	train, valid := codedClicks(300, 1), codedClicks(1000, 2)
	best, at, epochs := math.Inf(1), 0, 0
	m, err := Train(t.Context(), train, valid, Options{Epochs: 200, EarlyStop: 4, Rate: 0.01}, func(epoch, _ int, _, v float64) {
		epochs = epoch
		if v < best {
			best, at = v, epoch
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if loss, _ := m.logLoss(t.Context(), valid); math.Abs(loss-best) > 1e-9 || epochs != at+4 {
		t.Errorf("validation loss %v after %d epochs, the best was %v in epoch %d", loss, epochs, best, at)
	}
}

func TestDCNStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Train(ctx, codedClicks(2000, 1), nil, Options{Epochs: 1000}, func(int, int, float64, float64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func savedNetwork(t testing.TB) ([]byte, *Model, *ranking.Dataset) {
	d := codedClicks(200, 1)
	m, err := Train(t.Context(), d, nil, Options{Epochs: 1, Embedding: 2, Hidden: []int{3}, Rank: 2, Parallel: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := m.Save(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), m, d
}

func TestASavedDCNComesBackTheSame(t *testing.T) {
	file, m, d := savedNetwork(t)
	again, err := Load(t.Context(), bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rankingtest.Scores(again, d), rankingtest.Scores(m, d)) || !slices.Equal(again.columns, m.columns) {
		t.Error("it scores otherwise")
	}
	for at := range file {
		damaged := bytes.Clone(file)
		damaged[at] ^= 0x10
		if _, err := Load(t.Context(), bytes.NewReader(damaged)); err == nil {
			t.Fatalf("byte %d is wrong and nobody noticed", at)
		}
	}
}

// FuzzLoadDCN gives bodies with a right checksum: whatever they say, the result is an error or a network that scores.
func FuzzLoadDCN(f *testing.F) {
	file, _, _ := savedNetwork(f)
	f.Add(file[8+1+len(FileKind)+2 : len(file)-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		var file bytes.Buffer
		w := binfile.NewWriter(t.Context(), &file, FileKind, fileVersion)
		w.Put(body)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		m, err := Load(t.Context(), &file)
		if err != nil {
			return
		}
		m.Score(make([]float32, 5*len(m.columns)), make([]float32, 5))
	})
}
