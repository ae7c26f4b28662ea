package rows

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"

	"dryrun/internal/bench/data"
	"dryrun/internal/bench/peer"
	"dryrun/internal/bench/protocol"
	"dryrun/internal/parallel"
	"dryrun/internal/retrieval"
)

// Options says what to measure on.
type Options struct {
	Python string   // an interpreter with the peers installed; "" for none
	Kinds  []string // of vectors; see data.Shape
	MNIST  string   // folder of the MNIST files
	Pairs  int      // how often ours and each peer run, in turn
	Smoke  bool     // tiny sizes
	Full   bool     // also sizes that take many minutes
}

// Runner is one run of the command. It caches the vectors that it has made.
type Runner struct {
	Options
	progress io.Writer
	dir      string // files of this run, removed by Close
	self     string // this program, which is also our worker
	vectors  map[data.Shape]*vectors
}

// NewRunner makes a temporary folder for the data and copies the peers' programs there.
func NewRunner(o Options, progress io.Writer) (*Runner, error) {
	dir, err := os.MkdirTemp("", "dryrun-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the data: %w", err)
	}
	r := &Runner{Options: o, progress: progress, dir: dir, vectors: map[data.Shape]*vectors{}}
	if r.self, err = os.Executable(); err != nil {
		return nil, errors.Join(fmt.Errorf("finding this program to run it as a worker: %w", err), r.Close())
	}
	if err := peer.CopyPrograms(dir); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close removes the files of this run.
func (r *Runner) Close() error { return os.RemoveAll(r.dir) }

// Measure measures a row.
func (r *Runner) Measure(ctx context.Context, row Row) ([]Result, error) {
	fmt.Fprintf(r.progress, "%s: %s\n", row.Name, row.What)
	results, err := row.measure(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("measuring %s: %w", row.Name, err)
	}
	for i := range results {
		results[i].Name, results[i].Better = row.Name, row.better
	}
	return results, nil
}

// size is n, or tiny for a smoke run.
func (r *Runner) size(n, tiny int) int {
	if r.Smoke {
		return tiny
	}
	return n
}

// startOurs starts our worker.
func (r *Runner) startOurs(ctx context.Context) (*peer.Process, error) {
	return peer.Start(ctx, r.self, protocol.ServeArg)
}

// startPeer starts a peer's program, or returns why it can't.
func (r *Runner) startPeer(ctx context.Context, name string) (*peer.Process, error) {
	if r.Python == "" {
		return nil, errors.New("no --python given, so no peer")
	}
	path, err := exec.LookPath(r.Python)
	if err != nil {
		return nil, fmt.Errorf("no Python at %s, so no peer", r.Python)
	}
	return peer.Start(ctx, path, filepath.Join(r.dir, name+"_peer.py"))
}

// truthK is the k of every search, and how many true neighbors each query has.
const truthK = 10

// vectors are unit vectors in files, with the true neighbors of each query.
type vectors struct {
	name  string // "clustered 100k x 64"
	files protocol.Vectors
	n     int
	truth [][]int32 // for each query, its truthK nearest items by an exact scan
}

// vectorsOf makes the vectors of a shape, their files and their truth, once.
func (r *Runner) vectorsOf(ctx context.Context, s data.Shape) (*vectors, error) {
	if v, made := r.vectors[s]; made {
		return v, nil
	}
	fmt.Fprintf(r.progress, "  making %s\n", s)
	items, queries, err := s.Make(r.MNIST)
	if err != nil {
		return nil, err
	}
	v := &vectors{name: s.String(), n: s.N, files: protocol.Vectors{
		Items:   filepath.Join(r.dir, fmt.Sprintf("%s-%d-%d.f32", s.Kind, s.N, s.Dim)),
		Queries: filepath.Join(r.dir, fmt.Sprintf("%s-%d-%d-queries.f32", s.Kind, s.N, s.Dim)),
		Dim:     s.Dim,
	}}
	if err := errors.Join(protocol.WriteFloats(v.files.Items, items), protocol.WriteFloats(v.files.Queries, queries)); err != nil {
		return nil, err
	}
	if v.truth, err = scan(ctx, items, queries, s.Dim); err != nil {
		return nil, err
	}
	r.vectors[s] = v
	return v, nil
}

// scan finds the truthK nearest items of every query, with all processors.
func scan(ctx context.Context, items, queries []float32, dim int) ([][]int32, error) {
	exact := retrieval.NewExact(items, dim)
	truth := make([][]int32, len(queries)/dim)
	workers := runtime.NumCPU()
	size := (len(truth) + workers - 1) / workers
	err := parallel.Batches(ctx, workers, len(truth), size, nil, func(_, from, to int) error {
		found, err := exact.Batch(ctx, queries[from*dim:to*dim], truthK)
		for i, candidates := range found {
			for _, c := range candidates {
				truth[from+i] = append(truth[from+i], c.Item)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finding the true neighbors: %w", err)
	}
	return truth, nil
}

// recall is the share of the true items that were found.
func recall(truth, found [][]int32) float64 {
	hits, total := 0, 0
	for i, want := range truth {
		total += len(want)
		if i >= len(found) {
			continue
		}
		for _, item := range want {
			if slices.Contains(found[i], item) {
				hits++
			}
		}
	}
	return float64(hits) / float64(max(total, 1))
}
