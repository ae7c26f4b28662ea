package nn

import (
	"math/rand/v2"

	"dryrun/internal/vec"
)

// Cross is one cross layer of a deep & cross network, version 2 (Wang et al. 2021): every value of the input x0 is
// multiplied by a learned mixture of the layer's input x, so that L layers hold products of up to L+1 values.
//
//	full      y = x0 ⊙ (W·x + b) + x            W is Width x Width
//	low-rank  y = x0 ⊙ (U·(V·x) + b) + x        V is Rank x Width, U is Width x Rank
type Cross struct {
	Width, Rank int    // Rank 0 is full
	W, V, U     *Param // W of a full layer, V and U of a low-rank one; the others nil
	B           *Param

	x0, x, h, z, y []float32
	dh             []float32
	rows           int
}

// NewCross returns a layer with small initial weights: products of products begin near nothing and can't drown x.
func NewCross(width, rank int, rng *rand.Rand) *Cross {
	c := &Cross{Width: width, Rank: rank, B: NewParam(width)}
	draw := func(out, in int) *Param {
		p := NewParam(out * in)
		p.Decay = true
		for i := range p.W {
			p.W[i] = float32(rng.NormFloat64() * crossStart)
		}
		return p
	}
	if rank == 0 {
		c.W = draw(width, width)
	} else {
		c.V, c.U = draw(rank, width), draw(width, rank)
	}
	return c
}

// crossStart is the deviation of initial weights.
const crossStart = 0.05

// Params returns the layer's parameters.
func (c *Cross) Params() []*Param {
	if c.Rank == 0 {
		return []*Param{c.W, c.B}
	}
	return []*Param{c.V, c.U, c.B}
}

// Scratch is how much ApplyRows needs for so many rows.
func (c *Cross) Scratch(rows int) int { return rows * c.Rank }

// ApplyRows maps rows of x to y, which mustn't overlap, and keeps nothing: safe for concurrent use while nothing trains.
func (c *Cross) ApplyRows(x0, x, y, scratch []float32, rows int) {
	c.mix(x, scratch, y, rows)
	n := rows * c.Width
	mulAdd(y[:n], y[:n], x0[:n], x[:n])
}

// mix makes z = W·x + b, by way of h = V·x where the layer is low-rank.
func (c *Cross) mix(x, h, z []float32, rows int) {
	if c.Rank == 0 {
		vec.MatMulTBFrom(z, c.B.W, x, c.W.W, rows, c.Width, c.Width)
		return
	}
	vec.MatMulTBFrom(h, nil, x, c.V.W, rows, c.Width, c.Rank)
	vec.MatMulTBFrom(z, c.B.W, h, c.U.W, rows, c.Rank, c.Width)
}

// Forward maps rows of x, with the network's input x0, to rows that belong to the layer until its next call.
func (c *Cross) Forward(x0, x []float32, rows int) []float32 {
	c.x0, c.x, c.rows = x0, x, rows
	n := rows * c.Width
	c.h, c.z, c.y = grow(c.h, rows*c.Rank), grow(c.z, n), grow(c.y, n)
	c.mix(x, c.h, c.z, rows)
	mulAdd(c.y, c.z, x0[:n], x[:n])
	return c.y
}

// Backward takes the gradient by the output of the last Forward, adds to the parameters' gradients and to dx0, and
// returns the gradient by x. first says that x is x0: where dx0 is nil, too, nothing before the layer learns, and it
// returns nil. It overwrites what Forward returned, so that a batch's values stay in the cache.
//
//	dz = dy ⊙ x0    dx0 += dy ⊙ z    dW += dzᵀ·x    db += Σ dz    dx = dy + dz·W
func (c *Cross) Backward(dy, dx0 []float32, first bool) []float32 {
	n := c.rows * c.Width
	dz, dx := c.y, c.z // nobody asks for y and z again
	crossBack(dz, dx0, dy, c.x0, c.z)
	for r := range c.rows {
		vec.Axpy(1, dz[r*c.Width:(r+1)*c.Width], c.B.G)
	}
	if c.Rank == 0 {
		vec.MatMulTA(c.W.G, dz, c.x, c.Width, c.rows, c.Width)
	} else {
		c.dh = grow(c.dh, c.rows*c.Rank)
		vec.MatMulTA(c.U.G, dz, c.h, c.Width, c.rows, c.Rank)
		vec.MatMulFrom(c.dh, nil, dz, c.U.W, c.rows, c.Width, c.Rank)
		vec.MatMulTA(c.V.G, c.dh, c.x, c.Rank, c.rows, c.Width)
	}
	if first && dx0 == nil {
		return nil
	}
	if c.Rank == 0 {
		vec.MatMulFrom(dx, dy[:n], dz, c.W.W, c.rows, c.Width, c.Width)
	} else {
		vec.MatMulFrom(dx, dy[:n], c.dh, c.V.W, c.rows, c.Rank, c.Width)
	}
	return dx
}
