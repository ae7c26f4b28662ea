package vec

import (
	"math"
	"unsafe"
)

// Codes holds unit vectors quantized to 16 bits a value, in steps of 1/32767, for the first pass of a search that rescores its
// best candidates in float32. Inner products are off by about 1e-5. A row longer than 1 is scaled to unit length. A copy of
// Codes shares the rows, as a copy of a slice does.
type Codes struct {
	dim   int
	width int     // values of a quantized row: dim, padded with zeros to a multiple of 16
	rows  []int16 // row-major
}

// NewCodes returns n rows of dim zeros.
func NewCodes(n, dim int) Codes {
	width := (dim + 15) &^ 15
	c := Codes{dim: dim, width: width, rows: make([]int16, n*width)}
	UseHugePages(c.rows)
	return c
}

// Resize returns the codes with n rows. Like append, it may write past the rows of c, but not to them.
func (c Codes) Resize(n int) Codes {
	if more := n*c.width - len(c.rows); more > 0 {
		c.rows = append(c.rows, make([]int16, more)...)
	}
	c.rows = c.rows[:n*c.width]
	return c
}

// Bytes is the memory that the rows take.
func (c Codes) Bytes() int { return 2 * len(c.rows) }

// Set quantizes row, which has dim values, as row i. A row with a value that isn't finite becomes zeros.
func (c Codes) Set(i int, row []float32) {
	length := lengthOf(row)
	round(row, math.MaxInt16/max(length, 1), c.rows[i*c.width:i*c.width+c.dim])
}

// QuantizeQuery quantizes q, which has dim values and any length, for DotGather. It writes to into if that is large enough. A
// query with a value that isn't finite becomes zeros.
func (c Codes) QuantizeQuery(q []float32, into []int16) []int16 {
	if len(into) < c.width {
		into = make([]int16, c.width)
	}
	into = into[:c.width]
	round(q, math.MaxInt16/lengthOf(q), into[:c.dim])
	clear(into[c.dim:])
	return into
}

// lengthOf returns a row's Euclidean length, which is infinite where a value isn't finite.
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

// round writes a row's values multiplied by a factor. The factor is 0 where a value isn't finite, infinite where all are zero,
// and otherwise such that the products fit into 16 bits.
func round(row []float32, by float64, into []int16) {
	if by == 0 || math.IsInf(by, 1) {
		clear(into)
		return
	}
	for i, v := range row {
		into[i] = int16(math.RoundToEven(float64(v) * by))
	}
}

// DotGather fills out[i] with the inner product of a quantized query and row ids[i], in units that are comparable only with each
// other. Sums are exact in any order, because the product of two lengths fits into 31 bits.
func (c Codes) DotGather(q []int16, ids []int32, out []float32) {
	if len(ids) == 0 {
		return
	}
	if len(q) != c.width || len(out) < len(ids) {
		panic("vec: quantized query or output too short")
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

// Prefetch prefetches the starts of rows that DotGather will read soon.
func (c Codes) Prefetch(ids []int32) {
	if fastCodes && len(ids) > 0 {
		prefetchCodes(unsafe.SliceData(c.rows), c.width, &ids[0], len(ids))
	}
}
