package nn

import (
	"math/rand/v2"

	"dryrun/internal/vec"
)

// Cross is one cross layer of a deep & cross network, version 2 (Wang et al. 2021): each value of the input x0 is
// multiplied by a linear combination of the layer's input x, so L layers compute products of up to L+1 values.
//
//	full      y = x0 ⊙ (W·x + b) + x            W is Width x Width
//	low-rank  y = x0 ⊙ (U·(V·x) + b) + x        V is Rank x Width, U is Width x Rank
type Cross struct {
	Width, Rank int    // Rank 0 is full
	W, V, U     *Param // W of a full layer, V and U of a low-rank one; the others nil
	B           *Param

	batch crossBatch
}

// crossBatch is what Backward needs from the last Forward, and its own buffer dh.
type crossBatch struct {
	x0, x, h, z, y, dh []float32
	rows               int
}

// NewCross returns a layer with small initial weights, so that products start small compared with x.
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

// crossStart is the standard deviation of the initial weights.
const crossStart = 0.05

// Params returns the layer's parameters.
func (c *Cross) Params() []*Param {
	if c.Rank == 0 {
		return []*Param{c.W, c.B}
	}
	return []*Param{c.V, c.U, c.B}
}

// Scratch is the length of the scratch slice that ApplyRows needs.
func (c *Cross) Scratch(rows int) int { return rows * c.Rank }

// ApplyRows maps rows of x to y, which mustn't overlap x, and keeps nothing, so it is safe for concurrent use while nothing
// trains.
func (c *Cross) ApplyRows(x0, x, y, scratch []float32, rows int) {
	c.mix(x, scratch, y, rows)
	n := rows * c.Width
	mulAdd(y[:n], y[:n], x0[:n], x[:n])
}

// mix sets z = W·x + b; a low-rank layer computes h = V·x first.
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
	b := &c.batch
	b.x0, b.x, b.rows = x0, x, rows
	n := rows * c.Width
	b.h, b.z, b.y = grow(b.h, rows*c.Rank), grow(b.z, n), grow(b.y, n)
	c.mix(x, b.h, b.z, rows)
	mulAdd(b.y, b.z, x0[:n], x[:n])
	return b.y
}

// Backward takes the gradient with respect to the output of the last Forward, adds to the parameters' gradients and to dx0, and
// returns the gradient with respect to x. first is whether x is x0; if dx0 is nil, too, the input needs no gradient, and
// Backward returns nil. It overwrites what Forward returned, to reuse memory that is in the cache.
//
//	dz = dy ⊙ x0    dx0 += dy ⊙ z    dW += dzᵀ·x    db += Σ dz    dx = dy + dz·W
func (c *Cross) Backward(dy, dx0 []float32, first bool) []float32 {
	b := &c.batch
	n := b.rows * c.Width
	dz, dx := b.y, b.z // y and z aren't needed again
	crossBack(dz, dx0, dy, b.x0, b.z)
	for r := range b.rows {
		vec.Axpy(1, dz[r*c.Width:(r+1)*c.Width], c.B.G)
	}
	if c.Rank == 0 {
		vec.MatMulTA(c.W.G, dz, b.x, c.Width, b.rows, c.Width)
	} else {
		b.dh = grow(b.dh, b.rows*c.Rank)
		vec.MatMulTA(c.U.G, dz, b.h, c.Width, b.rows, c.Rank)
		vec.MatMulFrom(b.dh, nil, dz, c.U.W, b.rows, c.Width, c.Rank)
		vec.MatMulTA(c.V.G, b.dh, b.x, c.Rank, b.rows, c.Width)
	}
	if first && dx0 == nil {
		return nil
	}
	if c.Rank == 0 {
		vec.MatMulFrom(dx, dy[:n], dz, c.W.W, b.rows, c.Width, c.Width)
	} else {
		vec.MatMulFrom(dx, dy[:n], b.dh, c.V.W, b.rows, c.Rank, c.Width)
	}
	return dx
}
