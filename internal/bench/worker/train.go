package worker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"dryrun/internal/bench/cputime"
	"dryrun/internal/bench/protocol"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/dcn"
	"dryrun/internal/ranking/lightgbm"
	"dryrun/internal/ranking/trees"
	"dryrun/internal/retrieval/collab"
)

func (s *server) doJob(ctx context.Context, c protocol.Command) (protocol.Reply, error) {
	j := c.Job
	switch c.Do {
	case protocol.DoBoost:
		return train(j, func(d *ranking.Dataset) (ranking.Model, error) {
			return trees.Train(ctx, d, nil, trees.Options{
				Objective: trees.Objective(j.Objective), Trees: j.Trees, Leaves: j.Leaves, Workers: 1, Seed: 1,
			}, nil)
		})
	case protocol.DoCross:
		return train(j, func(d *ranking.Dataset) (ranking.Model, error) {
			return dcn.Train(ctx, d, nil, dcn.Options{
				Cross: j.Cross, Rank: j.Rank, Hidden: j.Hidden, Embedding: j.Embedding, Epochs: j.Epochs, Batch: j.Batch, Seed: 1,
			}, nil)
		})
	case protocol.DoScore:
		return s.score(ctx, c)
	case protocol.DoALS:
		return trainALS(ctx, j)
	case protocol.DoStages:
		return protocol.Reply{}, s.prepareStages(ctx, c)
	}
	return protocol.Reply{}, fmt.Errorf("serving a command: %q is unknown", c.Do)
}

// train measures the training only and writes the scores of the test rows.
func train(j *protocol.Job, fit func(*ranking.Dataset) (ranking.Model, error)) (protocol.Reply, error) {
	d, err := readRows(j.Train, j.Width, j.Codes)
	if err != nil {
		return protocol.Reply{}, err
	}
	test, err := readRows(j.Test, j.Width, j.Codes)
	if err != nil {
		return protocol.Reply{}, err
	}
	runtime.GC() // collect what reading left before the clock starts
	start := cputime.Used()
	m, err := fit(d)
	if err != nil {
		return protocol.Reply{}, err
	}
	r := protocol.Reply{Seconds: (cputime.Used() - start).Seconds()}
	out := make([]float32, test.Rows())
	m.Score(test.X, out)
	return r, protocol.WriteFloats(j.Out, out)
}

// score scores requests of K rows one at a time, as a service receives them.
func (s *server) score(ctx context.Context, c protocol.Command) (protocol.Reply, error) {
	test, err := readRows(c.Job.Test, c.Job.Width, 0)
	if err != nil {
		return protocol.Reply{}, err
	}
	if s.model == nil {
		if s.model, err = readModel(ctx, c.Job.Model); err != nil {
			return protocol.Reply{}, err
		}
	}
	out := make([]float32, test.Rows())
	step := c.K * c.Job.Width
	start := cputime.Used()
	for range c.Reps {
		for i := 0; i+c.K <= len(out); i += c.K {
			at := i * c.Job.Width
			s.model.Score(test.X[at:at+step], out[i:i+c.K])
		}
	}
	return protocol.Reply{Seconds: (cputime.Used() - start).Seconds()}, protocol.WriteFloats(c.Job.Out, out)
}

// readModel reads a model of ours, from a file that ends in .trees, or of LightGBM.
func readModel(ctx context.Context, path string) (ranking.Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the model to score with: %w", err)
	}
	defer f.Close()
	if filepath.Ext(path) == ".trees" {
		return trees.Load(ctx, f)
	}
	return lightgbm.Read(f)
}

func trainALS(ctx context.Context, j *protocol.Job) (protocol.Reply, error) {
	h, err := readHistory(j)
	if err != nil {
		return protocol.Reply{}, err
	}
	runtime.GC()
	start := cputime.Used()
	f, err := collab.TrainALS(ctx, h, collab.ALSOptions{
		Factors: j.Factors, Iterations: j.Iterations, Reg: j.Reg, Alpha: j.Alpha, Seed: 1, Workers: 1,
	}, nil)
	if err != nil {
		return protocol.Reply{}, err
	}
	r := protocol.Reply{Seconds: (cputime.Used() - start).Seconds()}
	return r, protocol.WriteFloats(j.Out, append(append([]float32{}, f.User...), f.Item...))
}

// readHistory reads pairs of user and item, users ascending and items ascending within a user.
func readHistory(j *protocol.Job) (*problem.History, error) {
	pairs, err := protocol.ReadInts(filepath.Join(j.Train, "pairs.i32"))
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
	if d.X, err = protocol.ReadFloats(filepath.Join(folder, "x.f32")); err != nil {
		return nil, err
	}
	if d.Y, err = protocol.ReadFloats(filepath.Join(folder, "y.f32")); err != nil {
		return nil, err
	}
	d.Group, err = protocol.ReadInts(filepath.Join(folder, "group.i32"))
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	return d, err
}
