package vec

import (
	"math"
	"unsafe"
)

// Codes hold unit vectors in half the memory, for a search that looks at many rows before it looks at few closely: each value
// in sixteen bits, in steps of 1/32767. Inner products are off by about 1e-5. A longer row is coded as its direction. A copy
// of Codes shares the rows, as that of a slice does.
type Codes struct {
	dim   int
	width int     // values of a coded row: dim, filled up with zeros to whole sixteens
	rows  []int16 // row-major
}

// NewCodes returns n rows of dim zeros.
func NewCodes(n, dim int) Codes {
	width := (dim + 15) &^ 15
	c := Codes{dim: dim, width: width, rows: make([]int16, n*width)}
	Huge(c.rows)
	return c
}

// Resize returns the codes with n rows. As append does, it may write behind the rows that c has, but not to them.
func (c Codes) Resize(n int) Codes {
	if more := n*c.width - len(c.rows); more > 0 {
		c.rows = append(c.rows, make([]int16, more)...)
	}
	c.rows = c.rows[:n*c.width]
	return c
}

// Bytes is the memory that the rows take.
func (c Codes) Bytes() int { return 2 * len(c.rows) }

// Set makes row, of dim values, the i-th. One with a value that is no finite number becomes zeros.
func (c Codes) Set(i int, row []float32) {
	length := lengthOf(row)
	round(row, math.MaxInt16/max(length, 1), c.rows[i*c.width:i*c.width+c.dim])
}

// Aim returns q, of dim values and any length, as DotGather wants it. It writes to into where that is large enough. A query
// with a value that is no finite number becomes zeros.
func (c Codes) Query(q []float32, into []int16) []int16 {
	if len(into) < c.width {
		into = make([]int16, c.width)
	}
	into = into[:c.width]
	round(q, math.MaxInt16/lengthOf(q), into[:c.dim])
	clear(into[c.dim:])
	return into
}

// lengthOf returns a row's length, infinite where one of its values is no finite number.
func lengthOf(row []float32) float64 {
	sum := 0.0
	for _, v := range row {
		sum += float64(v) * float64(v)
	}
	if sum-sum != 0 {
		return math.Inf(1)
	}
	return math.Sqrt(sum)
}

// round writes a row's values, multiplied by 0, by infinity where all are zero, or so that none leaves 16 bits.
func round(row []float32, by float64, into []int16) {
	if by == 0 || math.IsInf(by, 1) {
		clear(into)
		return
	}
	for i, v := range row {
		into[i] = int16(math.RoundToEven(float64(v) * by))
	}
}

// DotGather fills out[i] with the inner product of an prepared query and row ids[i], in units that compare with each other
// only. Sums are exact, whatever their order: no product of lengths is beyond 31 bits.
func (c Codes) DotGather(q []int16, ids []int32, out []float32) {
	if len(ids) == 0 {
		return
	}
	if len(q) != c.width || len(out) < len(ids) {
		panic("vec: prepared query or output shorter than asked for")
	}
	n := uint32(len(c.rows) / c.width)
	for _, id := range ids {
		if uint32(id) >= n {
			panic("vec: row id out of range")
		}
	}
	if fastCodes {
		dotCodesFast(&q[0], &c.rows[0], c.width, &ids[0], len(ids), &out[0])
		return
	}
	c.dotPlain(q, ids, out)
}

func (c Codes) dotPlain(q []int16, ids []int32, out []float32) {
	for i, id := range ids {
		row := c.rows[int(id)*c.width : (int(id)+1)*c.width]
		var s0, s1 int32
		for j := 0; j+2 <= len(row) && j+2 <= len(q); j += 2 {
			s0 += int32(q[j]) * int32(row[j])
			s1 += int32(q[j+1]) * int32(row[j+1])
		}
		out[i] = float32(s0 + s1)
	}
}

// Prefetch asks for the beginnings of rows that DotGather will soon be asked for.
func (c Codes) Prefetch(ids []int32) {
	if fastCodes && len(ids) > 0 {
		prefetchCodes(unsafe.SliceData(c.rows), c.width, &ids[0], len(ids))
	}
}
