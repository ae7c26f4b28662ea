package vec

// The plain kernels do what the assembly does, on every other processor. Their order of summation differs from the
// assembly's, and is always the same.

func dotPlain(q, rows []float32, dim int, ids []int32, out []float32) {
	for i := range out {
		out[i] = dotOne(q, row(rows, dim, ids, i))
	}
}

// row returns row ids[i], or row i where ids is nil.
func row(rows []float32, dim int, ids []int32, i int) []float32 {
	if ids != nil {
		i = int(ids[i])
	}
	return rows[i*dim : i*dim+dim]
}

// dotOne keeps four sums, because one sum would wait for every addition.
func dotOne(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func axpyPlain(a float32, x, y []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += a * v
	}
}

// tilePlain is tileFast with strides in elements.
func tilePlain(k int, a []float32, rowStride, colStride int, b, c []float32, ldc int) {
	for i := range tileRows {
		ci := c[i*ldc : i*ldc+tileCols]
		for p := range k {
			axpyPlain(a[i*rowStride+p*colStride], b[p*tileCols:(p+1)*tileCols], ci)
		}
	}
}
