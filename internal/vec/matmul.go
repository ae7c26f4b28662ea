package vec

// matrix is a view with strides: element (i, j) is data[i*rowStride+j*colStride].
type matrix struct {
	data                 []float32
	rowStride, colStride int
}

// from is the part of the matrix that starts at element (i, j).
func (x matrix) from(i, j int) matrix {
	return matrix{x.data[i*x.rowStride+j*x.colStride:], x.rowStride, x.colStride}
}

// MatMul adds A·B to C: A is m x k, B k x n, C m x n, all row-major. Each element is summed in order of k, so
// splitting the rows among workers doesn't change a bit.
func MatMul(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	fastestMultiplier.mul(c, matrix{c, n, 1}, matrix{a, k, 1}, matrix{b, n, 1}, m, k, n)
}

// MatMulTA is MatMul with A stored transposed, k x m, as for the gradient of weights.
func MatMulTA(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	fastestMultiplier.mul(c, matrix{c, n, 1}, matrix{a, 1, m}, matrix{b, n, 1}, m, k, n)
}

// MatMulTB is MatMul with B stored transposed, n x k: every row of A against every row of B.
func MatMulTB(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	fastestMultiplier.mul(c, matrix{c, n, 1}, matrix{a, k, 1}, matrix{b, 1, k}, m, k, n)
}

// MatMulFrom is MatMul that adds to start instead of to C: to zeros where start is nil, to the same row of n values for all rows
// of C, or to an m x n matrix. It gives the same bits as MatMul after copying start to C.
func MatMulFrom(c, start, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	fastestMultiplier.mul(c, startOf(start, m, n), matrix{a, k, 1}, matrix{b, n, 1}, m, k, n)
}

// MatMulTBFrom is MatMulFrom with B stored transposed.
func MatMulTBFrom(c, start, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	fastestMultiplier.mul(c, startOf(start, m, n), matrix{a, k, 1}, matrix{b, 1, k}, m, k, n)
}

func checkMul(c, a, b []float32, m, k, n int) {
	if m < 0 || k < 0 || n < 0 || len(a) < m*k || len(b) < k*n || len(c) < m*n {
		panic("vec: matrix smaller than its shape")
	}
}

var zeros [wideCols]float32

func startOf(start []float32, m, n int) matrix {
	switch len(start) {
	case 0:
		return matrix{zeros[:], 0, 0}
	case n:
		return matrix{start, 0, 1}
	case m * n:
		return matrix{start, n, 1}
	}
	panic("vec: the start of a product must be nil, a row or a matrix of its shape")
}

// edgeTile computes a tile that extends past C's edge: it works on a copy of C, and of A where rows are missing.
func edgeTile(depth int, a []float32, rowStride, colStride int, panel, c []float32, ldc, rows, cols int) {
	var part [tileRows * tileCols]float32
	for i := range rows {
		copy(part[i*tileCols:i*tileCols+cols], c[i*ldc:])
	}
	if rows == tileRows {
		tile(depth, a, rowStride, colStride, panel, part[:], tileCols)
	} else {
		var whole [tileRows * tileDepth]float32
		for i := range rows {
			for p := range depth {
				whole[i*tileDepth+p] = a[i*rowStride+p*colStride]
			}
		}
		tile(depth, whole[:], tileDepth, 1, panel, part[:], tileCols)
	}
	for i := range rows {
		copy(c[i*ldc:i*ldc+cols], part[i*tileCols:])
	}
}

func tile(depth int, a []float32, rowStride, colStride int, panel, c []float32, ldc int) {
	if fastTile {
		tileFast(depth, &a[0], 4*rowStride, 4*colStride, &panel[0], &c[0], 4*ldc)
		return
	}
	tilePlain(depth, a, rowStride, colStride, panel, c, ldc)
}
