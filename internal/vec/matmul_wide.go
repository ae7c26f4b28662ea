package vec

import "sync"

// The wide tile is eight rows of up to 32 columns, in half of AVX-512's registers: a step reads ten values for sixteen
// multiplications, and the shapes of batches and layers are mostly multiples of its sizes.
const (
	wideCols = 32
	wideRows = 64 // of one call: the scheduler can't interrupt it
)

// panels are 32 KB each, which Go's allocator aligns to cache lines.
var panels = sync.Pool{New: func() any { return new([tileDepth * wideCols]float32) }}

// mulWide is mul by the wide tile.
func mulWide(c []float32, start, a, b matrix, m, k, n int) {
	panel := panels.Get().(*[tileDepth * wideCols]float32)
	defer panels.Put(panel)
	for j := 0; j < n; j += wideCols {
		cols := min(wideCols, n-j)
		for p := 0; p < k; p += tileDepth {
			depth := min(tileDepth, k-p)
			packWide(panel, b, p, j, depth, cols)
			from := start
			if p > 0 {
				from = matrix{c, n, 1}
			}
			for i := 0; i < m; i += wideRows {
				wideAVX512(min(wideRows, m-i), cols, depth, &a.data[i*a.down+p*a.right], 4*a.down, 4*a.right, &panel[0],
					&from.data[i*from.down+j*from.right], 4*from.down, &c[i*n+j], 4*n)
			}
		}
	}
}

// packWide is pack into rows of 32.
func packWide(panel *[tileDepth * wideCols]float32, b matrix, p, j, depth, cols int) {
	src := b.data[p*b.down+j*b.right:]
	if b.right == 1 {
		packAVX512(depth, cols, &src[0], 4*b.down, &panel[0])
		return
	}
	if cols < wideCols {
		clear(panel[:depth*wideCols])
	}
	turn(panel[:], src, b.right, depth, cols, wideCols)
}
