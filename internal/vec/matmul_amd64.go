package vec

import "golang.org/x/sys/cpu"

// tileRows: two registers for each row of C leave four for A and B.
const tileRows = 6

// fastTurn says that this processor has the instructions of turnAVX.
var fastTurn = fast

// wide says that this processor has the instructions of wideAVX512. Both tiles sum an element in one order with one
// rounding a step, so it changes no bits.
var wide = fast && cpu.X86.HasAVX512F

//go:noescape
func tileAVX2(k int, a *float32, down, right int, b, c *float32, ldc int)

//go:noescape
func wideAVX512(rows, cols, k int, a *float32, down, right int, b, start *float32, lds int, c *float32, ldc int)

//go:noescape
func packAVX512(k, cols int, b *float32, down int, panel *float32)

//go:noescape
func turnAVX(k int, b *float32, right int, panel *float32, wide int)
