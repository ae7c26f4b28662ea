package dcn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"dryrun/internal/binfile"
)

// FileKind is the kind of a saved network.
const (
	FileKind    = "ranking/dcn"
	fileVersion = 1
)

// Save writes the network so that Load reads the same one. What training alone needs isn't kept.
func (m *Model) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, FileKind, fileVersion)
	w.Texts(m.columns...)
	s := m.shape
	w.Put(s.Cross, s.Rank, s.Embedding, s.Parallel)
	binfile.Slice(w, s.Hidden)
	binfile.Slice(w, m.numbers)
	w.Put(uint32(len(m.codes)))
	for _, v := range m.codes {
		w.Put(v.column)
		binfile.Slice(w, v.known)
	}
	for _, x := range m.weights() {
		binfile.Slice(w, x)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving a deep & cross network: %w", err)
	}
	return nil
}

// Load reads what Model.Save wrote.
func Load(ctx context.Context, in io.Reader) (*Model, error) {
	m, err := load(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("loading a deep & cross network: %w", err)
	}
	return m, nil
}

func load(ctx context.Context, in io.Reader) (*Model, error) {
	r, err := binfile.NewReader(ctx, in, FileKind, fileVersion)
	if err != nil {
		return nil, err
	}
	m := &Model{columns: r.Texts()}
	s := &m.shape
	r.Get(&s.Cross, &s.Rank, &s.Embedding, &s.Parallel)
	s.Hidden = binfile.ReadSlice[int32](r)
	m.numbers = binfile.ReadSlice[number](r)
	rows := int32(1)
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		v := vocabulary{first: rows}
		r.Get(&v.column)
		v.known = binfile.ReadSlice[int32](r)
		rows += int32(len(v.known))
		m.codes = append(m.codes, v)
	}
	// The layers are made only once their weights are there, so that a shape that is a mere claim costs no memory.
	var all [][]float32
	for n := int64(0); r.Err() == nil && n < m.matrices(); n++ {
		all = append(all, binfile.ReadSlice[float32](r))
	}
	if err := r.Close(); err != nil {
		return nil, err
	}
	total := int64(0)
	for _, x := range all {
		total += int64(len(x))
	}
	if err := m.check(total, int(rows)); err != nil {
		return nil, err
	}
	m.build(int(rows), rand.New(rand.NewPCG(0, 0))) // every weight is then set
	for i, x := range m.weights() {
		if len(x) != len(all[i]) {
			return nil, fmt.Errorf("%d weights where its shape has %d", len(all[i]), len(x))
		}
	}
	m.setWeights(all)
	return m, nil
}

// matrices is how many slices of weights follow in the file.
func (m *Model) matrices() int64 {
	n := 2 + 2*int64(len(m.shape.Hidden)) // a matrix and a bias for each dense layer, the last one included
	each := int64(2)
	if m.shape.Rank > 0 {
		each = 3
	}
	n += each * max(int64(m.shape.Cross), 0)
	if len(m.codes) > 0 {
		n++
	}
	return n
}

// check says whether the shape is one, its columns are those there are, and whether as many weights are there.
func (m *Model) check(left int64, rows int) error {
	s := m.shape
	o := Options{Cross: int(s.Cross), Rank: int(s.Rank), Embedding: int(s.Embedding), Hidden: []int{}}
	for _, h := range s.Hidden {
		o.Hidden = append(o.Hidden, int(h))
	}
	if _, err := o.withDefaults(); err != nil || s.Cross < 0 || s.Embedding < 1 {
		return errors.New("its layers have no sizes")
	}
	used := make([]bool, len(m.columns))
	use := func(c int32) bool {
		ok := c >= 0 && int(c) < len(used) && !used[c]
		if ok {
			used[c] = true
		}
		return ok
	}
	for _, n := range m.numbers {
		if !use(n.Column) {
			return fmt.Errorf("column %d isn't there or counts twice", n.Column)
		}
	}
	for _, v := range m.codes {
		if !use(v.column) || !slices.IsSorted(v.known) {
			return fmt.Errorf("column %d isn't there or counts twice, or its codes don't ascend", v.column)
		}
	}
	if slices.Contains(used, false) || len(used) == 0 {
		return errors.New("a column isn't used")
	}
	if want := m.weightsOf(rows); want != left {
		return fmt.Errorf("%d weights for a shape of %d", left, want)
	}
	return nil
}

// weightsOf is how many weights the shape has, without making them.
func (m *Model) weightsOf(rows int) int64 {
	width, rank := int64(m.width()), int64(m.shape.Rank)
	n := int64(0)
	if len(m.codes) > 0 {
		n += int64(rows) * int64(m.shape.Embedding)
	}
	if rank == 0 {
		n += int64(m.shape.Cross) * (width*width + width)
	} else {
		n += int64(m.shape.Cross) * (2*width*rank + width)
	}
	in := width
	for _, h := range m.shape.Hidden {
		n += (in + 1) * int64(h)
		in = int64(h)
	}
	if m.shape.Parallel && len(m.shape.Hidden) > 0 {
		in += width
	}
	return n + in + 1
}
