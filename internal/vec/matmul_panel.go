package vec

import "sync"

// A product walks panels of B, a few registers wide and at most tileDepth deep: each is packed once and used by all rows
// of A, by one of three ways that take the same steps for an element, so that the last two give the same bits.
type way int

const (
	byTiles  way = iota // tiles of tileRows by tileCols in Go's, plain or NEON's hands
	byAVX2              // tiles of six by tileCols
	byAVX512            // tiles of eight by wideCols: ten values read for sixteen multiplications
)

// The panel of tileCols takes half of the nearest cache, 16 KB, and the wide one all of it.
const (
	tileCols  = 16
	wideCols  = 32
	tileDepth = 256
	// stripRows are the rows of one call, whole tiles of six and of eight: the scheduler can't interrupt it.
	stripRows = 96
)

// panels are aligned to cache lines, as Go's allocator aligns all that is so large.
var panels = sync.Pool{New: func() any { return new([tileDepth * wideCols]float32) }}

// mul makes C = start + A·B.
func (w way) mul(c []float32, start, a, b matrix, m, k, n int) {
	if k == 0 {
		begin(c, n, start, m, n)
		return
	}
	panel := panels.Get().(*[tileDepth * wideCols]float32)
	defer panels.Put(panel)
	width := tileCols
	if w == byAVX512 {
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

// pack copies B's first cols columns into a panel's rows of width, with zeros beyond.
func (w way) pack(panel []float32, b matrix, cols, width int) {
	depth := len(panel) / width
	switch {
	case b.right != 1:
		if cols < width {
			clear(panel)
		}
		w.turn(panel, b, depth, cols, width)
	case w == byAVX512:
		packAVX512(depth, cols, &b.data[0], 4*b.down, &panel[0])
	case w == byAVX2 && cols == width:
		packAVX2(depth, &b.data[0], 4*b.down, &panel[0])
	default:
		for r := range depth {
			dst := panel[r*width : (r+1)*width]
			clear(dst[copy(dst, b.data[r*b.down:r*b.down+cols]):])
		}
	}
}

// turn packs columns that are contiguous.
func (w way) turn(panel []float32, b matrix, depth, cols, width int) {
	turned, whole := 0, 0
	if w != byTiles && depth >= 8 {
		turned, whole = cols&^7, depth&^7
		for q := 0; q < turned; q += 8 {
			turnAVX(whole, &b.data[q*b.right], 4*b.right, &panel[q], 4*width)
		}
	}
	for q := range cols {
		from := 0
		if q < turned {
			from = whole
		}
		for r, v := range b.data[q*b.right+from : q*b.right+depth] {
			panel[(from+r)*width+q] = v
		}
	}
}

// strip makes rows by cols of C, whose rows are ldc apart, from a panel.
func (w way) strip(rows, cols, depth int, a matrix, panel []float32, start matrix, c []float32, ldc int) {
	switch w {
	case byAVX512:
		stripAVX512(rows, cols, depth, &a.data[0], 4*a.down, 4*a.right, &panel[0], &start.data[0], 4*start.down, &c[0], 4*ldc)
	case byAVX2:
		stripAVX2(rows, cols, depth, &a.data[0], 4*a.down, 4*a.right, &panel[0], &start.data[0], 4*start.down, &c[0], 4*ldc)
	default:
		begin(c, ldc, start, rows, cols)
		for i := 0; i < rows; i += tileRows {
			high := min(tileRows, rows-i)
			if high == tileRows && cols == tileCols {
				tile(depth, a.data[i*a.down:], a.down, a.right, panel, c[i*ldc:], ldc)
			} else {
				edge(depth, a.data[i*a.down:], a.down, a.right, panel, c[i*ldc:], ldc, high, cols)
			}
		}
	}
}

// begin copies start to C, unless it is C.
func begin(c []float32, ldc int, start matrix, rows, cols int) {
	if rows == 0 || cols == 0 || &start.data[0] == &c[0] {
		return
	}
	for i := range rows {
		row := c[i*ldc : i*ldc+cols]
		if start.right == 0 {
			clear(row)
		} else {
			copy(row, start.data[i*start.down:])
		}
	}
}
