package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"

	"dryrun/internal/retrieval"
)

//go:embed peers/*.py
var programs embed.FS

// bench is one run of the command: where its files are, and the data made so far.
type bench struct {
	options
	say     io.Writer // for people who wait
	dir     string    // files of this run, gone when it ends
	self    string    // this program, to serve orders
	vectors map[shape]*vectors
}

func newBench(o options, say io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp("", "dryrun-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the data: %w", err)
	}
	b := &bench{options: o, say: say, dir: dir, vectors: map[shape]*vectors{}}
	if b.self, err = os.Executable(); err != nil {
		return nil, errors.Join(fmt.Errorf("finding this program to run it as a worker: %w", err), b.close())
	}
	peers, err := fs.Sub(programs, "peers")
	if err == nil {
		err = os.CopyFS(dir, peers)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("laying out the peers' programs: %w", err), b.close())
	}
	return b, nil
}

func (b *bench) close() error { return os.RemoveAll(b.dir) }

// ours starts our worker.
func (b *bench) ours(ctx context.Context) (*worker, error) { return start(ctx, b.self, serveWord) }

// peer starts a peer's program, or says why it can't.
func (b *bench) peer(ctx context.Context, program string) (*worker, error) {
	if b.python == "" {
		return nil, errors.New("no --python given, so no peer")
	}
	path, err := exec.LookPath(b.python)
	if err != nil {
		return nil, fmt.Errorf("no Python at %s, so no peer", b.python)
	}
	return start(ctx, path, filepath.Join(b.dir, program))
}

// truthK is how deep the truth goes, and the k of every search.
const truthK = 10

// of makes the vectors of a shape, their files and their truth, once.
func (b *bench) of(ctx context.Context, s shape) (*vectors, error) {
	if v, made := b.vectors[s]; made {
		return v, nil
	}
	fmt.Fprintf(b.say, "  making %s\n", s)
	items, queries, err := s.make(b.mnist)
	if err != nil {
		return nil, err
	}
	v := &vectors{
		name: s.String(), dim: s.dim, n: s.n,
		items:   filepath.Join(b.dir, fmt.Sprintf("%s-%d-%d.f32", s.kind, s.n, s.dim)),
		queries: filepath.Join(b.dir, fmt.Sprintf("%s-%d-%d-queries.f32", s.kind, s.n, s.dim)),
	}
	if err := errors.Join(writeVectors(v.items, items), writeVectors(v.queries, queries)); err != nil {
		return nil, err
	}
	if v.truth, err = truth(ctx, items, queries, s.dim); err != nil {
		return nil, err
	}
	b.vectors[s] = v
	return v, nil
}

// truth scans for every query, a share of them on each processor.
func truth(ctx context.Context, items, queries []float32, dim int) ([][]int32, error) {
	exact := retrieval.NewExact(items, dim)
	out := make([][]int32, len(queries)/dim)
	shares := runtime.NumCPU()
	errs := make([]error, shares)
	var wg sync.WaitGroup
	for w := range shares {
		from, to := w*len(out)/shares, (w+1)*len(out)/shares
		wg.Go(func() {
			found, err := exact.Batch(ctx, queries[from*dim:to*dim], truthK)
			errs[w] = err
			for i, cs := range found {
				out[from+i] = ids(cs, truthK)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("scanning for the truth: %w", err)
	}
	return out, nil
}

// recall is the share of the true items that were found.
func (v *vectors) recall(found [][]int32) float64 {
	hits, of := 0, 0
	for i, want := range v.truth {
		of += len(want)
		if i >= len(found) {
			continue
		}
		for _, a := range want {
			for _, b := range found[i] {
				if a == b {
					hits++
					break
				}
			}
		}
	}
	return float64(hits) / float64(max(of, 1))
}
