package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// table is rows to learn from, before they are files.
type table struct {
	x, y  []float32
	group []int32
}

// clickRows have columns as logs do: bell-shaped, long-tailed, of few values, now and then missing. The log odds bend
// and cross in the first eight.
func clickRows(rows int, seed uint64) table {
	const width = boostWidth
	rng := rand.New(rand.NewPCG(seed, 0x636c69636b))
	t := table{x: make([]float32, rows*width), y: make([]float32, rows)}
	for i := range rows {
		x := t.x[i*width : (i+1)*width]
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
			t.y[i] = 1
		}
		for c := 0; c < width; c += 5 {
			if rng.IntN(20) == 0 {
				x[c] = float32(math.NaN())
			}
		}
	}
	return t
}

// searchRows are requests of size rows, with grades from 0 to 4.
func searchRows(requests, size, width int, seed uint64) table {
	rng := rand.New(rand.NewPCG(seed, 0x736561726368))
	var t table
	for range requests {
		level := rng.NormFloat64()
		for range size {
			x := make([]float32, width)
			for c := range x {
				x[c] = float32(rng.NormFloat64())
			}
			x[width-1] = float32(level + 0.3*rng.NormFloat64())
			relevance := 0.8*float64(x[0]) + 0.6*float64(x[1]*x[2]) + 0.4*float64(x[3]) + 0.5*level + 0.7*rng.NormFloat64()
			t.x = append(t.x, x...)
			t.y = append(t.y, float32(min(max(math.Round(relevance), 0), 4)))
		}
		t.group = append(t.group, int32(size))
	}
	return t
}

// codedRows are numbers and then codes below `each`, the shape of advertising logs; a code's taste is a few hidden
// values, and tastes that meet decide.
func codedRows(rows, numbers, codes, each int, seed uint64) table {
	rng := rand.New(rand.NewPCG(seed, 0x636f646564))
	taste := gaussian(97, codes*each)
	width := numbers + codes
	t := table{x: make([]float32, rows*width), y: make([]float32, rows)}
	for i := range rows {
		x := t.x[i*width : (i+1)*width]
		for c := range numbers {
			x[c] = float32(rng.NormFloat64())
		}
		odds := -0.7 + 0.7*float64(x[0])*float64(x[1]) + 0.4*float64(x[2])
		last := float32(1)
		for c := range codes {
			code := int(float64(each) * math.Pow(rng.Float64(), 2)) // low codes are frequent
			x[numbers+c] = float32(code)
			v := taste[c*each+code]
			if c < 6 {
				odds += 0.5 * float64(v*last)
			}
			last = v
		}
		if rng.Float64() < 1/(1+math.Exp(-odds)) {
			t.y[i] = 1
		}
	}
	return t
}

// write puts the rows into a folder of this run.
func (t table) write(b *bench, name string) (string, error) {
	folder := filepath.Join(b.dir, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("making a folder for rows: %w", err)
	}
	err := writeVectors(filepath.Join(folder, "x.f32"), t.x)
	if err == nil {
		err = writeVectors(filepath.Join(folder, "y.f32"), t.y)
	}
	if err == nil && t.group != nil {
		err = writeInts(filepath.Join(folder, "group.i32"), t.group)
	}
	return folder, err
}

func writeInts(path string, x []int32) error {
	raw, err := binary.Append(make([]byte, 0, 4*len(x)), binary.LittleEndian, x)
	if err == nil {
		err = os.WriteFile(path, raw, 0o600)
	}
	if err != nil {
		return fmt.Errorf("writing whole numbers: %w", err)
	}
	return nil
}

func readInts(path string) ([]int32, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading whole numbers: %w", err)
	}
	x := make([]int32, len(raw)/4)
	if _, err := binary.Decode(raw, binary.LittleEndian, x); err != nil {
		return nil, fmt.Errorf("reading whole numbers in %s: %w", path, err)
	}
	return x, nil
}
