package vec

import "sync"

// multiplier is one of three implementations of the product. Each packs B into panels, a few registers wide and at most tileDepth
// deep, and uses a panel for all rows of A. All take the same steps for an element; avx2 and avx512 give the same bits.
type multiplier int

const (
	tiled  multiplier = iota // tiles of tileRows by tileCols, in plain Go or NEON
	avx2                     // strips of tiles of six by tileCols
	avx512                   // strips of tiles of eight by wideCols: ten loads for sixteen multiplications
)

// A panel of tileCols takes 16 KB, half of the L1 cache, and a wide one all of it.
const (
	tileCols  = 16
	wideCols  = 32
	tileDepth = 256
	// stripRows is the number of rows of one call: a multiple of six and of eight, and small, because the scheduler can't
	// preempt assembly.
	stripRows = 96
)

// panels are aligned to cache lines, because Go's allocator aligns everything of this size.
var panels = sync.Pool{New: func() any { return new([tileDepth * wideCols]float32) }}

// mul sets C = start + A·B.
func (w multiplier) mul(c []float32, start, a, b matrix, m, k, n int) {
	if k == 0 {
		copyStart(c, n, start, m, n)
		return
	}
	panel := panels.Get().(*[tileDepth * wideCols]float32)
	defer panels.Put(panel)
	width := tileCols
	if w == avx512 {
		width = wideCols
	}
	for j := 0; j < n; j += width {
		cols := min(width, n-j)
		for p := 0; p < k; p += tileDepth {
			depth := min(tileDepth, k-p)
			w.pack(panel[:depth*width], b.from(p, j), cols, width)
			from := start
			if p > 0 {
				from = matrix{c, n, 1}
			}
			for i := 0; i < m; i += stripRows {
				w.strip(min(stripRows, m-i), cols, depth, a.from(i, p), panel[:], from.from(i, j), c[i*n+j:], n)
			}
		}
	}
}

// pack copies B's first cols columns into rows of width, padded with zeros.
func (w multiplier) pack(panel []float32, b matrix, cols, width int) {
	depth := len(panel) / width
	switch {
	case b.colStride != 1:
		if cols < width {
			clear(panel)
		}
		w.transpose(panel, b, depth, cols, width)
	case w == avx512:
		packAVX512(depth, cols, &b.data[0], 4*b.rowStride, &panel[0])
	case w == avx2 && cols == width:
		packAVX2(depth, &b.data[0], 4*b.rowStride, &panel[0])
	default:
		for r := range depth {
			dst := panel[r*width : (r+1)*width]
			clear(dst[copy(dst, b.data[r*b.rowStride:r*b.rowStride+cols]):])
		}
	}
}

// transpose packs columns that are contiguous in memory.
func (w multiplier) transpose(panel []float32, b matrix, depth, cols, width int) {
	done, whole := 0, 0 // columns and rows that the assembly transposes
	if w != tiled && depth >= 8 {
		done, whole = cols&^7, depth&^7
		for q := 0; q < done; q += 8 {
			transposeAVX(whole, &b.data[q*b.colStride], 4*b.colStride, &panel[q], 4*width)
		}
	}
	for q := range cols {
		from := 0
		if q < done {
			from = whole
		}
		for r, v := range b.data[q*b.colStride+from : q*b.colStride+depth] {
			panel[(from+r)*width+q] = v
		}
	}
}

// strip computes rows by cols of C, whose rows are ldc apart, from a panel.
func (w multiplier) strip(rows, cols, depth int, a matrix, panel []float32, start matrix, c []float32, ldc int) {
	switch w {
	case avx512:
		stripAVX512(rows, cols, depth, &a.data[0], 4*a.rowStride, 4*a.colStride, &panel[0], &start.data[0], 4*start.rowStride, &c[0], 4*ldc)
	case avx2:
		stripAVX2(rows, cols, depth, &a.data[0], 4*a.rowStride, 4*a.colStride, &panel[0], &start.data[0], 4*start.rowStride, &c[0], 4*ldc)
	default:
		copyStart(c, ldc, start, rows, cols)
		for i := 0; i < rows; i += tileRows {
			high := min(tileRows, rows-i)
			if high == tileRows && cols == tileCols {
				tile(depth, a.data[i*a.rowStride:], a.rowStride, a.colStride, panel, c[i*ldc:], ldc)
			} else {
				edgeTile(depth, a.data[i*a.rowStride:], a.rowStride, a.colStride, panel, c[i*ldc:], ldc, high, cols)
			}
		}
	}
}

// copyStart copies start to C, unless it is C.
func copyStart(c []float32, ldc int, start matrix, rows, cols int) {
	if rows == 0 || cols == 0 || &start.data[0] == &c[0] {
		return
	}
	for i := range rows {
		row := c[i*ldc : i*ldc+cols]
		if start.colStride == 0 {
			clear(row)
		} else {
			copy(row, start.data[i*start.rowStride:])
		}
	}
}
