// Package data generates what the benchmark measures on: unit vectors, training rows for rankers, and implicit feedback. A size
// and a seed come in, and the same arrays go out every time. Only the MNIST vectors are read from files.
package data

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

// Shape is a kind of vectors ("clustered", "hard" or "mnist") at a size.
type Shape struct {
	Kind    string
	N, Dim  int
	Queries int
}

// String is the shape for people: "clustered 100k x 64".
func (s Shape) String() string {
	n := fmt.Sprint(s.N)
	switch {
	case s.N >= 1e6 && s.N%1e6 == 0:
		n = fmt.Sprintf("%dM", s.N/1e6)
	case s.N >= 1e3 && s.N%1e3 == 0:
		n = fmt.Sprintf("%dk", s.N/1e3)
	}
	return fmt.Sprintf("%s %s x %d", s.Kind, n, s.Dim)
}

// Make returns the shape's items and queries. MNIST's pixels are read from the folder mnist.
func (s Shape) Make(mnist string) (items, queries []float32, err error) {
	switch s.Kind {
	case "clustered":
		return clustered(1, s.N, s.N, s.Dim), clustered(2, s.Queries, s.N, s.Dim), nil
	case "hard":
		return hard(1, s.N, s.Dim), hard(2, s.Queries, s.Dim), nil
	case "mnist":
		rows, err := pixels(filepath.Join(mnist, "t10k-images-idx3-ubyte.gz"), s.Dim)
		if err != nil {
			return nil, nil, err
		}
		if len(rows) < (s.N+s.Queries)*s.Dim {
			return nil, nil, fmt.Errorf("reading MNIST pixels: %d images, want %d", len(rows)/s.Dim, s.N+s.Queries)
		}
		at := s.N * s.Dim
		return rows[:at], rows[at : at+s.Queries*s.Dim], nil
	}
	return nil, nil, fmt.Errorf("making vectors: there is no kind %q; choose clustered, hard or mnist", s.Kind)
}

// clustered draws n vectors around centers, one for every 500 items of the corpus: the easiest data for an index.
func clustered(seed uint64, n, corpus, dim int) []float32 {
	const spread = 0.5
	centers := max(corpus/500, 10)
	mid := gaussian(99, centers*dim)
	rng := rand.New(rand.NewPCG(seed, 1))
	rows := make([]float32, n*dim)
	for i := range n {
		c := rng.IntN(centers)
		row := rows[i*dim : (i+1)*dim]
		for j := range row {
			row[j] = mid[c*dim+j] + float32(spread*rng.NormFloat64())
		}
		vec.Normalize(row)
	}
	return rows
}

// hard maps eight latent values to dim dimensions by a quadratic function and adds noise. Like learned embeddings, the vectors
// have no clusters and a low intrinsic dimension.
func hard(seed uint64, n, dim int) []float32 {
	const latent = 8
	basis := gaussian(98, 2*latent*dim)
	rng := rand.New(rand.NewPCG(seed, 2))
	rows := make([]float32, n*dim)
	for i := range n {
		row := rows[i*dim : (i+1)*dim]
		for l := range latent {
			z := float32(rng.NormFloat64())
			vec.Axpy(z, basis[l*dim:(l+1)*dim], row)
			vec.Axpy(z*z-1, basis[(latent+l)*dim:(latent+l+1)*dim], row)
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

// pixels reads images in MNIST's format as unit vectors: a magic number, count, height and width in big-endian words of four
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
		return nil, fmt.Errorf("reading MNIST pixels in %s: not images of %d pixels", path, dim)
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
