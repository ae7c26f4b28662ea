package ranking

import (
	"context"
	"errors"
	"fmt"
	"math"

	"dryrun/internal/nn"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Logistic is logistic regression: the log odds of a positive are a weighted sum of the columns. A missing value counts
// as the column's mean, so that it adds nothing.
type Logistic struct {
	columns []string
	mean    []float32 // of each column
	coef    []float32 // by unit of the raw column
	weights []float64 // by standard deviation of the column
	base    float32   // log odds where every column is at its mean
}

// LogisticOptions are the settings of TrainLogistic; zeros mean the defaults.
type LogisticOptions struct {
	L2        float64 // λ of λ/2·‖β‖² on standardized columns against the sum of losses (1/C elsewhere); 0 means 1
	MaxRounds int     // Newton steps; 0 means 50
	Tolerance float64 // stop where a step would lower the mean loss by less; 0 means 1e-9
}

func (o LogisticOptions) withDefaults() (LogisticOptions, error) {
	if o.L2 < 0 || o.MaxRounds < 0 || o.Tolerance < 0 || !finite(o.L2) || !finite(o.Tolerance) {
		return o, errors.New("training logistic regression: options must be finite and not negative")
	}
	if o.L2 == 0 {
		o.L2 = 1
	}
	if o.MaxRounds == 0 {
		o.MaxRounds = 50
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-9
	}
	return o, nil
}

// TrainLogistic fits by iteratively reweighted least squares, Newton's method on the log loss (Hastie, Tibshirani and
// Friedman 2009, 4.4.1), with an L2 penalty on all but the intercept and steps halved until the loss falls:
//
//	β ← β + (XᵀWX + λI)⁻¹·(Xᵀ(y − p) − λβ),  W = diag(p(1−p))
//
// Labels are in [0, 1]. With d columns a step costs rows·d², so it is meant for at most a few hundred columns. It
// converges to the one optimum, so there is nothing to seed.
func TrainLogistic(ctx context.Context, train *Dataset, o LogisticOptions, p Progress) (*Logistic, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := CheckRows(train, nil); err != nil {
		return nil, err
	}
	if err := train.CheckLabels("training", "0 to 1", func(y float32) bool { return y >= 0 && y <= 1 }); err != nil {
		return nil, err
	}
	f, err := newNewton(ctx, train, o.L2)
	if err != nil {
		return nil, fmt.Errorf("training logistic regression: %w", err)
	}
	if f.total == 0 {
		return nil, errors.New("training logistic regression: every row has weight 0")
	}
	beta, err := f.fit(ctx, o, p)
	if err != nil {
		return nil, fmt.Errorf("training logistic regression: %w", err)
	}
	return f.model(beta), nil
}

// newton holds what Newton's steps share. Rows are standardized block by block, so that memory doesn't grow with them.
type newton struct {
	d         *Dataset
	m         int // columns and the intercept, which is last
	l2        float64
	total     float64 // sum of weights
	mean, dev []float64
	block     []float64 // newtonBlock x m, row-major
	residual  []float64 // newtonBlock
	logit     []float64 // newtonBlock
}

// newtonBlock is how many rows are standardized at a time.
const newtonBlock = 1024

func newNewton(ctx context.Context, d *Dataset, l2 float64) (*newton, error) {
	m := d.Width()
	f := &newton{
		d: d, m: m + 1, l2: l2, mean: make([]float64, m), dev: make([]float64, m),
		block: make([]float64, newtonBlock*(m+1)), residual: make([]float64, newtonBlock), logit: make([]float64, newtonBlock),
	}
	sum := make([]float64, m) // of weights where the column is present
	for i := range d.Rows() {
		if i%newtonBlock == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		w := d.RowWeight(i)
		f.total += w
		for c, x := range d.X[i*m : (i+1)*m] {
			if x == x && w > 0 { // Welford's running moments, weighted (West 1979)
				sum[c] += w
				delta := float64(x) - f.mean[c]
				f.mean[c] += delta * w / sum[c]
				f.dev[c] += w * delta * (float64(x) - f.mean[c])
			}
		}
	}
	for c := range f.dev {
		if sum[c] > 0 {
			f.dev[c] = math.Sqrt(f.dev[c] / sum[c])
		}
	}
	return f, nil
}

// fit returns the weights of standardized columns and, last, the intercept.
func (f *newton) fit(ctx context.Context, o LogisticOptions, p Progress) ([]float64, error) {
	beta, step := make([]float64, f.m), make([]float64, f.m)
	hessian, grad := mat.NewSymDense(f.m, nil), mat.NewVecDense(f.m, nil)
	loss, err := f.derivatives(ctx, beta, hessian, grad)
	if err != nil {
		return nil, err
	}
	for round := range o.MaxRounds {
		var chol mat.Cholesky
		if !chol.Factorize(hessian) {
			return nil, errors.New("columns are collinear beyond the penalty; drop one or raise L2")
		}
		direction := mat.NewVecDense(f.m, nil)
		if err := chol.SolveVecTo(direction, grad); err != nil && !errors.As(err, new(mat.Condition)) {
			return nil, fmt.Errorf("solving for a step: %w", err)
		}
		if decrement := mat.Dot(direction, grad) / 2; decrement < o.Tolerance*f.total {
			break
		}
		next := loss
		for scale := 1.0; scale > 1e-6; scale /= 2 {
			for c := range step {
				step[c] = beta[c] + scale*direction.AtVec(c)
			}
			if next, err = f.derivatives(ctx, step, hessian, grad); err != nil {
				return nil, err
			}
			if next <= loss {
				break
			}
		}
		if next > loss {
			break // no step lowers the loss: at the limit of float64
		}
		loss = next
		copy(beta, step)
		if p != nil {
			p(round+1, o.MaxRounds, loss/f.total, math.NaN())
		}
	}
	return beta, nil
}

// derivatives returns the penalized loss at beta and fills its second derivative and its descent direction −∇.
func (f *newton) derivatives(ctx context.Context, beta []float64, hessian *mat.SymDense, grad *mat.VecDense) (float64, error) {
	hessian.Zero()
	grad.Zero()
	loss := 0.0
	for c, b := range beta[:f.m-1] {
		loss += f.l2 / 2 * b * b
		hessian.SetSym(c, c, f.l2)
		grad.SetVec(c, -f.l2*b)
	}
	// A whisker on the intercept keeps the matrix positive definite where the classes are split.
	hessian.SetSym(f.m-1, f.m-1, 1e-9*f.total)
	for from := 0; from < f.d.Rows(); from += newtonBlock {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n := f.fill(from)
		x := blas64.General{Rows: n, Cols: f.m, Stride: f.m, Data: f.block[:n*f.m]}
		z := blas64.Vector{N: n, Inc: 1, Data: f.logit[:n]}
		blas64.Gemv(blas.NoTrans, 1, x, blas64.Vector{N: f.m, Inc: 1, Data: beta}, 0, z)
		for i := range n {
			y, w := float64(f.d.Y[from+i]), f.d.RowWeight(from+i)
			z.Data[i] += f.d.RowOffset(from + i)
			p := nn.Sigmoid(z.Data[i])
			loss += w * LogLoss(z.Data[i], y)
			f.residual[i] = w * (y - p)
			z.Data[i] = math.Sqrt(w * p * (1 - p))
		}
		blas64.Gemv(blas.Trans, 1, x, blas64.Vector{N: n, Inc: 1, Data: f.residual[:n]}, 1, grad.RawVector())
		for i := range n {
			for c := i * f.m; c < (i+1)*f.m; c++ {
				x.Data[c] *= z.Data[i]
			}
		}
		blas64.Syrk(blas.Trans, 1, x, 1, hessian.RawSymmetric())
	}
	return loss, nil
}

// fill standardizes the rows from the one given into the block and returns how many there are.
func (f *newton) fill(from int) int {
	n := min(newtonBlock, f.d.Rows()-from)
	width := f.m - 1
	for i := range n {
		out := f.block[i*f.m : (i+1)*f.m]
		for c, x := range f.d.X[(from+i)*width : (from+i+1)*width] {
			out[c] = 0
			if x == x && f.dev[c] > 0 {
				out[c] = (float64(x) - f.mean[c]) / f.dev[c]
			}
		}
		out[width] = 1
	}
	return n
}

func (f *newton) model(beta []float64) *Logistic {
	width := f.m - 1
	l := &Logistic{
		columns: f.d.Columns, weights: beta[:width], base: float32(beta[width]),
		mean: make([]float32, width), coef: make([]float32, width),
	}
	for c := range width {
		l.mean[c] = float32(f.mean[c])
		if f.dev[c] > 0 {
			l.coef[c] = float32(beta[c] / f.dev[c])
		}
	}
	return l
}

// Score fills out with log odds.
func (l *Logistic) Score(rows []float32, out []float32) {
	m := len(l.coef)
	for i := range out {
		sum := l.base
		for c, x := range rows[i*m : (i+1)*m] {
			if x == x {
				sum += l.coef[c] * (x - l.mean[c])
			}
		}
		out[i] = sum
	}
}

// Prob is the probability of a positive for a score.
func (l *Logistic) Prob(score float32) float64 { return nn.Sigmoid(float64(score)) }

// Columns are the columns of a row, in order.
func (l *Logistic) Columns() []string { return l.columns }

// MB is the model's size in memory.
func (l *Logistic) MB() float64 { return float64(len(l.coef)*(4+4+8)+4) / 1e6 }

// ColumnWeight is what one standard deviation of a column adds to the log odds.
type ColumnWeight struct {
	Column string
	Weight float64
}

// Weights returns every column's weight in the order of the columns.
func (l *Logistic) Weights() []ColumnWeight {
	out := make([]ColumnWeight, len(l.columns))
	for c, name := range l.columns {
		out[c] = ColumnWeight{name, l.weights[c]}
	}
	return out
}
