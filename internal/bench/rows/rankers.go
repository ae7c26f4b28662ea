package rows

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"dryrun/internal/bench/data"
	"dryrun/internal/bench/protocol"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/trees"
)

// LightGBM's defaults.
const (
	boostTrees  = 100
	boostLeaves = 31
)

func treesTraining(ctx context.Context, r *Runner) ([]Result, error) {
	const width = protocol.RequestColumns
	var out []Result
	n := r.size(100_000, 1000)
	for _, c := range []struct {
		objective string
		tolerance float64
		rows      func(seed uint64) data.Table
		quality   func(test data.Table) func(string) (float64, error)
	}{
		{"binary", 0.001, func(seed uint64) data.Table { return data.Clicks(n, seed) }, aucOf},
		{"lambdarank", 0.005, func(seed uint64) data.Table { return data.Searches(n/100, 100, width, seed) }, ndcgOf},
	} {
		cmd := protocol.Command{Do: protocol.DoBoost, Job: &protocol.Job{
			Rows:     protocol.Rows{Width: width},
			Boosting: protocol.Boosting{Objective: c.objective, Trees: r.size(boostTrees, 10), Leaves: boostLeaves},
		}}
		res, err := r.compare(ctx, comparison{
			name: fmt.Sprintf("%s, %d x %d", c.objective, n, width), peer: "lightgbm", goal: 0.9, ours: cmd, theirs: cmd,
			unit: unit{1, 1, "s"}, tolerance: c.tolerance, round: r.newRows(c.objective, c.rows, c.quality),
		})
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}

// newRows generates other training and test rows each round.
func (r *Runner) newRows(
	name string, rows func(seed uint64) data.Table, quality func(test data.Table) func(string) (float64, error),
) func(int) (roundData, error) {
	return func(round int) (roundData, error) {
		train, test := rows(uint64(2*round+1)), rows(uint64(2*round+2))
		trainFolder, testFolder, err := r.writeTables(name, train, test)
		return roundData{trainFolder, testFolder, quality(test)}, err
	}
}

// treesScoring has one model score requests: LightGBM's own, read by both, or ours where LightGBM isn't installed.
func treesScoring(ctx context.Context, r *Runner) ([]Result, error) {
	const k = 200
	train, test := data.Clicks(r.size(50_000, 1000), 1), data.Clicks(20*k, 2)
	job, err := r.rankerJob(ctx, "scoring", train, test)
	if err != nil {
		return nil, err
	}
	var out []Result
	for _, c := range []struct {
		name, verb string
		goal       float64
	}{{"against the C API", protocol.DoScoreC, 1.5}, {"against Python's predict", protocol.DoScore, 1.5}} {
		reps := r.size(60, 1)
		ours := protocol.Command{Do: protocol.DoScore, Search: protocol.Search{K: k, Reps: reps}, Job: job}
		theirs := ours
		theirs.Do = c.verb
		res, err := r.compare(ctx, comparison{
			name: c.name, peer: "lightgbm", goal: c.goal, ours: ours, theirs: theirs,
			unit:  unit{float64(20 * reps), 1e6, "µs a request"},
			round: sameEveryRound(job, aucOf(test)), tolerance: 1e-6, difference: largestDifference,
		})
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}

// rankerJob is a job whose Model is trained on the rows: by LightGBM where it is installed, else by our trees.
func (r *Runner) rankerJob(ctx context.Context, name string, train, test data.Table) (*protocol.Job, error) {
	trainFolder, testFolder, err := r.writeTables(name, train, test)
	if err != nil {
		return nil, err
	}
	job := &protocol.Job{
		Rows:     protocol.Rows{Train: trainFolder, Test: testFolder, Width: protocol.RequestColumns},
		Boosting: protocol.Boosting{Objective: "binary", Trees: boostTrees, Leaves: boostLeaves},
	}
	p, absent := r.startPeer(ctx, "lightgbm")
	if absent != nil {
		return job, r.trainOurTrees(ctx, job, train)
	}
	defer p.Close()
	job.Model = filepath.Join(r.dir, "model.txt")
	training := *job
	training.Out = filepath.Join(r.dir, "model.f32")
	_, err = p.Ask(protocol.Command{Do: protocol.DoBoost, Job: &training})
	return job, err
}

// trainOurTrees trains the job's model and saves it to a file, which becomes the job's Model.
func (r *Runner) trainOurTrees(ctx context.Context, job *protocol.Job, rows data.Table) error {
	d := &ranking.Dataset{Columns: make([]string, job.Width), X: rows.X, Y: rows.Y, Group: rows.Group}
	for c := range d.Columns {
		d.Columns[c] = fmt.Sprint("x", c)
	}
	m, err := trees.Train(ctx, d, nil, trees.Options{Trees: job.Trees, Leaves: job.Leaves}, nil)
	if err != nil {
		return err
	}
	job.Model = filepath.Join(r.dir, "model.trees")
	f, err := os.Create(job.Model)
	if err != nil {
		return fmt.Errorf("saving the model to score with: %w", err)
	}
	return errors.Join(m.Save(ctx, f), f.Close())
}

func dcnTraining(ctx context.Context, r *Runner) ([]Result, error) {
	var out []Result
	for _, c := range []struct {
		name           string
		numbers, codes int
		rank           int
	}{
		{"28 numbers, full cross layers", 28, 0, 0},
		{"13 numbers and 26 codes, full cross layers", 13, 26, 0},
		{"13 numbers and 26 codes, cross layers of rank 32", 13, 26, 32},
	} {
		n := r.size(50_000, 600)
		epochs := r.size(4, 1) // enough to outweigh the chance of the initial weights
		cmd := protocol.Command{Do: protocol.DoCross, Job: &protocol.Job{
			Rows:         protocol.Rows{Width: c.numbers + c.codes, Codes: c.codes},
			CrossNetwork: protocol.CrossNetwork{Cross: 2, Rank: c.rank, Hidden: []int{64, 32}, Embedding: 8, Epochs: epochs, Batch: 256},
		}}
		rows := func(seed uint64) data.Table { return data.Ads(n, c.numbers, c.codes, 1000, seed) }
		res, err := r.compare(ctx, comparison{
			name: c.name, peer: "torch", goal: 2, ours: cmd, theirs: cmd,
			unit: unit{float64(epochs * n), 1e6, "µs a row"}, round: r.newRows("cross", rows, aucOf), tolerance: 0.005,
		})
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}
