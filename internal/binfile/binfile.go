// Package binfile is the file format of indexes, encoders and models that are kept on disk: a kind and a version, then
// numbers, slices and strings in the order in which they were put, then a checksum. A value goes in through a Writer and
// comes back through a Reader. A Reader believes nothing that it hasn't checked: a damaged or malicious file gives an
// error, never a panic, and never more memory than a small multiple of the bytes that were really there.
//
// All numbers are little-endian: eight bytes of magic, the length and the bytes of the kind, the version (uint16), the
// body, and a CRC-32C of everything before it. Several files may follow one another in one stream.
package binfile

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"unsafe"
)

const magic = "dryrunbf"

// pieceBytes is how much is written or read between two looks at the context, and how much a Reader allocates ahead of
// what it has read.
const pieceBytes = 1 << 20

// maxKind is the longest name of a kind.
const maxKind = 64

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Writer writes one file. The first error stays: what is put after it is dropped, and Close returns it.
type Writer struct {
	ctx context.Context
	out *bufio.Writer
	sum hash.Hash32
	to  io.Writer
	err error
}

// NewWriter begins a file of a kind, whose name has 1 to 64 bytes.
func NewWriter(ctx context.Context, out io.Writer, kind string, version uint16) *Writer {
	w := &Writer{ctx: ctx, out: bufio.NewWriterSize(out, 1<<16), sum: crc32.New(castagnoli)}
	w.to = io.MultiWriter(w.out, w.sum)
	if len(kind) < 1 || len(kind) > maxKind {
		w.err = fmt.Errorf("the kind %q has %d bytes: choose 1 to %d", kind, len(kind), maxKind)
	}
	w.Put([]byte(magic), uint8(len(kind)), []byte(kind), version)
	return w
}

// Put writes numbers, arrays and structs of fixed size. Slices are written without their length.
func (w *Writer) Put(values ...any) {
	for _, v := range values {
		if w.err == nil {
			w.err = binary.Write(w.to, binary.LittleEndian, v)
		}
	}
}

// Texts writes strings.
func (w *Writer) Texts(texts ...string) {
	w.Put(uint32(len(texts)))
	for _, t := range texts {
		Slice(w, []byte(t))
	}
}

// Slice writes a slice of numbers, or of structs of fixed size, and its length.
func Slice[T any](w *Writer, x []T) {
	w.Put(uint64(len(x)))
	for n := piece[T](); len(x) > 0 && w.err == nil; x = x[min(n, len(x)):] {
		w.Put(x[:min(n, len(x))])
		if w.err == nil {
			w.err = w.ctx.Err()
		}
	}
}

// piece is how many values of a type make a piece.
func piece[T any]() int {
	var one T
	return max(pieceBytes/int(max(unsafe.Sizeof(one), 1)), 1)
}

// Close ends the file with its checksum and returns the first error. It doesn't close what it writes to.
func (w *Writer) Close() error {
	w.Put(w.sum.Sum32())
	return errors.Join(w.err, w.out.Flush())
}

// Reader reads one file. The first error stays: what is read after it is zero or empty.
type Reader struct {
	ctx context.Context
	in  io.Reader // what is read goes into sum
	raw *bufio.Reader
	sum hash.Hash32
	err error
}

// Errors of a file that isn't what was asked for.
var (
	errDamaged = errors.New("the checksum differs: the file is damaged; delete it and build it again")
	errShort   = errors.New("the file ends too early: it was cut short; delete it and build it again")
)

// NewReader begins to read a file of a kind and a version. If in isn't a *bufio.Reader it may be read beyond the file's
// end.
func NewReader(ctx context.Context, in io.Reader, kind string, version uint16) (*Reader, error) {
	r := &Reader{ctx: ctx, raw: bufio.NewReaderSize(in, 1<<16), sum: crc32.New(castagnoli)}
	r.in = io.TeeReader(r.raw, r.sum)
	head, size, found := make([]byte, len(magic)), uint8(0), uint16(0)
	r.Get(head, &size)
	if r.err == nil && (string(head) != magic || size < 1 || size > maxKind) {
		return nil, errors.New("it isn't a file of this program")
	}
	name := make([]byte, size)
	r.Get(name, &found)
	switch {
	case r.err != nil:
		return nil, r.Err()
	case string(name) != kind:
		return nil, fmt.Errorf("the file holds the kind %q and not %q", name, kind)
	case found != version:
		return nil, fmt.Errorf("the file has version %d of the kind %q and this program reads %d: delete it and build it again",
			found, kind, version)
	}
	return r, nil
}

// Sum is a checksum of numbers that a file depends on and doesn't hold.
func Sum(x []float32) uint32 {
	sum, buf := uint32(0), make([]byte, 0, 1<<14)
	for part := range slices.Chunk(x, cap(buf)/4) {
		buf = buf[:0]
		for _, v := range part {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
		sum = crc32.Update(sum, castagnoli, buf)
	}
	return sum
}

// Kind returns the kind of the file that comes next, and leaves the file unread.
func Kind(in *bufio.Reader) (string, error) {
	head, err := in.Peek(len(magic) + 1)
	if err == nil && (string(head[:len(magic)]) != magic || head[len(magic)] < 1 || head[len(magic)] > maxKind) {
		return "", errors.New("it isn't a file of this program")
	}
	if err == nil {
		head, err = in.Peek(len(head) + int(head[len(magic)]))
	}
	if err != nil {
		return "", short(err)
	}
	return string(head[len(magic)+1:]), nil
}

// Get reads what Put wrote, into pointers and slices of the right length.
func (r *Reader) Get(values ...any) {
	for _, v := range values {
		if r.err == nil {
			r.err = binary.Read(r.in, binary.LittleEndian, v)
		}
	}
}

// Count reads a number of things that follow as a uint32. It is only a claim: whoever reads the things must stop at the
// first error, and mustn't allocate by it.
func (r *Reader) Count() int {
	var n uint32
	r.Get(&n)
	if r.err != nil {
		return 0
	}
	return int(n)
}

// Texts reads strings.
func (r *Reader) Texts() []string {
	var out []string
	for n := r.Count(); n > 0 && r.err == nil; n-- {
		out = append(out, string(ReadSlice[byte](r)))
	}
	return out
}

// ReadSlice reads what Slice wrote. It allocates no faster than the values come.
func ReadSlice[T any](r *Reader) []T {
	var left uint64
	r.Get(&left)
	if r.err != nil || left == 0 {
		return nil
	}
	most := uint64(piece[T]())
	var out []T
	for left > 0 && r.err == nil {
		part := make([]T, min(most, left))
		r.Get(part)
		if out == nil {
			out = part
		} else {
			out = append(out, part...)
		}
		left -= uint64(len(part))
		if r.err == nil {
			r.err = r.ctx.Err()
		}
	}
	return out
}

// Fail records an error, unless there was one before.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Err returns the first error.
func (r *Reader) Err() error { return short(r.err) }

// Close checks the checksum and returns the first error. Only after it are the values known to be those that were
// written; even then they may have been made to mislead, so whoever reads them checks them.
func (r *Reader) Close() error {
	want := r.sum.Sum32()
	var sum uint32
	if r.Get(&sum); r.err == nil && sum != want {
		r.err = errDamaged
	}
	return r.Err()
}

// short says in words that a file ended too early.
func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errShort
	}
	return err
}
