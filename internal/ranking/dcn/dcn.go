// Package dcn is stage two by a deep & cross network (Wang et al. 2021), which multiplies columns with each other where trees
// split them. Training rows with labels in [0, 1] come in, codes of categorical columns among them. A Model comes out whose
// scores are log odds, calibrated as trained, and that can be saved and loaded.
package dcn

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"dryrun/internal/nn"
	"dryrun/internal/ranking"
)

// Model is a deep & cross network, version 2 (Wang et al. 2021). Numeric columns are standardized, categorical ones become
// learned vectors, and all of it side by side is x0. Cross layers multiply x0 with mixtures of itself, which are feature
// crosses of growing degree; dense layers learn the rest:
//
//	stacked   score = wᵀ·deep(cross(x0)) + b
//	parallel  score = wᵀ·[cross(x0), deep(x0)] + b
//
// Trained on the log loss, a score is log odds, and Prob a calibrated probability.
type Model struct {
	columns []string
	shape   layout
	numbers []number
	codes   []vocabulary

	table *nn.Table // nil without categorical columns
	cross []*nn.Cross
	deep  []*nn.Dense // each followed by ReLU
	last  *nn.Dense   // to the one score

	buffers sync.Pool // of *dcnBuffer
}

// layout is the part of the options that the network's form depends on.
type layout struct {
	Cross, Rank, Embedding int32
	Parallel               bool
	Hidden                 []int32
}

// number standardizes a numeric column; a missing value counts as its mean.
type number struct {
	Column       int32
	Mean, Invert float32 // 1/deviation, 0 for a constant
}

// vocabulary gives each known code of a categorical column a row of the table; others share row 0.
type vocabulary struct {
	column int32
	first  int32   // row of known[0]
	known  []int32 // ascending
	rows   []int32 // of the codes from known[0] on, where they lie close together; else nil
}

// index notes the row of each code where at least one in four from the lowest to the highest is known: looking it up is
// many times quicker than searching.
func (v *vocabulary) index() {
	if len(v.known) == 0 {
		return
	}
	low, high := v.known[0], v.known[len(v.known)-1]
	if low < 0 || int(high-low) >= 4*len(v.known) {
		return
	}
	v.rows = make([]int32, high-low+1)
	for i, code := range v.known {
		v.rows[code-low] = v.first + int32(i)
	}
}

// clipAt bounds standardized values: products of a few wild ones would drown everything.
const clipAt = 6

func (n number) of(x float32) float32 {
	if x != x {
		return 0
	}
	return min(max((x-n.Mean)*n.Invert, -clipAt), clipAt)
}

func (v *vocabulary) row(x float32) int32 {
	if x > -1 && x < 1<<31 {
		if v.rows != nil {
			if i := int32(x) - v.known[0]; i >= 0 && int(i) < len(v.rows) {
				return v.rows[i]
			}
			return 0
		}
		if i, ok := slices.BinarySearch(v.known, int32(x)); ok {
			return v.first + int32(i)
		}
	}
	return 0
}

// width is that of x0.
func (m *Model) width() int { return len(m.numbers) + len(m.codes)*int(m.shape.Embedding) }

// newModel returns an untrained network over the columns of d.
func newModel(d *ranking.Dataset, o Options, rng *rand.Rand) (*Model, error) {
	m := &Model{columns: d.Columns, shape: layout{
		Cross: int32(o.Cross), Rank: int32(o.Rank), Embedding: int32(o.Embedding),
		Parallel: o.Parallel,
	}}
	for _, h := range o.Hidden {
		m.shape.Hidden = append(m.shape.Hidden, int32(h))
	}
	rows := int32(1)
	for c := range d.Columns {
		if d.Categorical != nil && d.Categorical[c] {
			known := knownCodes(d, c)
			m.codes = append(m.codes, vocabulary{column: int32(c), first: rows, known: known})
			rows += int32(len(known))
			continue
		}
		m.numbers = append(m.numbers, standard(d, c))
	}
	if size := int(rows) * o.Embedding; size > maxWeights {
		return nil,
			fmt.Errorf("training deep & cross: %d codes of %d values; at most %d values fit, so hash codes or choose a "+
				"smaller embedding", rows, o.Embedding, maxWeights)
	}
	m.build(int(rows), rng)
	return m, nil
}

// maxWeights bounds what a table of codes may take: 400 MB, with gradients and moments 1.6 GB.
const maxWeights = 100 << 20

// build makes the layers of m's shape.
func (m *Model) build(rows int, rng *rand.Rand) {
	for i := range m.codes {
		m.codes[i].index()
	}
	if len(m.codes) > 0 {
		m.table = nn.NewTable(rows, int(m.shape.Embedding))
		// Row 0 stands for codes that training never saw, and is 0 until something asks for it.
		m.table.Randomize(context.Background(), 1, func() float64 { return tableStart * rng.NormFloat64() })
	}
	for range m.shape.Cross {
		m.cross = append(m.cross, nn.NewCross(m.width(), int(m.shape.Rank), rng))
	}
	in := m.width()
	for _, h := range m.shape.Hidden {
		m.deep = append(m.deep, nn.NewDense(in, int(h), rng))
		in = int(h)
	}
	if m.shape.Parallel && len(m.deep) > 0 {
		in += m.width()
	}
	if len(m.deep) > 0 { // without a table nothing asks for the gradient by x0
		m.deep[0].First = m.table == nil && (m.shape.Parallel || len(m.cross) == 0)
	}
	m.last = nn.NewDense(in, 1, rng)
}

// tableStart is the deviation of a table's initial weights.
const tableStart = 0.05

// params are all parameters but the table's.
func (m *Model) params() []*nn.Param {
	var ps []*nn.Param
	for _, c := range m.cross {
		ps = append(ps, c.Params()...)
	}
	for _, d := range m.deep {
		ps = append(ps, d.Params()...)
	}
	return append(ps, m.last.Params()...)
}

// lowCodes are noted in an array, those above in a map.
const lowCodes = 1 << 20

// knownCodes are the codes of column c, ascending.
func knownCodes(d *ranking.Dataset, c int) []int32 {
	var low []bool
	high := map[int32]struct{}{}
	for i := c; i < len(d.X); i += d.Width() {
		x := d.X[i]
		switch code := int32(x); {
		case x != x:
		case code >= lowCodes:
			high[code] = struct{}{}
		default:
			if int(code) >= len(low) {
				low = append(low, make([]bool, int(code)+1-len(low))...)
			}
			low[code] = true
		}
	}
	var codes []int32
	for code, is := range low {
		if is {
			codes = append(codes, int32(code))
		}
	}
	return append(codes, slices.Sorted(maps.Keys(high))...)
}

// standard takes the weighted mean and deviation of column c (Welford's running moments: West 1979).
func standard(d *ranking.Dataset, c int) number {
	mean, sum, total := 0.0, 0.0, 0.0
	for i := range d.Rows() {
		x, w := float64(d.X[i*d.Width()+c]), d.RowWeight(i)
		if math.IsNaN(x) || w == 0 {
			continue
		}
		total += w
		delta := x - mean
		mean += delta * w / total
		sum += w * delta * (x - mean)
	}
	n := number{Column: int32(c), Mean: float32(mean)}
	if deviation := math.Sqrt(sum / max(total, 1e-300)); deviation > 1e-12*math.Abs(mean) && total > 0 {
		n.Invert = float32(1 / deviation)
	}
	return n
}

// blockRows is how many rows pass through the layers at once when scoring: their values stay in the second cache.
const blockRows = 64

// scratch holds a block's values between layers.
type scratch struct{ x0, a, b, low, joined []float32 }

func (m *Model) buffer() *scratch {
	if buf, _ := m.buffers.Get().(*scratch); buf != nil {
		return buf
	}
	widest := m.width()
	for _, h := range m.shape.Hidden {
		widest = max(widest, int(h))
	}
	return &scratch{
		x0: make([]float32, blockRows*m.width()), a: make([]float32, blockRows*widest), b: make([]float32, blockRows*widest),
		low: make([]float32, blockRows*m.shape.Rank), joined: make([]float32, blockRows*m.last.In),
	}
}

// Score fills out with log odds.
func (m *Model) Score(rows []float32, out []float32) {
	buf := m.buffer()
	defer m.buffers.Put(buf)
	width := len(m.columns)
	for from := 0; from < len(out); from += blockRows {
		n := min(blockRows, len(out)-from)
		m.block(buf, rows[from*width:(from+n)*width], n, out[from:from+n])
	}
}

func (m *Model) block(buf *scratch, rows []float32, n int, out []float32) {
	width := m.width()
	for r := range n {
		m.input(rows[r*len(m.columns):(r+1)*len(m.columns)], buf.x0[r*width:(r+1)*width])
	}
	x, spare := buf.x0, buf.a
	for _, c := range m.cross {
		c.ApplyRows(buf.x0, x, spare, buf.low, n)
		x, spare = spare, other(buf, spare)
	}
	crossed := x
	if m.shape.Parallel && len(m.deep) > 0 {
		for r := range n {
			copy(buf.joined[r*m.last.In:], crossed[r*width:(r+1)*width])
		}
		x, spare = buf.x0, buf.a
	}
	var relu nn.ReLU
	for _, d := range m.deep {
		d.ApplyRows(x, spare, n)
		relu.Apply(spare[:n*d.Width], spare[:n*d.Width])
		x, spare = spare, other(buf, spare)
	}
	if m.shape.Parallel && len(m.deep) > 0 {
		h := m.deep[len(m.deep)-1].Width
		for r := range n {
			copy(buf.joined[r*m.last.In+width:], x[r*h:(r+1)*h])
		}
		x = buf.joined
	}
	m.last.ApplyRows(x, out, n)
}

// other is the buffer that isn't in use.
func other(buf *scratch, used []float32) []float32 {
	if &used[0] == &buf.a[0] {
		return buf.b
	}
	return buf.a
}

// input makes x0 of a row.
func (m *Model) input(row, x0 []float32) {
	for i, n := range m.numbers {
		x0[i] = n.of(row[n.Column])
	}
	at, dim := len(m.numbers), int(m.shape.Embedding)
	for i := range m.codes {
		v := &m.codes[i]
		copy(x0[at:at+dim], m.table.Row(v.row(row[v.column])))
		at += dim
	}
}

// size is the number of learned weights.
func (m *Model) size() int {
	n := 0
	for _, p := range m.params() {
		n += len(p.W)
	}
	if m.table != nil {
		n += m.table.Rows() * m.table.Dim
	}
	return n
}

// MB is the model's size in memory.
func (m *Model) MB() float64 {
	n := 4 * m.size()
	for i := range m.codes {
		n += 4 * (len(m.codes[i].known) + len(m.codes[i].rows))
	}
	return float64(n) / 1e6
}

// Options are the settings of TrainDCN; zeros mean the defaults.
type Options struct {
	Cross     int     // cross layers; 2, −1 for none
	Rank      int     // of low-rank cross layers; 0 is full
	Hidden    []int   // widths of the dense layers; nil is 64 and 32, empty for none
	Parallel  bool    // dense layers beside the cross layers rather than after them
	Embedding int     // values of a code's vector; 8
	Epochs    int     // passes over the rows, at most; 10
	Batch     int     // rows of a step; 256
	Rate      float64 // of Adam; 0.001
	Decay     float64 // of weights (Loshchilov and Hutter 2019); 0
	EarlyStop int     // stop after so many epochs without a better validation loss, and keep the best; 0 never
	Seed      uint64
}

func (o Options) withDefaults() (Options, error) {
	for _, f := range []struct {
		v        *int
		fallback int
	}{{&o.Cross, 2}, {&o.Embedding, 8}, {&o.Epochs, 10}, {&o.Batch, 256}} {
		if *f.v == 0 {
			*f.v = f.fallback
		}
	}
	if o.Cross == -1 {
		o.Cross = 0
	}
	if o.Hidden == nil {
		o.Hidden = []int{64, 32}
	}
	if o.Rate == 0 {
		o.Rate = 0.001
	}
	switch {
	case o.Cross < 0 || o.Cross > 16 || o.Rank < 0 || o.Rank > 1<<14 || o.Embedding < 1 || o.Embedding > 1024 || o.Epochs < 1 ||
		o.Batch < 1 || o.EarlyStop < 0:
		return o, errors.New("training deep & cross: counts must be positive, cross layers at most 16, their rank at " +
			"most 16384, the embedding at most 1024")
	case slices.ContainsFunc(o.Hidden, func(h int) bool { return h < 1 || h > 1<<14 }) || len(o.Hidden) > 16:
		return o, fmt.Errorf("training deep & cross: hidden layers %v; use at most 16 of 1 to 16384", o.Hidden)
	case !(o.Rate > 0) || math.IsInf(o.Rate, 0) || !(o.Decay >= 0) || math.IsInf(o.Decay, 0):
		return o, fmt.Errorf("training deep & cross: rate %g and decay %g; the rate must be positive, decay not "+
			"negative, both finite", o.Rate, o.Decay)
	}
	return o, nil
}
