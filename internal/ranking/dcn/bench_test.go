package dcn

import (
	"math"
	"math/rand/v2"
	"testing"

	"dryrun/internal/ranking"
	"dryrun/internal/ranking/rankingtest"
)

// codedLogs are numbers and then codes below 1000, low ones frequent, as logs of advertising are; labels are a coin's.
func codedLogs(rows, numbers, codes int) *ranking.Dataset {
	rng := rand.New(rand.NewPCG(1, 4))
	width := numbers + codes
	d := &ranking.Dataset{Columns: rankingtest.Columns(width), Categorical: make([]bool, width)}
	for range rows {
		for c := range width {
			d.Categorical[c] = c >= numbers
			if c < numbers {
				d.X = append(d.X, float32(rng.NormFloat64()))
			} else {
				d.X = append(d.X, float32(int(1000*math.Pow(rng.Float64(), 2))))
			}
		}
		d.Y = append(d.Y, float32(rng.IntN(2)))
	}
	return d
}

// Training steps on batches of 256, at the shapes that are compared with PyTorch.
func BenchmarkDCNStep(b *testing.B) {
	for _, c := range []struct {
		name           string
		numbers, codes int
		o              Options
	}{
		{"28 numbers", 28, 0, Options{}},
		{"26 codes", 13, 26, Options{}},
		{"26 codes, low-rank", 13, 26, Options{Rank: 32}},
		{"26 codes, parallel", 13, 26, Options{Parallel: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := codedLogs(20_000, c.numbers, c.codes)
			o, err := c.o.withDefaults()
			if err != nil {
				b.Fatal(err)
			}
			m, err := newModel(d, o, rand.New(rand.NewPCG(1, 5)))
			if err != nil {
				b.Fatal(err)
			}
			t := newTrainer(m, d, o)
			from := 0
			for b.Loop() {
				t.step(t.order[from : from+o.Batch])
				from = (from + o.Batch) % (len(t.order) - o.Batch)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*o.Batch), "µs/row")
		})
	}
}
