package nn

import (
	"math"

	"dryrun/internal/vec"
)

// Contrastive is the in-batch softmax loss (InfoNCE, van den Oord et al. 2018): row i of U should prefer row i of V (column
// i of the logits) to every other. V may have more rows than U; the extra ones are negatives for all.
//
//	s_ij = u_i·v_j / τ − LogQ_j        loss = mean_i ( log Σ_j exp s_ij − s_ii )
type Contrastive struct {
	Dim         int
	Temperature float64
	// LogQ, if not nil, is the log of the frequency of each row of V in batches, to correct for popular items being sampled as
	// negatives more often (Yi et al. 2019 on sampling bias).
	LogQ []float32
	// RowLabel and ColLabel, if not nil, are labels of rows of U and V. A column with the row's label, other than its own, is
	// neither positive nor negative; for Supervised such columns are positives.
	RowLabel, ColLabel []int32

	s []float32
}

// Loss returns the mean loss over U's rows and adds scale times its gradients to dU and dV. u is rows x Dim, v is
// cols x Dim with cols >= rows.
func (c *Contrastive) Loss(u, v []float32, rows, cols int, scale float32, dU, dV []float32) float64 {
	c.logits(u, v, rows, cols)
	total := 0.0
	for i := range rows {
		s := c.s[i*cols : (i+1)*cols]
		for j := range s {
			if j != i && c.same(i, j) {
				s[j] = float32(math.Inf(-1))
			}
		}
		own := s[i]
		total += softmax(s) - float64(own)
		s[i]--
	}
	c.backward(u, v, rows, cols, scale, dU, dV)
	return total / float64(rows)
}

// Supervised is the supervised contrastive loss (Khosla et al. 2020, L_out): the positives of row i are all other rows
// with its label, everything else is negative. Rows without a positive are left out of the mean. z is rows x Dim;
// gradients are added to dZ.
func (c *Contrastive) Supervised(z []float32, rows int, scale float32, dZ []float32) float64 {
	c.logits(z, z, rows, rows)
	total, used := 0.0, 0
	for i := range rows {
		s := c.s[i*rows : (i+1)*rows]
		s[i] = float32(math.Inf(-1))
		n, sum := 0, 0.0
		for j := range s {
			if j != i && c.same(i, j) {
				n++
				sum += float64(s[j])
			}
		}
		if n == 0 {
			clear(s)
			continue
		}
		used++
		total += softmax(s) - sum/float64(n)
		for j := range s {
			if j != i && c.same(i, j) {
				s[j] -= 1 / float32(n)
			}
		}
	}
	if used == 0 {
		return 0
	}
	c.backward(z, z, rows, rows, scale*float32(rows)/float32(used), dZ, dZ)
	return total / float64(used)
}

func (c *Contrastive) logits(u, v []float32, rows, cols int) {
	c.s = grow(c.s, rows*cols)
	clear(c.s)
	vec.MatMulTB(c.s, u, v, rows, c.Dim, cols)
	inv := float32(1 / c.Temperature)
	for i := range c.s {
		c.s[i] *= inv
	}
	if c.LogQ != nil {
		for i := range rows {
			vec.Axpy(-1, c.LogQ[:cols], c.s[i*cols:(i+1)*cols])
		}
	}
}

func (c *Contrastive) same(i, j int) bool {
	return c.RowLabel != nil && c.RowLabel[i] == c.ColLabel[j]
}

// backward turns ∂loss/∂s (of the sum over rows), which is now in the logits' buffer, into gradients of u and v.
func (c *Contrastive) backward(u, v []float32, rows, cols int, scale float32, dU, dV []float32) {
	k := scale / float32(c.Temperature) / float32(rows)
	for i := range c.s {
		c.s[i] *= k
	}
	vec.MatMul(dU, c.s, v, rows, cols, c.Dim)
	vec.MatMulTA(dV, c.s, u, cols, rows, c.Dim)
}

// softmax replaces logits with probabilities and returns the log of the sum of their exponentials.
func softmax(s []float32) float64 {
	top := s[0]
	for _, v := range s {
		top = max(top, v)
	}
	sum := 0.0
	for j, v := range s {
		e := math.Exp(float64(v - top))
		s[j] = float32(e)
		sum += e
	}
	inv := float32(1 / sum)
	for j := range s {
		s[j] *= inv
	}
	return float64(top) + math.Log(sum)
}

// BCE is the mean logistic loss of logits z against labels y in [0, 1], weighted by w (nil: 1 each); it fills dz with
// the gradient.
func BCE(z, y, w, dz []float32) float64 {
	total, mass := 0.0, 0.0
	for i := range z {
		wi := 1.0
		if w != nil {
			wi = float64(w[i])
		}
		s, t := float64(z[i]), float64(y[i])
		// log(1+eˢ) − t·s and Sigmoid(s) from one exponential, without overflow.
		e := math.Exp(-math.Abs(s))
		total += wi * (max(s, 0) - s*t + math.Log1p(e))
		mass += wi
		p := 1 / (1 + e)
		if s < 0 {
			p = e / (1 + e)
		}
		dz[i] = float32(wi * (p - t))
	}
	if mass == 0 {
		return 0
	}
	inv := float32(1 / mass)
	for i := range dz {
		dz[i] *= inv
	}
	return total / mass
}

// Sigmoid is 1/(1+e⁻ˢ), the probability with the log odds s. Where e⁻ˢ overflows it is 0, the correct limit.
func Sigmoid(s float64) float64 { return 1 / (1 + math.Exp(-s)) }
