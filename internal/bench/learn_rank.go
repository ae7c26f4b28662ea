package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"dryrun/internal/metrics"
	"dryrun/internal/ranking/trees"
)

// Trees of this comparison: LightGBM's defaults.
const (
	boostTrees  = 100
	boostLeaves = 31
	boostWidth  = 28
)

// size is n, or a tiny one for smoke.
func (b *bench) size(n, tiny int) int {
	if b.smoke {
		return tiny
	}
	return n
}

// put makes both folders of a comparison.
func (b *bench) put(name string, train, test table) (string, string, error) {
	a, err := train.write(b, name)
	if err != nil {
		return "", "", err
	}
	c, err := test.write(b, name+"-test")
	return a, c, err
}

func treesTraining(ctx context.Context, b *bench) ([]result, error) {
	var out []result
	n := b.size(100_000, 1000)
	for _, c := range []struct {
		objective string
		within    float64
		rows      func(seed uint64) table
		quality   func(test table) func(string) (float64, error)
	}{
		{"binary", 0.001, func(seed uint64) table { return clickRows(n, seed) }, aucOf},
		{"lambdarank", 0.005, func(seed uint64) table { return searchRows(n/100, 100, boostWidth, seed) }, ndcgOf},
	} {
		o := order{Do: doBoost, Job: &job{Width: boostWidth, Objective: c.objective, Trees: b.size(boostTrees, 10), Leaves: boostLeaves}}
		res, err := b.fight(ctx, bout{
			name: fmt.Sprintf("%s, %d x %d", c.objective, n, boostWidth), program: "lightgbm", goal: 0.9,
			ours: o, theirs: o, per: 1, unit: "s", scale: 1, within: c.within, draw: b.draws(c.objective, c.rows, c.quality),
		})
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}

// draws makes rows to learn from and rows to test on, other ones each round.
func (b *bench) draws(name string, rows func(seed uint64) table, quality func(test table) func(string) (float64, error)) func(int) (draw, error) {
	return func(round int) (draw, error) {
		train, test := rows(uint64(2*round+1)), rows(uint64(2*round+2))
		a, c, err := b.put(name, train, test)
		return draw{a, c, quality(test)}, err
	}
}

// aucOf is the AUC of scores of the test rows.
func aucOf(test table) func(string) (float64, error) {
	positive := make([]bool, len(test.y))
	for i, y := range test.y {
		positive[i] = y > 0.5
	}
	return func(path string) (float64, error) {
		s, err := readVectors(path)
		if err == nil && len(s) != len(positive) {
			err = fmt.Errorf("reading scores: %d for %d rows", len(s), len(positive))
		}
		if err != nil {
			return 0, err
		}
		return metrics.AUC(s, positive), nil
	}
}

// ndcgOf is the mean NDCG@10 of scores of the test rows' requests.
func ndcgOf(test table) func(string) (float64, error) {
	return func(path string) (float64, error) {
		s, err := readVectors(path)
		if err != nil || len(s) != len(test.y) {
			return 0, errors.Join(err, fmt.Errorf("reading scores: %d for %d rows", len(s), len(test.y)))
		}
		sum, n, from := 0.0, 0, 0
		for _, size := range test.group {
			order := make([]int, size)
			grades := make([]uint8, size)
			for i := range order {
				order[i] = from + i
			}
			slices.SortStableFunc(order, func(a, c int) int { return compareDown(s[a], s[c]) })
			for i, at := range order {
				grades[i] = uint8(test.y[at])
			}
			ideal := slices.Clone(grades)
			slices.SortFunc(ideal, func(a, c uint8) int { return int(c) - int(a) })
			if v := metrics.NDCG(grades, ideal, 10); !math.IsNaN(v) {
				sum += v
				n++
			}
			from += int(size)
		}
		return sum / float64(max(n, 1)), nil
	}
}

func compareDown(a, c float32) int {
	switch {
	case a > c:
		return -1
	case a < c:
		return 1
	}
	return 0
}

// treesScoring has one model answer requests: LightGBM's own, read by both, or ours where there is no peer.
func treesScoring(ctx context.Context, b *bench) ([]result, error) {
	const k = 200
	data := clickRows(b.size(50_000, 1000), 1)
	test := clickRows(20*k, 2)
	rows, held, err := b.put("scoring", data, test)
	if err != nil {
		return nil, err
	}
	j := &job{Rows: rows, Test: held, Width: boostWidth, Objective: "binary", Trees: boostTrees, Leaves: boostLeaves}
	if err := b.modelFor(ctx, j); err != nil {
		return nil, err
	}
	var out []result
	for _, c := range []struct {
		name, verb string
		goal       float64
	}{{"against the C API", doScoreC, 1.5}, {"against Python's predict", doScore, 1.5}} {
		reps := b.size(60, 1)
		res, err := b.fight(ctx, bout{
			name: c.name, program: "lightgbm", goal: c.goal, per: float64(20 * reps), unit: "µs a request", scale: 1e6,
			ours: order{Do: doScore, K: k, Reps: reps, Job: j}, theirs: order{Do: c.verb, K: k, Reps: reps, Job: j},
			draw: always(j, aucOf(test)), within: 1e-6, compare: apart,
		})
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}

// modelFor trains the job's model: by LightGBM where it is there, else ours.
func (b *bench) modelFor(ctx context.Context, j *job) error {
	w, absent := b.peer(ctx, "lightgbm_peer.py")
	if absent == nil {
		defer w.close()
		j.Model = filepath.Join(b.dir, "model.txt")
		_, err := w.ask(order{Do: doBoost, Job: b.outTo(j, "model.f32")})
		return err
	}
	d, err := readRows(j.Rows, j.Width, 0)
	if err != nil {
		return err
	}
	m, err := trees.Train(ctx, d, nil, trees.Options{Trees: j.Trees, Leaves: j.Leaves}, nil)
	if err != nil {
		return err
	}
	j.Model = filepath.Join(b.dir, "model.trees")
	f, err := os.Create(j.Model)
	if err != nil {
		return fmt.Errorf("saving the model to score by: %w", err)
	}
	return errors.Join(m.Save(ctx, f), f.Close())
}

// dcnEpochs are enough for the luck of the first weights to wear off.
const dcnEpochs = 4

func dcnTraining(ctx context.Context, b *bench) ([]result, error) {
	var out []result
	for _, c := range []struct {
		name           string
		numbers, codes int
		job            job
	}{
		{"28 numbers, full cross layers", 28, 0, job{}},
		{"13 numbers and 26 codes, full cross layers", 13, 26, job{}},
		{"13 numbers and 26 codes, cross layers of rank 32", 13, 26, job{Rank: 32}},
	} {
		n := b.size(50_000, 600)
		rows := func(seed uint64) table { return codedRows(n, c.numbers, c.codes, 1000, seed) }
		j := c.job
		j.Width, j.Codes = c.numbers+c.codes, c.codes
		j.Cross, j.Hidden, j.Embedding, j.Epochs, j.Batch = 2, []int{64, 32}, 8, b.size(dcnEpochs, 1), 256
		o := order{Do: doCross, Job: &j}
		res, err := b.fight(ctx, bout{
			name: c.name, program: "torch", goal: 2, ours: o, theirs: o,
			per: float64(j.Epochs * n), unit: "µs a row", scale: 1e6, draw: b.draws("cross", rows, aucOf), within: 0.005,
		})
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}
