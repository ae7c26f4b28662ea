package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/dcn"
	"dryrun/internal/ranking/lightgbm"
	"dryrun/internal/ranking/trees"
	"dryrun/internal/retrieval/collab"
)

// learned is what our worker keeps between orders that learn.
type learned struct {
	scorer ranking.Model
	stages *stages
}

// learn follows the orders that learn.
func (s *server) learn(ctx context.Context, o order) (reply, error) {
	if o.Job == nil {
		return reply{}, fmt.Errorf("following an order: %q comes without a job, or isn't known", o.Do)
	}
	switch o.Do {
	case doBoost:
		return s.train(o.Job, func(d *ranking.Dataset) (ranking.Model, error) {
			return trees.Train(ctx, d, nil, trees.Options{Objective: trees.Objective(o.Job.Objective), Trees: o.Job.Trees, Leaves: o.Job.Leaves, Workers: 1, Seed: 1}, nil)
		})
	case doCross:
		return s.train(o.Job, func(d *ranking.Dataset) (ranking.Model, error) {
			j := o.Job
			return dcn.Train(ctx, d, nil, dcn.Options{Cross: j.Cross, Rank: j.Rank, Hidden: j.Hidden, Embedding: j.Embedding, Epochs: j.Epochs, Batch: j.Batch, Seed: 1}, nil)
		})
	case doScore:
		return s.score(ctx, o)
	case doALS:
		return trainALS(ctx, o.Job)
	case doStages:
		return reply{}, s.prepare(ctx, o)
	case doRequest:
		return s.request(ctx, o)
	}
	return reply{}, fmt.Errorf("following an order: there is no %q", o.Do)
}

// train times the training alone and writes the scores of the test rows.
func (s *server) train(j *job, fit func(*ranking.Dataset) (ranking.Model, error)) (reply, error) {
	d, err := readRows(j.Rows, j.Width, j.Codes)
	if err != nil {
		return reply{}, err
	}
	test, err := readRows(j.Test, j.Width, j.Codes)
	if err != nil {
		return reply{}, err
	}
	runtime.GC() // what is no longer needed isn't paid for while the clock runs
	began := spent()
	m, err := fit(d)
	if err != nil {
		return reply{}, err
	}
	r := reply{Seconds: (spent() - began).Seconds()}
	out := make([]float32, test.Rows())
	m.Score(test.X, out)
	return r, writeVectors(j.Out, out)
}

// score answers requests of K rows, one after another, as a service gets them. Without a model's file it trains one.
func (s *server) score(ctx context.Context, o order) (reply, error) {
	test, err := readRows(o.Job.Test, o.Job.Width, 0)
	if err != nil {
		return reply{}, err
	}
	if s.learned.scorer == nil {
		if s.learned.scorer, err = readModel(ctx, o.Job.Model); err != nil {
			return reply{}, err
		}
	}
	out := make([]float32, test.Rows())
	step := o.K * o.Job.Width
	began := spent()
	for range o.Reps {
		for i := 0; i+o.K <= len(out); i += o.K {
			at := i * o.Job.Width
			s.learned.scorer.Score(test.X[at:at+step], out[i:i+o.K])
		}
	}
	return reply{Seconds: (spent() - began).Seconds()}, writeVectors(o.Job.Out, out)
}

// readModel reads LightGBM's model, or our own where the file is of ours.
func readModel(ctx context.Context, path string) (ranking.Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the model to score by: %w", err)
	}
	defer f.Close()
	if filepath.Ext(path) == ".trees" {
		return trees.Load(ctx, f)
	}
	return lightgbm.Read(f)
}

func trainALS(ctx context.Context, j *job) (reply, error) {
	h, err := readHistory(j)
	if err != nil {
		return reply{}, err
	}
	runtime.GC()
	began := spent()
	f, err := collab.TrainALS(ctx, h, collab.ALSOptions{Factors: j.Factors, Iterations: j.Iterations, Reg: j.Reg, Alpha: j.Alpha, Seed: 1, Workers: 1}, nil)
	if err != nil {
		return reply{}, err
	}
	r := reply{Seconds: (spent() - began).Seconds()}
	return r, writeVectors(j.Out, append(append([]float32{}, f.User...), f.Item...))
}

// readHistory reads pairs of user and item, users ascending and items ascending within a user.
func readHistory(j *job) (*problem.History, error) {
	pairs, err := readInts(filepath.Join(j.Rows, "pairs.i32"))
	if err != nil {
		return nil, err
	}
	h := &problem.History{Users: j.Users, Items: j.Items, Start: make([]int32, j.Users+1)}
	for i := 0; i < len(pairs); i += 2 {
		h.Start[pairs[i]+1]++
		h.Item, h.Weight, h.Day = append(h.Item, pairs[i+1]), append(h.Weight, 1), append(h.Day, 0)
	}
	for u := range j.Users {
		h.Start[u+1] += h.Start[u]
	}
	return h, nil
}

// readRows reads a folder of rows.
func readRows(folder string, width, codes int) (*ranking.Dataset, error) {
	d := &ranking.Dataset{Columns: make([]string, width)}
	for c := range d.Columns {
		d.Columns[c] = fmt.Sprint("x", c)
	}
	if codes > 0 {
		d.Categorical = make([]bool, width)
		for c := width - codes; c < width; c++ {
			d.Categorical[c] = true
		}
	}
	var err error
	if d.X, err = readVectors(filepath.Join(folder, "x.f32")); err != nil {
		return nil, err
	}
	if d.Y, err = readVectors(filepath.Join(folder, "y.f32")); err != nil {
		return nil, err
	}
	d.Group, err = readInts(filepath.Join(folder, "group.i32"))
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	return d, err
}
