package ranking

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// A saved model is a header (magic, version, kind, length of the body, CRC-32C of the body) and a body of little-endian
// numbers in which every slice and string has its length before it. A file is a stranger's: lengths are checked against
// what is left before anything is allocated, and trees are checked to be trees before any row walks them.

const (
	saveMagic   = "dryrunrk"
	saveVersion = 1
	maxSaved    = 1 << 30 // bytes
)

// The kinds of saved model.
const (
	savedTrees uint16 = iota + 1
	savedLogistic
	savedDCN
)

type saveHeader struct {
	Magic   [8]byte
	Version uint16
	Kind    uint16
	Length  uint32
	Sum     uint32
}

// Save writes the trees so that LoadTrees reads the same model.
func (t *Trees) Save(w io.Writer) error {
	var b saver
	b.text(t.columns...)
	b.text(string(t.objective))
	b.put(t.base, uint32(len(t.gain)), t.gain, uint32(len(t.trees)))
	for _, tr := range t.trees {
		b.put(uint32(len(tr.nodes)))
		for _, n := range tr.nodes {
			b.put(n.threshold, n.left, n.value, n.column, n.flags)
		}
		b.put(uint32(len(tr.sets)))
		for _, s := range tr.sets {
			b.put(uint32(len(s)), s)
		}
	}
	return b.save(w, savedTrees)
}

// LoadTrees reads what Trees.Save wrote.
func LoadTrees(r io.Reader) (*Trees, error) {
	l, err := open(r, savedTrees)
	if err != nil {
		return nil, fmt.Errorf("loading trees: %w", err)
	}
	t := &Trees{columns: l.texts()}
	if names := l.texts(); len(names) == 1 {
		t.objective = Objective(names[0])
	}
	l.get(&t.base)
	t.gain = make([]float64, l.count(8))
	l.get(t.gain)
	t.trees = make([]tree, l.count(8))
	for i := range t.trees {
		tr := &t.trees[i]
		tr.nodes = make([]node, l.count(16))
		for k := range tr.nodes {
			n := &tr.nodes[k]
			l.get(&n.threshold, &n.left, &n.value, &n.column, &n.flags)
		}
		if sets := l.count(4); sets > 0 {
			tr.sets = make([][]int32, sets)
			for k := range tr.sets {
				tr.sets[k] = make([]int32, l.count(4))
				l.get(tr.sets[k])
			}
		}
	}
	if err := l.end(); err != nil {
		return nil, fmt.Errorf("loading trees: %w", err)
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	t.layOut()
	return t, nil
}

// check says whether every walk through every tree ends at a leaf and reads only columns and sets that exist.
func (t *Trees) check() error {
	if len(t.gain) != len(t.columns) {
		return fmt.Errorf("loading trees: gains of %d columns for %d", len(t.gain), len(t.columns))
	}
	for i, tr := range t.trees {
		for at, n := range tr.nodes {
			last := len(tr.nodes) - 1
			leaf := n.isLeaf(at) && math.IsInf(float64(n.threshold), 1) && n.flags == 0 && n.column == 0
			inner := int(n.left) > at && int(n.left) < last && int(n.column) < len(t.columns)
			if n.flags&isSet != 0 {
				inner = inner && n.threshold >= 0 && int(n.threshold) < len(tr.sets)
			}
			if !leaf && !inner {
				return fmt.Errorf("loading trees: node %d of tree %d leads nowhere; train and save the model again", at, i)
			}
		}
		if len(tr.nodes) == 0 || len(t.columns) == 0 {
			return fmt.Errorf("loading trees: tree %d is empty; train and save the model again", i)
		}
	}
	return nil
}

// Save writes the model so that LoadLogistic reads the same one.
func (l *Logistic) Save(w io.Writer) error {
	var b saver
	b.text(l.columns...)
	b.put(l.base, uint32(len(l.mean)), l.mean, l.coef, l.weights)
	return b.save(w, savedLogistic)
}

// LoadLogistic reads what Logistic.Save wrote.
func LoadLogistic(r io.Reader) (*Logistic, error) {
	in, err := open(r, savedLogistic)
	if err != nil {
		return nil, fmt.Errorf("loading logistic regression: %w", err)
	}
	l := &Logistic{columns: in.texts()}
	in.get(&l.base)
	n := in.count(4 + 4 + 8)
	l.mean, l.coef, l.weights = make([]float32, n), make([]float32, n), make([]float64, n)
	in.get(l.mean, l.coef, l.weights)
	if err := in.end(); err != nil {
		return nil, fmt.Errorf("loading logistic regression: %w", err)
	}
	if n != len(l.columns) {
		return nil, fmt.Errorf("loading logistic regression: %d weights for %d columns", n, len(l.columns))
	}
	return l, nil
}

// saver gathers a body.
type saver struct{ bytes.Buffer }

// put appends numbers and slices of numbers.
func (s *saver) put(values ...any) {
	for _, v := range values {
		// Neither a buffer nor a number of fixed size can fail.
		_ = binary.Write(s, binary.LittleEndian, v)
	}
}

// text appends strings with their number before them.
func (s *saver) text(texts ...string) {
	s.put(uint32(len(texts)))
	for _, t := range texts {
		s.put(uint32(len(t)), []byte(t))
	}
}

func (s *saver) save(w io.Writer, kind uint16) error {
	if s.Len() > maxSaved {
		return fmt.Errorf("saving a model: it takes %d bytes, more than %d; train fewer trees", s.Len(), maxSaved)
	}
	h := saveHeader{Version: saveVersion, Kind: kind, Length: uint32(s.Len()), Sum: crc32.Checksum(s.Bytes(), crc32.MakeTable(crc32.Castagnoli))}
	copy(h.Magic[:], saveMagic)
	if err := binary.Write(w, binary.LittleEndian, h); err != nil {
		return fmt.Errorf("saving a model: %w", err)
	}
	if _, err := s.WriteTo(w); err != nil {
		return fmt.Errorf("saving a model: %w", err)
	}
	return nil
}

// loader reads a body that passed its checksum. The first error stays, and what is read after it is zero.
type loader struct {
	body *bytes.Reader
	err  error
}

// open reads and checks the header and the body.
func open(r io.Reader, kind uint16) (*loader, error) {
	var h saveHeader
	if err := binary.Read(r, binary.LittleEndian, &h); err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	switch {
	case string(h.Magic[:]) != saveMagic:
		return nil, errors.New("this is no saved model")
	case h.Version != saveVersion:
		return nil, fmt.Errorf("the file is of version %d, this program reads %d; train and save the model again", h.Version, saveVersion)
	case h.Kind != kind:
		return nil, errors.New("the file holds another kind of model")
	case h.Length > maxSaved:
		return nil, fmt.Errorf("the file claims %d bytes, more than %d", h.Length, maxSaved)
	}
	var body bytes.Buffer // grows with what is there, not with what the header claims
	if n, err := io.CopyN(&body, r, int64(h.Length)); err != nil {
		return nil, fmt.Errorf("the file ends after %d of %d bytes: %w", n, h.Length, err)
	}
	if crc32.Checksum(body.Bytes(), crc32.MakeTable(crc32.Castagnoli)) != h.Sum {
		return nil, errors.New("the checksum differs: the file is damaged; train and save the model again")
	}
	return &loader{body: bytes.NewReader(body.Bytes())}, nil
}

func (l *loader) get(values ...any) {
	for _, v := range values {
		if l.err == nil {
			l.err = binary.Read(l.body, binary.LittleEndian, v)
		}
	}
}

// count reads the length of a slice whose elements take at least `each` bytes; one that can't fit is an error.
func (l *loader) count(each int) int {
	var n uint32
	l.get(&n)
	if l.err == nil && int(n) > l.body.Len()/each {
		l.err = fmt.Errorf("a list claims %d entries where %d bytes are left", n, l.body.Len())
	}
	if l.err != nil {
		return 0
	}
	return int(n)
}

func (l *loader) texts() []string {
	out := make([]string, l.count(4))
	for i := range out {
		b := make([]byte, l.count(1))
		l.get(b)
		out[i] = string(b)
	}
	return out
}

// end returns the first error, or that something follows the model.
func (l *loader) end() error {
	if l.err == nil && l.body.Len() > 0 {
		l.err = fmt.Errorf("%d bytes follow the model", l.body.Len())
	}
	return l.err
}
