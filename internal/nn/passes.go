package nn

// Elementwise passes over a batch. Go's compiler doesn't vectorize them; the assembly takes eight values at a time and rounds as
// the loops do, so both give the same bits.

// vectorized is how many of n values the assembly takes.
func vectorized(n int) int {
	if !fastPasses {
		return 0
	}
	return n &^ 7
}

// mulAdd sets y = z ⊙ a + b; y may be z.
func mulAdd(y, z, a, b []float32) {
	z, a, b = z[:len(y)], a[:len(y)], b[:len(y)]
	n := vectorized(len(y))
	if n > 0 {
		mulAddAVX2(&y[0], &z[0], &a[0], &b[0], n)
	}
	for i := n; i < len(y); i++ {
		y[i] = float32(z[i]*a[i]) + b[i] // rounded twice on every processor
	}
}

// crossBack sets dz = dy ⊙ x0, and adds dy ⊙ z to dx0 unless it is nil.
func crossBack(dz, dx0, dy, x0, z []float32) {
	dy, x0, z = dy[:len(dz)], x0[:len(dz)], z[:len(dz)]
	n := vectorized(len(dz))
	if dx0 == nil {
		if n > 0 {
			mulAVX2(&dz[0], &dy[0], &x0[0], n)
		}
		for i := n; i < len(dz); i++ {
			dz[i] = dy[i] * x0[i]
		}
		return
	}
	dx0 = dx0[:len(dz)]
	if n > 0 {
		crossBackAVX2(&dz[0], &dx0[0], &dy[0], &x0[0], &z[0], n)
	}
	for i := n; i < len(dz); i++ {
		dz[i] = dy[i] * x0[i]
		dx0[i] += float32(dy[i] * z[i])
	}
}

// relu sets y = max(0, x); y may be x.
func relu(y, x []float32) {
	y = y[:len(x)]
	n := vectorized(len(x))
	if n > 0 {
		reluAVX2(&y[0], &x[0], n)
	}
	for i := n; i < len(x); i++ {
		y[i] = max(x[i], 0)
	}
}

// reluBack sets dx = dy where y > 0, and 0 elsewhere.
func reluBack(dx, dy, y []float32) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	n := vectorized(len(dx))
	if n > 0 {
		reluBackAVX2(&dx[0], &dy[0], &y[0], n)
	}
	for i := n; i < len(dx); i++ {
		dx[i] = 0
		if y[i] > 0 {
			dx[i] = dy[i]
		}
	}
}
