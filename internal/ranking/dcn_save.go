package ranking

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// Save writes the network so that LoadDCN reads the same one. What training alone needs isn't kept.
func (m *DCN) Save(w io.Writer) error {
	var b saver
	b.text(m.columns...)
	s := m.shape
	b.put(s.Cross, s.Rank, s.Embedding, s.Parallel, uint32(len(s.Hidden)), s.Hidden)
	b.put(uint32(len(m.numbers)), m.numbers, uint32(len(m.codes)))
	for _, v := range m.codes {
		b.put(v.column, uint32(len(v.known)), v.known)
	}
	for _, w := range m.weights() {
		b.put(w)
	}
	return b.save(w, savedDCN)
}

// LoadDCN reads what DCN.Save wrote.
func LoadDCN(r io.Reader) (*DCN, error) {
	l, err := open(r, savedDCN)
	if err != nil {
		return nil, fmt.Errorf("loading deep & cross: %w", err)
	}
	m := &DCN{columns: l.texts()}
	s := &m.shape
	l.get(&s.Cross, &s.Rank, &s.Embedding, &s.Parallel)
	s.Hidden = make([]int32, l.count(4))
	l.get(s.Hidden)
	m.numbers = make([]number, l.count(12))
	l.get(m.numbers)
	m.codes = make([]vocabulary, l.count(8))
	rows := int32(1)
	for i := range m.codes {
		v := &m.codes[i]
		l.get(&v.column)
		v.first, v.known = rows, make([]int32, l.count(4))
		l.get(v.known)
		rows += int32(len(v.known))
	}
	if l.err == nil {
		l.err = m.check(l.body.Len(), int(rows))
	}
	if l.err == nil {
		m.build(int(rows), rand.New(rand.NewPCG(0, 0))) // every weight is then read
		all := m.weights()                              // of the right lengths
		for _, w := range all {
			l.get(w)
		}
		m.setWeights(all)
	}
	if err := l.end(); err != nil {
		return nil, fmt.Errorf("loading deep & cross: %w", err)
	}
	return m, nil
}

// check says whether the shape is one, its columns are those there are, and the bytes left are its weights.
func (m *DCN) check(left, rows int) error {
	s := m.shape
	o := DCNOptions{Cross: int(s.Cross), Rank: int(s.Rank), Embedding: int(s.Embedding), Hidden: []int{}}
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
	if want := 4 * m.weightsOf(rows); want != int64(left) {
		return fmt.Errorf("%d bytes of weights for a shape of %d", left, want)
	}
	return nil
}

// weightsOf is how many weights the shape has, without making them.
func (m *DCN) weightsOf(rows int) int64 {
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
