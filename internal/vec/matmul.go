package vec

// Sizes of the register tile, and how deep it goes before the packed panel would leave the nearest cache (16 KB).
const (
	tileRows  = 4
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
	mul(c, matrix{a, k, 1}, matrix{b, n, 1}, m, k, n)
}

// MatMulTA is MatMul with A stored transposed, k x m: the gradient of weights.
func MatMulTA(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	mul(c, matrix{a, 1, m}, matrix{b, n, 1}, m, k, n)
}

// MatMulTB is MatMul with B stored transposed, n x k: every row of A against every row of B.
func MatMulTB(c, a, b []float32, m, k, n int) {
	checkMul(c, a, b, m, k, n)
	mul(c, matrix{a, k, 1}, matrix{b, 1, k}, m, k, n)
}

func checkMul(c, a, b []float32, m, k, n int) {
	if m < 0 || k < 0 || n < 0 || len(a) < m*k || len(b) < k*n || len(c) < m*n {
		panic("vec: matrix smaller than its shape")
	}
}

// mul walks panels of B, sixteen columns wide and at most tileDepth deep: each is packed once and used by all rows.
func mul(c []float32, a, b matrix, m, k, n int) {
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
	for q := range cols {
		col := src[q*b.right : q*b.right+depth]
		for r, v := range col {
			panel[r*tileCols+q] = v
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
