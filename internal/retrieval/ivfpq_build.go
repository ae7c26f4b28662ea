package retrieval

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"dryrun/internal/parallel"
	"dryrun/internal/vec"
)

// IVFPQOptions are the parameters; 0 means the default.
type IVFPQOptions struct {
	Lists   int // of the inverted file (4·√n, but 16 items each)
	M       int // bytes of a code (a quarter of the dimension)
	Probe   int // lists that a query looks into (a sixteenth, at least 8)
	Refine  int // candidates compared in full for each that is asked for (4)
	Seed    uint64
	Workers int // goroutines (one fewer than the processors); the index is the same at any number
}

func (o IVFPQOptions) withDefaults(n, dim int) IVFPQOptions {
	lists := max(min(int(4*math.Sqrt(float64(n))), n/16), 1)
	o.Lists = cmp.Or(o.Lists, lists)
	o.M = cmp.Or(o.M, max(dim/4, 1))
	o.Probe = cmp.Or(o.Probe, max(o.Lists/16, 8))
	o.Refine = cmp.Or(o.Refine, 4)
	o.Workers = parallel.Workers(o.Workers)
	return o
}

// How many items are encoded between two words of progress.
const ivfBatch = 1 << 14

// BuildIVFPQ trains the codebooks on a sample and encodes items, row-major with dim columns, of unit length. It keeps the
// slice, which must not change. The same items, parameters and seed give the same index.
func BuildIVFPQ(ctx context.Context, items []float32, dim int, o IVFPQOptions, p Progress) (*IVFPQ, error) {
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
	x := &IVFPQ{items: items, dim: dim, n: n, m: o.M, stride: (o.M + 7) &^ 7, probe: o.Probe, refined: o.Refine}
	vec.Huge(items)
	if err := x.fill(ctx, o, p); err != nil {
		return nil, fmt.Errorf("building an IVF-PQ index of %d items: %w", n, err)
	}
	x.pool.New = func() any {
		return &ivfScratch{near: make([]float32, x.coarse.k), table: make([][codewords]float32, x.stride), scores: make([]float32, exactBlock)}
	}
	return x, nil
}

// fill trains the coarse centroids, shares the items out among them, trains the codewords on what is left, and encodes.
func (x *IVFPQ) fill(ctx context.Context, o IVFPQOptions, p Progress) (err error) {
	if x.coarse, err = trainKMeans(ctx, x.items, x.dim, o.Lists, o.Seed, o.Workers); err != nil {
		return err
	}
	list := make([]int32, x.n)
	if err := x.coarse.assign(ctx, x.items, list, o.Workers); err != nil {
		return err
	}
	x.shareOut(list)
	books, err := x.train(ctx, o, list)
	if err != nil {
		return err
	}
	x.codes = make([]byte, x.n*x.stride)
	left, piece, code := make([]float32, ivfBatch*x.dim), []float32{}, make([]int32, ivfBatch)
	for from := 0; from < x.n; from += ivfBatch {
		ids := x.ids[from:min(from+ivfBatch, x.n)]
		x.residuals(ids, list, left)
		for m, book := range books {
			piece = x.cut(left[:len(ids)*x.dim], m, piece[:0])
			if err := book.assign(ctx, piece, code[:len(ids)], o.Workers); err != nil {
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

// shareOut orders the items by list, and within a list by id.
func (x *IVFPQ) shareOut(list []int32) {
	x.start, x.ids = make([]int32, x.coarse.k+1), make([]int32, x.n)
	for _, l := range list {
		x.start[l+1]++
	}
	for l := range x.coarse.k {
		x.start[l+1] += x.start[l]
	}
	next := append([]int32(nil), x.start...)
	for i, l := range list {
		x.ids[next[l]] = int32(i)
		next[l]++
	}
}

// train learns each piece's codewords from the residuals of a sample, and keeps them turned: words[m] has a row of 256
// for each of the piece's columns, as a table is made of them.
func (x *IVFPQ) train(ctx context.Context, o IVFPQOptions, list []int32) ([]*centroids, error) {
	every := max(x.n/(codewords*kmeansPerPoint), 1)
	var ids []int32
	for i := 0; i < x.n; i += every {
		ids = append(ids, int32(i))
	}
	left := make([]float32, len(ids)*x.dim)
	x.residuals(ids, list, left)
	books := make([]*centroids, x.m)
	for m := range books {
		from, to := x.pieceOf(m)
		book, err := trainKMeans(ctx, x.cut(left, m, nil), to-from, codewords, o.Seed+uint64(m)+1, o.Workers)
		if err != nil {
			return nil, err
		}
		books[m] = book
		turned := make([]float32, (to-from)*codewords)
		for j := range book.k {
			for d := range book.dim {
				turned[d*codewords+j] = book.rows[j*book.dim+d]
			}
		}
		x.words = append(x.words, turned)
	}
	return books, nil
}

// residuals fills left with what the items have beside their lists' centroids.
func (x *IVFPQ) residuals(ids, list []int32, left []float32) {
	for i, id := range ids {
		row := left[i*x.dim : (i+1)*x.dim]
		copy(row, x.items[int(id)*x.dim:])
		vec.Axpy(-1, x.coarse.rows[int(list[id])*x.dim:(int(list[id])+1)*x.dim], row)
	}
}

// cut appends the columns of piece m of all rows.
func (x *IVFPQ) cut(rows []float32, m int, into []float32) []float32 {
	from, to := x.pieceOf(m)
	for i := 0; i < len(rows); i += x.dim {
		into = append(into, rows[i+from:i+to]...)
	}
	return into
}
