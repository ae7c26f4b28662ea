package ivfpq

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"dryrun/internal/parallel"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/kmeans"
	"dryrun/internal/vec"
)

// Options are the parameters; 0 means the default.
type Options struct {
	Lists   int // of the inverted file (4·√n, but 16 items each)
	M       int // bytes of a code (a quarter of the dimension)
	Probe   int // lists that a query looks into (a sixteenth, at least 8)
	Refine  int // candidates compared in full for each that is asked for (4)
	Seed    uint64
	Workers int // goroutines (one fewer than the processors); the index is the same at any number
}

func (o Options) withDefaults(n, dim int) Options {
	lists := max(min(int(4*math.Sqrt(float64(n))), n/16), 1)
	o.Lists = cmp.Or(o.Lists, lists)
	o.M = cmp.Or(o.M, max(dim/4, 1))
	o.Probe = cmp.Or(o.Probe, max(o.Lists/16, 8))
	o.Refine = cmp.Or(o.Refine, 4)
	o.Workers = parallel.Workers(o.Workers)
	return o
}

// How many items are encoded between two words of progress.
const encodeBatch = 1 << 14

// Build trains the codebooks on a sample and encodes items, row-major with dim columns, of unit length. It keeps the
// slice, which must not change. The same items, parameters and seed give the same index.
func Build(ctx context.Context, items []float32, dim int, o Options, p retrieval.Progress) (*Index, error) {
	if dim <= 0 || len(items) == 0 || len(items)%dim != 0 || len(items)/dim > math.MaxInt32 {
		return nil, fmt.Errorf("building an IVF-PQ index of %d values: not rows of %d, 1 to %d of them", len(items), dim, math.MaxInt32)
	}
	n := len(items) / dim
	o = o.withDefaults(n, dim)
	switch {
	case o.M < 1 || o.M > dim:
		return nil, fmt.Errorf("building an IVF-PQ index with codes of %d bytes: choose 1 to %d, the dimension", o.M, dim)
	case o.Lists < 1 || o.Probe < 1 || o.Refine < 1:
		return nil, fmt.Errorf("building an IVF-PQ index with %d lists, probe %d and refine %d: choose 1 or more", o.Lists, o.Probe, o.Refine)
	}
	x := &Index{items: items, dim: dim, n: n, m: o.M, stride: (o.M + 7) &^ 7, probe: o.Probe, refined: o.Refine}
	vec.UseHugePages(items)
	if err := x.fill(ctx, o, p); err != nil {
		return nil, fmt.Errorf("building an IVF-PQ index of %d items: %w", n, err)
	}
	x.ready()
	return x, nil
}

// ready makes the index ready to be searched.
func (x *Index) ready() {
	x.pool.New = func() any {
		return &scratch{products: make([]float32, x.coarse.K), table: make([][codewords]float32, x.stride), scores: make([]float32, scanBlock)}
	}
}

// fill trains the coarse centroids, assigns the items to them, trains the codewords on what is left, and encodes.
func (x *Index) fill(ctx context.Context, o Options, p retrieval.Progress) (err error) {
	if x.coarse, err = kmeans.Train(ctx, x.items, x.dim, o.Lists, o.Seed, o.Workers); err != nil {
		return err
	}
	list := make([]int32, x.n)
	if err := x.coarse.Assign(ctx, x.items, list, o.Workers); err != nil {
		return err
	}
	x.fillLists(list)
	books, err := x.train(ctx, o, list)
	if err != nil {
		return err
	}
	x.codes = make([]byte, x.n*x.stride)
	left, piece, code := make([]float32, encodeBatch*x.dim), []float32{}, make([]int32, encodeBatch)
	for from := 0; from < x.n; from += encodeBatch {
		ids := x.ids[from:min(from+encodeBatch, x.n)]
		x.residuals(ids, list, left)
		for m, book := range books {
			piece = x.piecesOf(left[:len(ids)*x.dim], m, piece[:0])
			if err := book.Assign(ctx, piece, code[:len(ids)], o.Workers); err != nil {
				return err
			}
			for i, c := range code[:len(ids)] {
				x.codes[(from+i)*x.stride+m] = uint8(c)
			}
		}
		if p != nil {
			p(from+len(ids), x.n)
		}
	}
	return nil
}

// fillLists orders the items by list, and within a list by id.
func (x *Index) fillLists(list []int32) {
	x.start, x.ids = make([]int32, x.coarse.K+1), make([]int32, x.n)
	for _, l := range list {
		x.start[l+1]++
	}
	for l := range x.coarse.K {
		x.start[l+1] += x.start[l]
	}
	next := append([]int32(nil), x.start...)
	for i, l := range list {
		x.ids[next[l]] = int32(i)
		next[l]++
	}
}

// train learns each piece's codewords from the residuals of a sample, and keeps them transposed: words[m] has a row of 256
// for each of the piece's columns, as a table is made of them.
func (x *Index) train(ctx context.Context, o Options, list []int32) ([]*kmeans.Centroids, error) {
	every := max(x.n/(codewords*kmeans.PointsPerCentroid), 1)
	var ids []int32
	for i := 0; i < x.n; i += every {
		ids = append(ids, int32(i))
	}
	left := make([]float32, len(ids)*x.dim)
	x.residuals(ids, list, left)
	books := make([]*kmeans.Centroids, x.m)
	for m := range books {
		from, to := x.pieceOf(m)
		book, err := kmeans.Train(ctx, x.piecesOf(left, m, nil), to-from, codewords, o.Seed+uint64(m)+1, o.Workers)
		if err != nil {
			return nil, err
		}
		books[m] = book
		transposed := make([]float32, (to-from)*codewords)
		for j := range book.K {
			for d := range book.Dim {
				transposed[d*codewords+j] = book.Rows[j*book.Dim+d]
			}
		}
		x.words = append(x.words, transposed)
	}
	return books, nil
}

// residuals fills left with what the items have beside their lists' centroids.
func (x *Index) residuals(ids, list []int32, left []float32) {
	for i, id := range ids {
		row := left[i*x.dim : (i+1)*x.dim]
		copy(row, x.items[int(id)*x.dim:])
		vec.Axpy(-1, x.coarse.Rows[int(list[id])*x.dim:(int(list[id])+1)*x.dim], row)
	}
}

// piecesOf appends the columns of piece m of all rows.
func (x *Index) piecesOf(rows []float32, m int, into []float32) []float32 {
	from, to := x.pieceOf(m)
	for i := 0; i < len(rows); i += x.dim {
		into = append(into, rows[i+from:i+to]...)
	}
	return into
}
