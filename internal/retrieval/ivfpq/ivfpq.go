// Package ivfpq is stage one by an inverted file with product quantization (Jégou, Douze & Schmid 2011), the engine for
// corpora whose vectors don't fit in memory as they are. Vectors of unit length come in; an Index comes out that looks
// into a few lists of short codes and compares the best of what it finds there in full.
package ivfpq

import (
	"context"
	"encoding/binary"
	"sync"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/kmeans"
	"dryrun/internal/vec"
)

// Index is the inverted file with product quantization of Jégou, Douze & Schmid (2011), over unit vectors compared by
// inner product. A coarse k-means parts the corpus into lists; what is left of a vector beside its list's centroid c is cut
// into M pieces, and of each piece only the number of the nearest of 256 codewords is kept: a byte. A query looks into the
// lists nearest to it alone, and adds up q·x ≈ q·c + Σ_m q_m·codeword from a table made once a query (asymmetric distance).
// The best by these rough scores are compared in full (refine), so their order and scores are exact.
type Index struct {
	items          []float32 // row-major, n x dim, for refining
	dim, n         int
	coarse         *kmeans.Centroids
	m              int // pieces, each a byte of the code
	stride         int // bytes of a code: m made a multiple of eight, the rest zero
	words          [][]float32
	start          []int32 // list l is at start[l] to start[l+1] of ids and codes
	ids            []int32
	codes          []byte
	probe, refined int

	pool sync.Pool // of *scratch
}

const (
	codewords = 256 // of a piece
	scanBlock = 256 // codes scored at a time: their scores fit the nearest cache
)

// pieceOf returns the columns of piece m: pieces are as equal as dim allows.
func (x *Index) pieceOf(m int) (from, to int) { return m * x.dim / x.m, (m + 1) * x.dim / x.m }

// scratch is the working memory of one search at a time.
type scratch struct {
	lists    retrieval.TopK
	order    []problem.Candidate
	products []float32
	table    [][codewords]float32 // q_m · codeword, for each piece, and zeros up to the stride
	scores   []float32
	rough    retrieval.TopK
	some     []problem.Candidate
	ids      []int32
	exact    retrieval.TopK
}

// Retrieve implements retrieval.Retriever, with the index's own probe and refine.
func (x *Index) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	if err := retrieval.CheckVector(q, x.dim); err != nil {
		return into, err
	}
	return x.search(ctx, &q, k, x.probe, x.refined, into)
}

// Search looks into the probe nearest lists, compares refine times k of what it finds there in full, and appends the k
// best. It is safe for concurrent use.
func (x *Index) Search(ctx context.Context, q []float32, k, probe, refine int, into []problem.Candidate) ([]problem.Candidate, error) {
	return x.search(ctx, &problem.Query{Vec: q}, k, probe, refine, into)
}

// search is Search with the request's filter: where that refuses much, it looks into further lists until as many allowed
// candidates are found as are to be compared in full.
func (x *Index) search(ctx context.Context, q *problem.Query, k, probe, refine int, into []problem.Candidate) ([]problem.Candidate, error) {
	if k = min(k, x.n); k <= 0 {
		return into, ctx.Err()
	}
	s := x.pool.Get().(*scratch)
	defer x.pool.Put(s)
	x.tabulate(q.Vec, s.table)
	all, wanted := q.Filter.AllowsAll(), min(max(refine, 1)*k, x.n)
	if all {
		x.nearestLists(q.Vec, probe, s)
	} else {
		x.nearestLists(q.Vec, x.coarse.K, s)
	}
	s.rough.Reset(wanted)
	found := 0
	for at, l := range s.order {
		if ctx.Err() != nil {
			return into, ctx.Err()
		}
		if !all && at >= max(probe, 1) && found >= wanted {
			break
		}
		from, to := x.start[l.Item], x.start[l.Item+1]
		for ; from < to; from += scanBlock {
			out := s.scores[:min(scanBlock, to-from)]
			scanCodes(x.codes[int(from)*x.stride:], x.stride, s.table, l.Score, out)
			if all {
				s.rough.PushRows(from, out)
			} else {
				found += x.pushAllowed(s, &q.Filter, from, out)
			}
		}
	}
	s.some = s.rough.AppendUnordered(s.some[:0])
	s.ids = s.ids[:0]
	for _, c := range s.some {
		s.ids = append(s.ids, x.ids[c.Item])
	}
	scores := s.scores
	if len(scores) < len(s.ids) {
		scores = make([]float32, len(s.ids))
		s.scores = scores
	}
	vec.DotGather(q.Vec, x.items, x.dim, s.ids, scores)
	s.exact.Reset(k)
	for i, id := range s.ids {
		s.exact.Push(id, scores[i])
	}
	return s.exact.Append(into), nil
}

// pushAllowed offers the codes from a place on whose items the filter allows, and returns how many of them entered the
// selection: only those that might are asked about.
func (x *Index) pushAllowed(s *scratch, f *problem.Filter, from int32, scores []float32) int {
	n := 0
	for i, score := range scores {
		if at := from + int32(i); s.rough.Wants(score) && f.Allows(x.ids[at]) {
			s.rough.Push(at, score)
			n++
		}
	}
	return n
}

// tabulate fills in the inner products of the query's pieces and all codewords.
func (x *Index) tabulate(q []float32, table [][codewords]float32) {
	for m := range x.m {
		from, to := x.pieceOf(m)
		clear(table[m][:])
		for d := from; d < to; d++ {
			vec.Axpy(q[d], x.words[m][(d-from)*codewords:(d-from+1)*codewords], table[m][:])
		}
	}
}

// nearestLists leaves in order the lists to look into, each with the score q·c of its centroid. Of unit vectors the nearest
// lists are those of the nearest centroids by distance, as they were when the items were assigned.
func (x *Index) nearestLists(q []float32, probe int, s *scratch) {
	c := x.coarse
	vec.DotRows(q, c.Rows, c.Dim, s.products)
	s.lists.Reset(min(max(probe, 1), c.K))
	for i, dot := range s.products {
		s.lists.Push(int32(i), dot+c.Bias[i])
	}
	s.order = s.lists.Append(s.order[:0])
	for i := range s.order {
		s.order[i].Score = s.products[s.order[i].Item]
	}
}

// scanCodes fills out with base plus the table's sums for as many codes, eight bytes at a time.
func scanCodes(codes []byte, stride int, table [][codewords]float32, base float32, out []float32) {
	if stride == 16 {
		scan16(codes, (*[16][codewords]float32)(table), base, out)
		return
	}
	for i := range out {
		out[i] = base
	}
	for at := 0; at < stride; at += 8 {
		t := (*[8][codewords]float32)(table[at:])
		for i := range out {
			out[i] += sum8(t, binary.LittleEndian.Uint64(codes[i*stride+at:]))
		}
	}
}

// scan16 is scanCodes for codes of sixteen bytes, the usual size.
func scan16(codes []byte, table *[16][codewords]float32, base float32, out []float32) {
	lo, hi := (*[8][codewords]float32)(table[:8]), (*[8][codewords]float32)(table[8:])
	codes = codes[:16*len(out)]
	for i := range out {
		code := codes[16*i : 16*i+16]
		out[i] = base + sum8(lo, binary.LittleEndian.Uint64(code)) + sum8(hi, binary.LittleEndian.Uint64(code[8:]))
	}
}

// sum8 adds up the entries that eight bytes of code name, in a tree: the additions don't wait for each other.
func sum8(t *[8][codewords]float32, w uint64) float32 {
	return ((t[0][uint8(w)] + t[1][uint8(w>>8)]) + (t[2][uint8(w>>16)] + t[3][uint8(w>>24)])) +
		((t[4][uint8(w>>32)] + t[5][uint8(w>>40)]) + (t[6][uint8(w>>48)] + t[7][uint8(w>>56)]))
}

// Len implements Index.
func (x *Index) Len() int { return x.n }

// MB implements Index. The vectors are in it, since they refine; without them it would be CodesMB.
func (x *Index) MB() float64 { return retrieval.Megabytes(4*len(x.items)) + x.CodesMB() }

// CodesMB is the size of the codes, the ids and the codebooks: what has to stay in memory where vectors are on a disk.
func (x *Index) CodesMB() float64 {
	floats := len(x.coarse.Rows) + len(x.coarse.Bias) + x.dim*codewords
	return retrieval.Megabytes(len(x.codes) + 4*(len(x.ids)+len(x.start)+floats))
}
