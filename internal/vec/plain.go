package vec

// The plain kernels are the twins of the assembly for every other processor. They sum a row in an order of their own,
// always the same one.

func dotPlain(q, rows []float32, dim int, ids []int32, out []float32) {
	for i := range out {
		out[i] = dotOne(q, row(rows, dim, ids, i))
	}
}

// row returns the i-th row asked for: by id, or the i-th where ids is nil.
func row(rows []float32, dim int, ids []int32, i int) []float32 {
	if ids != nil {
		i = int(ids[i])
	}
	return rows[i*dim : i*dim+dim]
}

// Four sums break the chain of additions, which otherwise sets the pace.
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
func tilePlain(k int, a []float32, down, right int, b, c []float32, ldc int) {
	for i := range tileRows {
		ci := c[i*ldc : i*ldc+tileCols]
		for p := range k {
			axpyPlain(a[i*down+p*right], b[p*tileCols:(p+1)*tileCols], ci)
		}
	}
}
