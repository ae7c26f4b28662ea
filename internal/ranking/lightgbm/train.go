package lightgbm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dryrun/internal/ranking"
	"dryrun/internal/ranking/trees"
)

// Options are the settings of TrainLightGBM; zeros of the TreesOptions mean what they mean for TrainTrees. Bins
// are LightGBM's own.
type Options struct {
	trees.Options
	Program   Program
	TimeLimit time.Duration // ten minutes
}

// Train trains by LightGBM in a process of its own, on files in a temporary folder that is gone afterwards, and
// reads the model that it saved. The process ends with ctx or at the time limit; what it said last is in the error.
func Train(ctx context.Context, train, valid *ranking.Dataset, o Options, p ranking.Progress) (m *Model, err error) {
	if o.Options, err = o.Check(train, valid); err != nil { // the same rows and labels as our own trees
		return nil, err
	}
	if o.Program.Path == "" {
		return nil, fmt.Errorf("training by LightGBM: %w", ErrNotFound)
	}
	if o.TimeLimit == 0 {
		o.TimeLimit = 10 * time.Minute
	}
	dir, err := os.MkdirTemp("", "dryrun-lightgbm-")
	if err != nil {
		return nil, fmt.Errorf("training by LightGBM: making a folder for its files: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := o.writeFiles(ctx, dir, train, valid, p != nil); err != nil {
		return nil, fmt.Errorf("training by LightGBM: %w", err)
	}
	if err := o.run(ctx, dir, valid != nil, p); err != nil {
		return nil, fmt.Errorf("training by LightGBM (%s): %w", o.Program.Path, err)
	}
	f, err := os.Open(filepath.Join(dir, "model.txt"))
	if err != nil {
		return nil, fmt.Errorf("training by LightGBM: it ended well but left no model: %w", err)
	}
	defer f.Close()
	if m, err = Read(f); err != nil {
		return nil, fmt.Errorf("training by LightGBM: %w", err)
	}
	if len(m.columns) != train.Width() {
		return nil, fmt.Errorf("training by LightGBM: the model has %d columns of %d", len(m.columns), train.Width())
	}
	m.columns = train.Columns // the files number them
	return m, nil
}

// config is what the program reads from train.conf, and our Python lines from the same file.
func (o *Options) config(train, valid *ranking.Dataset, progress bool) string {
	metric := map[trees.Objective]string{
		trees.Binary: "binary_logloss", trees.Regression: "l2", trees.Quantile: "quantile",
		trees.LambdaRank: "ndcg",
	}[o.Objective]
	keys := []string{
		"task=train", "boosting=gbdt", "objective=" + string(o.Objective), "metric=" + metric, "eval_at=" + strconv.Itoa(trees.LossCut),
		"data=train.csv", "output_model=model.txt", "header=false", "label_column=0", "deterministic=true", "force_row_wise=true",
		fmt.Sprint("num_iterations=", o.Trees), fmt.Sprint("num_leaves=", o.Leaves), fmt.Sprint("min_data_in_leaf=", o.MinLeaf),
		fmt.Sprint("learning_rate=", o.Rate), fmt.Sprint("lambda_l2=", o.L2), fmt.Sprint("alpha=", o.Alpha),
		fmt.Sprint("lambdarank_truncation_level=", o.Truncation), fmt.Sprint("num_threads=", o.Workers), fmt.Sprint("seed=",
			o.Seed%(1<<31)),
		"verbosity=1", "metric_freq=1", fmt.Sprint("is_provide_training_metric=", progress),
	}
	if valid != nil {
		keys = append(keys, "valid=valid.csv", fmt.Sprint("early_stopping_round=", o.EarlyStop))
	}
	var sets []string
	for c, is := range train.Categorical {
		if is {
			sets = append(sets, strconv.Itoa(c))
		}
	}
	if sets != nil {
		keys = append(keys, "categorical_feature="+strings.Join(sets, ","))
	}
	return strings.Join(keys, "\n") + "\n"
}

// trainInPython does with the package what the program does with train.conf, and reports rounds in the program's words.
const trainInPython = `
import lightgbm as lgb
params = dict(line.strip().split("=", 1) for line in open("train.conf"))
for key in ("task", "data", "valid", "output_model"):
    file = params.pop(key, None)
    if key == "valid": valid = file
rounds, patience = int(params.pop("num_iterations")), int(params.pop("early_stopping_round", 0))
params["verbosity"] = -1
train = lgb.Dataset("train.csv", params=params)
sets, names = ([train], ["training"]) if params["is_provide_training_metric"] == "true" else ([], [])
if valid:
    sets.append(train.create_valid("valid.csv", params=params))
    names.append("valid_1")
def progress(env):
    for name, metric, value, *_ in env.evaluation_result_list or []:
        print("Iteration:%d, %s %s : %.10g" % (env.iteration + 1, name, metric, value), flush=True)
progress.order = 10
calls = [progress]
if valid and patience:
    calls.append(lgb.early_stopping(patience, verbose=False))
lgb.train(params, train, rounds, valid_sets=sets, valid_names=names, callbacks=calls).save_model("model.txt")
`

// run starts LightGBM in dir and follows its rounds.
func (o *Options) run(ctx context.Context, dir string, validated bool, p ranking.Progress) error {
	limited, cancel := context.WithTimeout(ctx, o.TimeLimit)
	defer cancel()
	args := []string{"config=train.conf"}
	if o.Program.Python {
		args = []string{"-c", trainInPython}
	}
	cmd := exec.CommandContext(limited, o.Program.Path, args...)
	cmd.Dir, cmd.WaitDelay = dir, time.Second
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS="+strconv.Itoa(o.Workers))
	var output outputTail
	cmd.Stderr = &output
	cmd.Stdout = &roundReader{
		o: o, progress: p, validated: validated, train: math.NaN(), valid: math.NaN(), rest: &output,
		pattern: regexp.MustCompile(`Iteration:(\d+), (training|valid_1) \S+ : (\S+)$`),
	}
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return fmt.Errorf("stopped after %s; train fewer trees or fewer rows", o.TimeLimit)
	case err != nil:
		return output.explain(err)
	}
	return nil
}

// roundReader turns what LightGBM prints after each round into Progress. The program prints errors there, too, so all
// other lines are kept.
type roundReader struct {
	o            *Options
	progress     ranking.Progress
	round        int
	train, valid float64
	validated    bool // a round's validation loss follows its training loss
	pattern      *regexp.Regexp
	line         []byte
	rest         *outputTail
}

// maxRoundLine bounds what is kept of a line without end.
const maxRoundLine = 1 << 16

// Write implements io.Writer.
func (r *roundReader) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		if len(r.line) < maxRoundLine {
			r.line = append(r.line, line...)
		}
		if whole {
			r.take(string(r.line))
			r.line = r.line[:0]
		}
		rest = after
	}
	return len(p), nil
}

func (r *roundReader) take(line string) {
	found := r.pattern.FindStringSubmatch(strings.TrimSpace(line))
	if found == nil {
		_, _ = r.rest.Write([]byte(line + "\n")) // it can't fail
		return
	}
	round, err1 := strconv.Atoi(found[1])
	value, err2 := strconv.ParseFloat(found[3], 64)
	if err1 != nil || err2 != nil || r.progress == nil {
		return
	}
	switch r.o.Objective {
	case trees.LambdaRank:
		value = 1 - value
	case trees.Regression:
		value /= 2 // LightGBM's l2 is the square, our loss half of it
	}
	if round != r.round {
		r.round, r.train, r.valid = round, math.NaN(), math.NaN()
	}
	if found[2] == "training" {
		r.train = value
		if r.validated {
			return // the validation loss comes next
		}
	} else {
		r.valid = value
	}
	r.progress(round, r.o.Trees, r.train, r.valid)
}

// writeFiles writes train.conf and the rows.
func (o *Options) writeFiles(ctx context.Context, dir string, train, valid *ranking.Dataset, progress bool) error {
	if err := os.WriteFile(filepath.Join(dir, "train.conf"), []byte(o.config(train, valid, progress)), 0o600); err != nil {
		return fmt.Errorf("writing its settings: %w", err)
	}
	if err := writeRows(ctx, filepath.Join(dir, "train.csv"), train); err != nil {
		return err
	}
	if valid == nil {
		return nil
	}
	return writeRows(ctx, filepath.Join(dir, "valid.csv"), valid)
}

// writeRows writes a file of label and columns, and beside it, as LightGBM looks for them, .query with the rows of each
// request and .weight. Numbers are written in full, so that LightGBM reads the same values.
func writeRows(ctx context.Context, path string, d *ranking.Dataset) error {
	err := writeLines(ctx, path, d.Rows(), func(line []byte, i int) []byte {
		line = strconv.AppendFloat(line, float64(d.Y[i]), 'g', -1, 64)
		for _, x := range d.X[i*d.Width() : (i+1)*d.Width()] {
			line = strconv.AppendFloat(append(line, ','), float64(x), 'g', -1, 64)
		}
		return line
	})
	if err == nil && d.Group != nil {
		err = writeLines(ctx, path+".query", len(d.Group), func(line []byte, i int) []byte {
			return strconv.AppendInt(line,
				int64(d.Group[i]), 10)
		})
	}
	if err == nil && d.Weight != nil {
		err = writeLines(ctx, path+".weight", len(d.Weight), func(line []byte, i int) []byte {
			return strconv.AppendFloat(line, float64(d.Weight[i]), 'g', -1, 64)
		})
	}
	return err
}

func writeLines(ctx context.Context, path string, n int, line func(into []byte, i int) []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<16)
	var buf []byte
	for i := range n {
		if i%4096 == 0 && ctx.Err() != nil {
			return errors.Join(ctx.Err(), f.Close())
		}
		buf = append(line(buf[:0], i), '\n')
		if _, err := w.Write(buf); err != nil {
			return errors.Join(fmt.Errorf("writing rows: %w", err), f.Close())
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	return nil
}
