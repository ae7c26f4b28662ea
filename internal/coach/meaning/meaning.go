// Package meaning says how near two sentences are in meaning, by a static table: each piece of a vocabulary of 27,560 has
// a vector of 64 dimensions, and a sentence is the weighted sum of its pieces, made a unit vector.
//
// The vectors are what the model paraphrase-MiniLM-L3-v2 says of each piece by itself, reduced to principal components and to
// signed bytes, and weighted by how rare the piece is (smooth inverse frequency). table.py makes the table; NOTICE says where
// the model comes from. Sums are of integers and in the order of the text, so a sentence has the same vector on every platform.
//
// Nearness isn't truth: a fluent wrong sentence often lies nearer to a statement than a right one in other words. Use it to
// find the sentence that is about something, and never to decide whether it is right.
//
// What was tried, on the statements and the questions of the two built-in cases, each left out in turn: the share whose nearest
// other statement of the step is of the same criterion (372 statements), and the share whose nearest fact, by the mean of its
// other questions and its answer, is its own (171 questions).
//
//	vectors                                     statements  questions, visual search and video
//	the model itself on whole sentences                .51         .55  .46
//	384 dimensions, the piece's own place              .52         .55  .36
//	128 dimensions, the piece's own place              .51         .48  .39
//	128 components after the first, mean of places     .49         .46  .43
//	64, the same, bytes (this table)                   .48         .46  .37
//	64, with the first component                       .45         .44  .30
//	64, rows of equal length                           .44         not tried
//	64, no weights by frequency                        .44         not tried
//
// So 64 dimensions keep most of what the model knows, and the table by itself answers no question reliably: the words of a
// case have to decide first.
package meaning

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"sync"
)

//go:embed table.bin
var data string

// Default returns the embedded table. It reads the table at the first call.
var Default = sync.OnceValue(func() *Table {
	t, err := parse(data)
	if err != nil {
		panic(fmt.Sprintf("read the embedded table: %v", err)) // the build embeds it, so only a broken build comes here
	}
	return t
})

// Size is how many bytes the embedded table has.
func Size() int { return len(data) }

// Table has a vector for each piece of a vocabulary. It is safe for concurrent use.
type Table struct {
	dim           int
	words         []string // pieces that begin a word, sorted
	continuations []string // pieces that continue one, sorted; their rows follow those of words
	worth         string   // two bytes a row: what a unit of the row counts
	rows          string   // dim signed bytes a row
}

const (
	magic  = "meaning1"
	header = len(magic) + 4*4
)

// parse reads a table as table.py writes it.
func parse(data string) (*Table, error) {
	if len(data) < header || data[:len(magic)] != magic {
		return nil, fmt.Errorf("it doesn't begin with %q", magic)
	}
	field := func(i int) int {
		at := len(magic) + 4*i
		return int(binary.LittleEndian.Uint32([]byte(data[at : at+4])))
	}
	pieces, words, dim, text := field(0), field(1), field(2), field(3)
	if want := header + text + pieces*(2+dim); len(data) != want {
		return nil, fmt.Errorf("it has %d bytes, want %d", len(data), want)
	}
	names := strings.Split(strings.TrimSuffix(data[header:header+text], "\n"), "\n")
	if len(names) != pieces || words > pieces {
		return nil, fmt.Errorf("it names %d pieces, want %d", len(names), pieces)
	}
	at := header + text
	return &Table{
		dim:           dim,
		words:         names[:words],
		continuations: names[words:],
		worth:         data[at : at+2*pieces],
		rows:          data[at+2*pieces:],
	}, nil
}

// Dim is the number of dimensions of a sentence's vector.
func (t *Table) Dim() int { return t.dim }

// Sentence returns the unit vector of a text, or zeros where the table knows none of its words.
func (t *Table) Sentence(text string) []float32 {
	sum := make([]int64, t.dim)
	t.tokenize(text, func(piece int) {
		worth := int64(t.worth[2*piece]) | int64(t.worth[2*piece+1])<<8
		row := t.rows[piece*t.dim : (piece+1)*t.dim]
		for i := range sum { // row is a string: its own range would be over runes
			sum[i] += worth * int64(int8(row[i]))
		}
	})
	squares := 0.0
	for _, x := range sum {
		squares += float64(float64(x) * float64(x)) // the conversion keeps the compiler from fusing it with the sum
	}
	out := make([]float32, t.dim)
	if squares == 0 {
		return out
	}
	norm := math.Sqrt(squares)
	for i, x := range sum {
		out[i] = float32(float64(x) / norm)
	}
	return out
}

// Dot is the inner product of two vectors: of sentences, the cosine of their angle.
func Dot(a, b []float32) float64 {
	sum := 0.0
	for i, x := range a {
		sum += float64(x) * float64(b[i]) // exact, so fusing it with the sum changes nothing
	}
	return sum
}
