package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"dryrun/internal/bench/protocol"
)

// Table is rows for a ranker.
type Table struct {
	X, Y  []float32 // X is row-major
	Group []int32   // rows of each request; nil where rows are independent
}

// Clicks generates rows of protocol.RequestColumns columns like those of click logs: normal, long-tailed, of few values, some
// missing. The log odds of a click are a nonlinear function, with interactions, of the first eight columns.
func Clicks(rows int, seed uint64) Table {
	const width = protocol.RequestColumns
	rng := rand.New(rand.NewPCG(seed, 0x636c69636b))
	t := Table{X: make([]float32, rows*width), Y: make([]float32, rows)}
	for i := range rows {
		x := t.X[i*width : (i+1)*width]
		for c := range x {
			switch c % 4 {
			case 1:
				x[c] = float32(math.Exp(rng.NormFloat64()))
			case 2:
				x[c] = float32(rng.IntN(12))
			default:
				x[c] = float32(rng.NormFloat64())
			}
		}
		odds := float64(x[0]) + 1.2*float64(x[3]*x[4]) + math.Sin(2*float64(x[7])) + 0.6*math.Log(float64(x[1])) + 0.1*float64(x[2]) - 0.8
		if x[6] > 8 {
			odds -= float64(x[5]) / 2
		}
		if rng.Float64() < 1/(1+math.Exp(-odds)) {
			t.Y[i] = 1
		}
		for c := 0; c < width; c += 5 {
			if rng.IntN(20) == 0 {
				x[c] = float32(math.NaN())
			}
		}
	}
	return t
}

// Searches generates requests of size rows each, with grades from 0 to 4.
func Searches(requests, size, width int, seed uint64) Table {
	rng := rand.New(rand.NewPCG(seed, 0x736561726368))
	var t Table
	for range requests {
		level := rng.NormFloat64()
		for range size {
			x := make([]float32, width)
			for c := range x {
				x[c] = float32(rng.NormFloat64())
			}
			x[width-1] = float32(level + 0.3*rng.NormFloat64())
			relevance := 0.8*float64(x[0]) + 0.6*float64(x[1]*x[2]) + 0.4*float64(x[3]) + 0.5*level + 0.7*rng.NormFloat64()
			t.X = append(t.X, x...)
			t.Y = append(t.Y, float32(min(max(math.Round(relevance), 0), 4)))
		}
		t.Group = append(t.Group, int32(size))
	}
	return t
}

// Ads generates rows like those of advertising logs: numbers first, then categorical codes from 0 to values-1. Each code has a
// hidden value, and products of the hidden values of adjacent codes decide the label.
func Ads(rows, numbers, codes, values int, seed uint64) Table {
	rng := rand.New(rand.NewPCG(seed, 0x636f646564))
	hidden := gaussian(97, codes*values)
	width := numbers + codes
	t := Table{X: make([]float32, rows*width), Y: make([]float32, rows)}
	for i := range rows {
		x := t.X[i*width : (i+1)*width]
		for c := range numbers {
			x[c] = float32(rng.NormFloat64())
		}
		odds := -0.7 + 0.7*float64(x[0])*float64(x[1]) + 0.4*float64(x[2])
		last := float32(1)
		for c := range codes {
			code := int(float64(values) * math.Pow(rng.Float64(), 2)) // low codes are frequent
			x[numbers+c] = float32(code)
			v := hidden[c*values+code]
			if c < 6 {
				odds += 0.5 * float64(v*last)
			}
			last = v
		}
		if rng.Float64() < 1/(1+math.Exp(-odds)) {
			t.Y[i] = 1
		}
	}
	return t
}

// Write writes the rows to a folder, which it creates.
func (t Table) Write(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("making a folder for training rows: %w", err)
	}
	err := protocol.WriteFloats(filepath.Join(folder, "x.f32"), t.X)
	if err == nil {
		err = protocol.WriteFloats(filepath.Join(folder, "y.f32"), t.Y)
	}
	if err == nil && t.Group != nil {
		err = protocol.WriteInts(filepath.Join(folder, "group.i32"), t.Group)
	}
	return err
}
