package nn

// Passes over every value of a batch, which Go's compiler takes one at a time. The assembly takes eight and rounds as
// the loops do, so both give the same bits.

// eights is how many of n values the assembly takes.
func eights(n int) int {
	if !fastPasses {
		return 0
	}
	return n &^ 7
}

// mulAdd makes y = z ⊙ a + b; y may be z.
func mulAdd(y, z, a, b []float32) {
	z, a, b = z[:len(y)], a[:len(y)], b[:len(y)]
	n := eights(len(y))
	if n > 0 {
		mulAddAVX2(&y[0], &z[0], &a[0], &b[0], n)
	}
	for i := n; i < len(y); i++ {
		y[i] = float32(z[i]*a[i]) + b[i] // rounded twice on every processor
	}
}

// crossBack makes dz = dy ⊙ x0 and adds dy ⊙ z to dx0 where it isn't nil.
func crossBack(dz, dx0, dy, x0, z []float32) {
	dy, x0, z = dy[:len(dz)], x0[:len(dz)], z[:len(dz)]
	n := eights(len(dz))
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

// rectify makes y = max(0, x); y may be x.
func rectify(y, x []float32) {
	y = y[:len(x)]
	n := eights(len(x))
	if n > 0 {
		rectifyAVX2(&y[0], &x[0], n)
	}
	for i := n; i < len(x); i++ {
		y[i] = max(x[i], 0)
	}
}

// where makes dx = dy where y > 0, else 0.
func where(dx, dy, y []float32) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	n := eights(len(dx))
	if n > 0 {
		whereAVX2(&dx[0], &dy[0], &y[0], n)
	}
	for i := n; i < len(dx); i++ {
		dx[i] = 0
		if y[i] > 0 {
			dx[i] = dy[i]
		}
	}
}
