package vec

// matrix is a view: element (i, j) is data[i*down+j*right].
type matrix struct {
	data        []float32
	down, right int
}

// from is the part below and right of element (i, j).
func (x matrix) from(i, j int) matrix {
	return matrix{x.data[i*x.down+j*x.right:], x.down, x.right}
}

// MatMul adds A·B to C: A is m x k, B k x n, C m x n, all row-major. Each element is summed in the order of k, so
// rows can be shared out among workers without changing a bit.
func MatMul(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	best.mul(c, matrix{c, n, 1}, matrix{a, k, 1}, matrix{b, n, 1}, m, k, n)
}

// MatMulTA is MatMul with A stored transposed, k x m: the gradient of weights.
func MatMulTA(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	best.mul(c, matrix{c, n, 1}, matrix{a, 1, m}, matrix{b, n, 1}, m, k, n)
}

// MatMulTB is MatMul with B stored transposed, n x k: every row of A against every row of B.
func MatMulTB(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	best.mul(c, matrix{c, n, 1}, matrix{a, k, 1}, matrix{b, 1, k}, m, k, n)
}

// MatMulFrom is MatMul that adds to start instead of to what C holds: to zeros where start is nil, to a row of n that
// all rows of C begin with, or to m x n. It gives the bits that MatMul gives after copying start to C.
func MatMulFrom(c, start, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	best.mul(c, startOf(start, m, n), matrix{a, k, 1}, matrix{b, n, 1}, m, k, n)
}

// MatMulTBFrom is MatMulFrom with B stored transposed.
func MatMulTBFrom(c, start, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	best.mul(c, startOf(start, m, n), matrix{a, k, 1}, matrix{b, 1, k}, m, k, n)
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
	panic("vec: a product's start is neither nothing, a row nor a matrix")
}

// edge is a tile that hangs over C's border: it works on a copy of C, and of A where rows are missing.
func edge(depth int, a []float32, down, right int, panel, c []float32, ldc, rows, cols int) {
	var part [tileRows * tileCols]float32
	for i := range rows {
		copy(part[i*tileCols:i*tileCols+cols], c[i*ldc:])
	}
	if rows == tileRows {
		tile(depth, a, down, right, panel, part[:], tileCols)
	} else {
		var whole [tileRows * tileDepth]float32
		for i := range rows {
			for p := range depth {
				whole[i*tileDepth+p] = a[i*down+p*right]
			}
		}
		tile(depth, whole[:], tileDepth, 1, panel, part[:], tileCols)
	}
	for i := range rows {
		copy(c[i*ldc:i*ldc+cols], part[i*tileCols:])
	}
}

func tile(depth int, a []float32, down, right int, panel, c []float32, ldc int) {
	if fastTile {
		tileFast(depth, &a[0], 4*down, 4*right, &panel[0], &c[0], 4*ldc)
		return
	}
	tilePlain(depth, a, down, right, panel, c, ldc)
}
