package main

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"dryrun/internal/vec"
)

// vectors are unit vectors in files, and what is true of them.
type vectors struct {
	name           string // "clustered 100k x 64"
	items, queries string // files
	dim, n         int
	truth          [][]int32 // for each query, its tenth-best items by an exact scan
}

// shape is a kind of data at a size.
type shape struct {
	kind    string
	n, dim  int
	queries int
}

func (s shape) String() string {
	n := fmt.Sprint(s.n)
	switch {
	case s.n >= 1e6 && s.n%1e6 == 0:
		n = fmt.Sprintf("%dM", s.n/1e6)
	case s.n >= 1e3 && s.n%1e3 == 0:
		n = fmt.Sprintf("%dk", s.n/1e3)
	}
	return fmt.Sprintf("%s %s x %d", s.kind, n, s.dim)
}

// make returns items and queries of the shape, always the same.
func (s shape) make(mnist string) (items, queries []float32, err error) {
	switch s.kind {
	case "clustered":
		return clustered(1, s.n, s.n, s.dim), clustered(2, s.queries, s.n, s.dim), nil
	case "hard":
		return hard(1, s.n, s.dim), hard(2, s.queries, s.dim), nil
	case "mnist":
		rows, err := pixels(filepath.Join(mnist, "t10k-images-idx3-ubyte.gz"), s.dim)
		if err != nil {
			return nil, nil, err
		}
		if len(rows) < (s.n+s.queries)*s.dim {
			return nil, nil, fmt.Errorf("reading MNIST pixels: %d pictures, want %d", len(rows)/s.dim, s.n+s.queries)
		}
		at := s.n * s.dim
		return rows[:at], rows[at : at+s.queries*s.dim], nil
	}
	return nil, nil, fmt.Errorf("making vectors: there is no kind %q; choose clustered, hard or mnist", s.kind)
}

// clustered draws around one centre for every 500 of a corpus of that size: as easy as vectors get.
func clustered(seed uint64, n, corpus, dim int) []float32 {
	const spread = 0.5
	centres := max(corpus/500, 10)
	mid := gaussian(99, centres*dim)
	rng := rand.New(rand.NewPCG(seed, 1))
	rows := make([]float32, n*dim)
	for i := range n {
		c := rng.IntN(centres)
		row := rows[i*dim : (i+1)*dim]
		for j := range row {
			row[j] = mid[c*dim+j] + float32(spread*rng.NormFloat64())
		}
		vec.Normalize(row)
	}
	return rows
}

// hard bends eight latent values into dim dimensions and adds noise: no clusters, low intrinsic dimension, as learned
// embeddings have.
func hard(seed uint64, n, dim int) []float32 {
	const latent = 8
	bend := gaussian(98, 2*latent*dim)
	rng := rand.New(rand.NewPCG(seed, 2))
	rows := make([]float32, n*dim)
	for i := range n {
		row := rows[i*dim : (i+1)*dim]
		for l := range latent {
			z := float32(rng.NormFloat64())
			vec.Axpy(z, bend[l*dim:(l+1)*dim], row)
			vec.Axpy(z*z-1, bend[(latent+l)*dim:(latent+l+1)*dim], row)
		}
		for j := range row {
			row[j] += float32(0.3 * rng.NormFloat64())
		}
		vec.Normalize(row)
	}
	return rows
}

func gaussian(seed uint64, n int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// pixels reads a file of pictures in MNIST's format: a magic number, count, height and width in big-endian words of four
// bytes, then a byte a pixel.
func pixels(path string, dim int) ([]float32, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading MNIST pixels: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("reading MNIST pixels in %s: %w", path, err)
	}
	var head [4]uint32
	if err := binary.Read(z, binary.BigEndian, &head); err != nil {
		return nil, fmt.Errorf("reading MNIST pixels in %s: %w", path, err)
	}
	if head[0] != 2051 || int(head[2]*head[3]) != dim {
		return nil, fmt.Errorf("reading MNIST pixels in %s: not pictures of %d pixels", path, dim)
	}
	raw, err := io.ReadAll(io.LimitReader(z, int64(dim)*70_000))
	if err != nil {
		return nil, fmt.Errorf("reading MNIST pixels in %s: %w", path, err)
	}
	rows := make([]float32, len(raw)/dim*dim)
	for i := range rows {
		rows[i] = float32(raw[i])
	}
	for i := 0; i < len(rows); i += dim {
		vec.Normalize(rows[i : i+dim])
	}
	return rows, nil
}

func writeVectors(path string, x []float32) error {
	raw := make([]byte, 0, 4*len(x))
	raw, err := binary.Append(raw, binary.LittleEndian, x)
	if err == nil {
		err = os.WriteFile(path, raw, 0o600)
	}
	if err != nil {
		return fmt.Errorf("writing vectors: %w", err)
	}
	return nil
}

func readVectors(path string) ([]float32, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading vectors: %w", err)
	}
	x := make([]float32, len(raw)/4)
	vec.Huge(x) // as numpy does for the peers
	if _, err := binary.Decode(raw, binary.LittleEndian, x); err != nil {
		return nil, fmt.Errorf("reading vectors in %s: %w", path, err)
	}
	return x, nil
}
