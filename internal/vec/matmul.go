package vec

// The tile is tileRows high, as many as registers hold. It goes so deep that the packed panel just stays in the nearest
// cache: 16 KB.
const (
	tileCols  = 16
	tileDepth = 256
)

// matrix is a view: element (i, j) is data[i*down+j*right].
type matrix struct {
	data        []float32
	down, right int
}

// MatMul adds A·B to C: A is m x k, B k x n, C m x n, all row-major. Each element is summed in the order of k, so
// rows can be shared out among workers without changing a bit.
func MatMul(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	mul(c, matrix{c, n, 1}, matrix{a, k, 1}, matrix{b, n, 1}, m, k, n)
}

// MatMulTA is MatMul with A stored transposed, k x m: the gradient of weights.
func MatMulTA(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	mul(c, matrix{c, n, 1}, matrix{a, 1, m}, matrix{b, n, 1}, m, k, n)
}

// MatMulTB is MatMul with B stored transposed, n x k: every row of A against every row of B.
func MatMulTB(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	mul(c, matrix{c, n, 1}, matrix{a, k, 1}, matrix{b, 1, k}, m, k, n)
}

// MatMulFrom is MatMul that adds to start instead of to what C holds: to zeros where start is nil, to a row of n that
// all rows of C begin with, or to m x n. It gives the bits that MatMul gives after copying start to C.
func MatMulFrom(c, start, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	mul(c, startOf(start, m, n), matrix{a, k, 1}, matrix{b, n, 1}, m, k, n)
}

// MatMulTBFrom is MatMulFrom with B stored transposed.
func MatMulTBFrom(c, start, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	mul(c, startOf(start, m, n), matrix{a, k, 1}, matrix{b, 1, k}, m, k, n)
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

// mul takes the wide tile where there is one.
func mul(c []float32, start, a, b matrix, m, k, n int) {
	if wide && k > 0 {
		mulWide(c, start, a, b, m, k, n)
		return
	}
	begin(c, start, m, n)
	mulNarrow(c, a, b, m, k, n)
}

// begin copies start to C, unless it is C.
func begin(c []float32, start matrix, m, n int) {
	switch {
	case m == 0 || n == 0 || &start.data[0] == &c[0]:
	case start.right == 0:
		clear(c[:m*n])
	default:
		for i := range m {
			copy(c[i*n:(i+1)*n], start.data[i*start.down:])
		}
	}
}

// mulNarrow walks panels of B, sixteen columns wide and at most tileDepth deep: each is packed once and used by all rows.
func mulNarrow(c []float32, a, b matrix, m, k, n int) {
	var panel [tileDepth * tileCols]float32
	for j := 0; j < n; j += tileCols {
		cols := min(tileCols, n-j)
		for p := 0; p < k; p += tileDepth {
			depth := min(tileDepth, k-p)
			pack(panel[:], b, p, j, depth, cols)
			for i := 0; i < m; i += tileRows {
				rows := min(tileRows, m-i)
				at := a.data[i*a.down+p*a.right:]
				if rows == tileRows && cols == tileCols {
					tile(depth, at, a.down, a.right, panel[:], c[i*n+j:], n)
				} else {
					edge(depth, at, a.down, a.right, panel[:], c[i*n+j:], n, rows, cols)
				}
			}
		}
	}
}

// pack copies B's panel at (p, j) into rows of sixteen, with zeros beyond cols.
func pack(panel []float32, b matrix, p, j, depth, cols int) {
	src := b.data[p*b.down+j*b.right:]
	if b.right == 1 {
		for r := range depth {
			dst := panel[r*tileCols : (r+1)*tileCols]
			clear(dst[copy(dst, src[r*b.down:r*b.down+cols]):])
		}
		return
	}
	if cols < tileCols {
		clear(panel[:depth*tileCols])
	}
	turn(panel, src, b.right, depth, cols, tileCols)
}

// turn copies columns of src, each contiguous and right from the next, into rows of the panel.
func turn(panel, src []float32, right, depth, cols, wide int) {
	turned, whole := 0, 0
	if fastTurn && depth >= 8 {
		turned, whole = cols&^7, depth&^7
		for q := 0; q < turned; q += 8 {
			turnAVX(whole, &src[q*right], 4*right, &panel[q], 4*wide)
		}
	}
	for q := range cols {
		from := 0
		if q < turned {
			from = whole
		}
		for r, v := range src[q*right+from : q*right+depth] {
			panel[(from+r)*wide+q] = v
		}
	}
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
	if fast {
		tileAVX2(depth, &a[0], 4*down, 4*right, &panel[0], &c[0], 4*ldc)
		return
	}
	tilePlain(depth, a, down, right, panel, c, ldc)
}
