// Package kmeans is Lloyd's algorithm (1982), which IVF-PQ and the order of HNSW's nodes are built on. Points come in as rows
// of numbers; the means of their clusters come out, the same for a seed at any number of workers.
package kmeans

import (
	"context"
	"math/rand/v2"

	"dryrun/internal/parallel"
	"dryrun/internal/vec"
)

// Centroids are the k points of a k-means, row-major with dim columns.
type Centroids struct {
	Rows   []float32
	Dim, K int
	Bias   []float32 // -|c|²/2 each: the nearest to x has the largest x·c + bias
}

// New returns centroids as they were before: rows, row-major with dim columns, is kept.
func New(rows []float32, dim int) *Centroids {
	c := &Centroids{Rows: rows, Dim: dim, K: len(rows) / dim, Bias: make([]float32, len(rows)/dim)}
	c.weigh()
	return c
}

// Lloyd's rounds, and the points a centroid that are looked at: more of either hardly moves the result.
const (
	rounds            = 10
	PointsPerCentroid = 128
)

// assignBlock points are compared with all centroids as one matrix product, and are one unit of work.
const assignBlock = 128

// Train is Lloyd's algorithm from a random start: every point goes to its nearest centroid, every centroid to the
// mean of its points. One that lost all its points moves beside the one that has the most. The result depends on the seed
// alone: the points are shared out among workers, the sums are made in their order. k is lowered to the number of points.
func Train(ctx context.Context, points []float32, dim, k int, seed uint64, workers int) (*Centroids, error) {
	rng := rand.New(rand.NewPCG(seed, 0x6b6d))
	points = sampleRows(rng, points, dim, k*PointsPerCentroid)
	n := len(points) / dim
	k = min(k, n)
	c := &Centroids{Rows: make([]float32, k*dim), Dim: dim, K: k, Bias: make([]float32, k)}
	for i, p := range rng.Perm(n)[:k] {
		copy(c.Rows[i*dim:(i+1)*dim], points[p*dim:])
	}
	c.weigh()
	of, sizes := make([]int32, n), make([]int, k)
	for range rounds {
		if err := c.Assign(ctx, points, of, workers); err != nil {
			return nil, err
		}
		clear(c.Rows)
		clear(sizes)
		for i, j := range of {
			sizes[j]++
			vec.Axpy(1, points[i*dim:(i+1)*dim], c.Rows[int(j)*dim:(int(j)+1)*dim])
		}
		for j, size := range sizes {
			row := c.Rows[j*dim : (j+1)*dim]
			for d := range row {
				row[d] /= float32(max(size, 1))
			}
		}
		c.refill(rng, sizes)
		c.weigh()
	}
	return c, nil
}

// sampleRows returns at most limit rows, in order, each as likely as any.
func sampleRows(rng *rand.Rand, rows []float32, dim, limit int) []float32 {
	n := len(rows) / dim
	if n <= limit {
		return rows
	}
	out := make([]float32, 0, limit*dim)
	for i := range n { // selection sampling: Knuth, volume 2, algorithm S
		if rng.IntN(n-i) < limit-len(out)/dim {
			out = append(out, rows[i*dim:(i+1)*dim]...)
		}
	}
	return out
}

// refill puts each empty centroid beside the fullest, a hair apart in opposite directions, so that they part its points.
func (c *Centroids) refill(rng *rand.Rand, sizes []int) {
	const hair = 1.0 / 1024
	for j, size := range sizes {
		if size > 0 {
			continue
		}
		full := 0
		for i := range sizes {
			if sizes[i] > sizes[full] {
				full = i
			}
		}
		for d := range c.Dim {
			v := c.Rows[full*c.Dim+d]
			step := float32(hair * rng.NormFloat64())
			c.Rows[j*c.Dim+d], c.Rows[full*c.Dim+d] = v+step, v-step
		}
		sizes[j] = sizes[full] / 2
		sizes[full] -= sizes[j]
	}
}

func (c *Centroids) weigh() {
	for j := range c.Bias {
		row := c.Rows[j*c.Dim : (j+1)*c.Dim]
		c.Bias[j] = -vec.Dot(row, row) / 2
	}
}

// Assign writes into of the nearest centroid of each point.
func (c *Centroids) Assign(ctx context.Context, points []float32, of []int32, workers int) error {
	scores := make([][]float32, max(min(workers, (len(of)+assignBlock-1)/assignBlock), 1))
	return parallel.Batches(ctx, len(scores), len(of), assignBlock, nil, func(worker, from, to int) error {
		if scores[worker] == nil {
			scores[worker] = make([]float32, assignBlock*c.K)
		}
		out := scores[worker][:(to-from)*c.K]
		for i := 0; i < len(out); i += c.K {
			copy(out[i:i+c.K], c.Bias)
		}
		vec.MatMulTB(out, points[from*c.Dim:to*c.Dim], c.Rows, to-from, c.Dim, c.K)
		for i := from; i < to; i++ {
			of[i] = best(out[(i-from)*c.K : (i-from+1)*c.K])
		}
		return nil
	})
}

// best returns the place of the largest score, the first of equals.
func best(scores []float32) int32 {
	at, top := 0, scores[0]
	for i, s := range scores {
		if s > top {
			at, top = i, s
		}
	}
	return int32(at)
}
