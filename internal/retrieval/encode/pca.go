package encode

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"dryrun/internal/retrieval"
	"dryrun/internal/vec"
	"gonum.org/v1/gonum/mat"
)

// PCA is the linear encoder that keeps most of the inputs' variance: no labels, one matrix. It takes inputs as Raw does,
// less their own mean and at unit length; otherwise overall light would be its first axes. It is the baseline that a
// learned encoder has to beat: it follows whatever varies most, be it the thing or its background.
type PCA struct {
	// Explained is the share of the variance that each component keeps, largest first.
	Explained []float64

	width, dim int
	axes       []float32 // dim x width, orthonormal rows
	sums       []float32 // sum of each axis's values
	bias       []float32 // axes · mean of the leveled inputs
}

// The randomized method of Halko, Martinsson & Tropp (2011): a few spare directions, a few power iterations.
const (
	pcaSpare  = 8
	pcaPasses = 5
	pcaBlock  = 1024 // rows at a time; between blocks the context is asked
)

// TrainPCA finds the dim main axes of rows, row-major with width columns.
func TrainPCA(ctx context.Context, rows []float32, width, dim int, seed uint64) (*PCA, error) {
	if width <= 0 || len(rows) == 0 || len(rows)%width != 0 {
		return nil, fmt.Errorf("finding main axes of %d values: not rows of %d", len(rows), width)
	}
	if dim <= 0 || dim > width {
		return nil, fmt.Errorf("finding %d main axes of inputs with %d values: choose 1 to %d", dim, width, width)
	}
	x := pcaData{rows: rows, width: width, n: len(rows) / width}
	x.buffer = make([]float32, min(x.n, pcaBlock)*width)
	if err := x.center(ctx); err != nil {
		return nil, err
	}
	l := min(dim+pcaSpare, width)
	rng := rand.New(rand.NewPCG(seed, 0x706361)) // a stream of its own
	basis := make([]float32, width*l)
	for i := range basis {
		basis[i] = float32(rng.NormFloat64())
	}
	orthonormalize(basis, width, l)
	for range pcaPasses {
		next := make([]float32, width*l)
		if err := x.covarianceTimes(ctx, basis, l, next, nil); err != nil {
			return nil, err
		}
		orthonormalize(next, width, l)
		basis = next
	}
	small := make([]float64, l*l)
	if err := x.covarianceTimes(ctx, basis, l, nil, small); err != nil {
		return nil, err
	}
	return x.finish(basis, small, l, dim)
}

type pcaData struct {
	rows     []float32
	width, n int
	mean     []float32
	total    float64 // variance over all columns
	buffer   []float32
}

// block returns leveled copies of at most pcaBlock rows from row i. They live until the next call.
func (x *pcaData) block(ctx context.Context, i int) (rows []float32, n int, err error) {
	if ctx.Err() != nil {
		return nil, 0, fmt.Errorf("finding main axes of %d rows: %w", x.n, ctx.Err())
	}
	n = min(pcaBlock, x.n-i)
	rows = x.buffer[:n*x.width]
	copy(rows, x.rows[i*x.width:])
	for r := range n {
		level(rows[r*x.width : (r+1)*x.width])
	}
	return rows, n, nil
}

func (x *pcaData) center(ctx context.Context) error {
	sum, sq := make([]float64, x.width), 0.0
	for i := 0; i < x.n; i += pcaBlock {
		rows, n, err := x.block(ctx, i)
		if err != nil {
			return err
		}
		for r := range n {
			for j, v := range rows[r*x.width : (r+1)*x.width] {
				sum[j] += float64(v)
				sq += float64(v) * float64(v)
			}
		}
	}
	x.mean = make([]float32, x.width)
	for j, s := range sum {
		m := s / float64(x.n)
		x.mean[j] = float32(m)
		sq -= m * m * float64(x.n)
	}
	x.total = max(sq, 0) / float64(x.n)
	return nil
}

// covarianceTimes works on Y = (X - 1μᵀ)·basis block by block. Into product, where wanted, it adds (X - 1μᵀ)ᵀ·Y, into
// small YᵀY/n; X itself is never copied.
func (x *pcaData) covarianceTimes(ctx context.Context, basis []float32, l int, product []float32, small []float64) error {
	shift := make([]float32, l)
	vec.MatMul(shift, x.mean, basis, 1, x.width, l)
	y, square := make([]float32, pcaBlock*l), make([]float32, l*l)
	sums := make([]float32, l)
	for i := 0; i < x.n; i += pcaBlock {
		block, n, err := x.block(ctx, i)
		if err != nil {
			return err
		}
		y := y[:n*l]
		clear(y)
		vec.MatMul(y, block, basis, n, x.width, l)
		for r := range n {
			row := y[r*l : (r+1)*l]
			vec.Axpy(-1, shift, row)
			vec.Axpy(1, row, sums)
		}
		if product != nil {
			vec.MatMulTA(product, block, y, x.width, n, l)
		}
		if small != nil {
			clear(square)
			vec.MatMulTA(square, y, y, l, n, l)
			for k, v := range square {
				small[k] += float64(v) / float64(x.n)
			}
		}
	}
	if product != nil {
		for j, m := range x.mean {
			vec.Axpy(-m, sums, product[j*l:(j+1)*l])
		}
	}
	return nil
}

// finish turns the basis so that its directions are those of most variance.
func (x *pcaData) finish(basis []float32, small []float64, l, dim int) (*PCA, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(mat.NewSymDense(l, small), true) {
		return nil, fmt.Errorf("finding main axes of %d rows: no eigenvalues: look for values that are not numbers", x.n)
	}
	values := eigen.Values(nil) // ascending
	var turn mat.Dense
	eigen.VectorsTo(&turn)
	p := &PCA{
		width: x.width, dim: dim,
		Explained: make([]float64, dim), axes: make([]float32, dim*x.width),
		sums: make([]float32, dim), bias: make([]float32, dim),
	}
	for k := range dim {
		from := l - 1 - k
		if x.total > 0 {
			p.Explained[k] = max(values[from], 0) / x.total
		}
		axis := p.axes[k*x.width : (k+1)*x.width]
		for j := range axis {
			s := 0.0
			for c := range l {
				s += float64(basis[j*l+c]) * turn.At(c, from)
			}
			axis[j] = float32(s)
			p.sums[k] += axis[j]
		}
		p.bias[k] = vec.Dot(axis, x.mean)
	}
	return p, nil
}

// orthonormalize makes the columns of a, rows x cols, orthonormal: Gram-Schmidt, each column cleaned twice, which is
// enough against rounding. A column that depends on those before it becomes zero.
func orthonormalize(a []float32, rows, cols int) {
	q := make([][]float64, cols)
	for c := range q {
		q[c] = make([]float64, rows)
		before := 0.0
		for r := range rows {
			q[c][r] = float64(a[r*cols+c])
			before += q[c][r] * q[c][r]
		}
		for range 2 {
			for _, p := range q[:c] {
				dot := 0.0
				for r, v := range p {
					dot += v * q[c][r]
				}
				for r, v := range p {
					q[c][r] -= dot * v
				}
			}
		}
		after := 0.0
		for _, v := range q[c] {
			after += v * v
		}
		scale := 0.0
		if after > 1e-10*before {
			scale = 1 / math.Sqrt(after)
		}
		for r := range rows {
			q[c][r] *= scale
			a[r*cols+c] = float32(q[c][r])
		}
	}
}

// Encode implements Vectorizer; into has as many values as axes were asked for. Leveling is done after the product:
// axis · (x - m)/s = (axis·x - m·sum of axis)/s.
func (p *PCA) Encode(x, into []float32) {
	x, into = x[:p.width], into[:p.dim]
	mean, sq := 0.0, 0.0
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(p.width)
	for _, v := range x {
		sq += (float64(v) - mean) * (float64(v) - mean)
	}
	inv := float32(0)
	if sq > 0 {
		inv = float32(1 / math.Sqrt(sq))
	}
	vec.DotRows(x, p.axes, p.width, into)
	vec.Axpy(-float32(mean), p.sums, into)
	for k := range into {
		into[k] = into[k]*inv - p.bias[k]
	}
	vec.Normalize(into)
}

// MB is the encoder's size in memory.
func (p *PCA) MB() float64 { return retrieval.Megabytes(4 * (len(p.axes) + len(p.sums) + len(p.bias))) }
