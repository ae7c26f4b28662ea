package encode

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"dryrun/internal/binfile"
	"dryrun/internal/nn"
)

// The kinds and the version of saved encoders.
const (
	RawKind     = "encode/raw"
	PCAKind     = "encode/pca"
	NetworkKind = "encode/network"

	fileVersion = 1
)

// maxWidth bounds the sizes of a file that are believed far enough to read on.
const maxWidth = 1 << 24

// Save writes the encoder so that Load reads the same one.
func (r Raw) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, RawKind, fileVersion)
	w.Put(uint32(r.Width))
	return closed(w, "raw content")
}

// Save writes the encoder so that Load reads the same one.
func (p *PCA) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, PCAKind, fileVersion)
	w.Put(uint32(p.width), uint32(p.dim))
	binfile.Slice(w, p.Explained)
	binfile.Slice(w, p.axes)
	binfile.Slice(w, p.sums)
	binfile.Slice(w, p.bias)
	return closed(w, "main axes")
}

// Save writes the encoder so that Load reads the same one. What training alone needs isn't kept.
func (e *Network) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, NetworkKind, fileVersion)
	first := e.net[0].(*nn.Dense)
	hidden := uint32(0) // a linear encoder
	if len(e.net) > 2 {
		hidden = uint32(first.Width)
	}
	w.Put(uint32(first.In), hidden, uint32(e.Dim))
	binfile.Slice(w, e.Loss)
	for _, p := range e.net.Params() {
		binfile.Slice(w, p.W)
	}
	return closed(w, "a learned encoder")
}

func closed(w *binfile.Writer, what string) error {
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving %s: %w", what, err)
	}
	return nil
}

// Load reads any encoder that Save wrote.
func Load(ctx context.Context, in io.Reader) (Vectorizer, error) {
	v, err := load(ctx, bufio.NewReaderSize(in, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("loading an encoder: %w", err)
	}
	return v, nil
}

func load(ctx context.Context, in *bufio.Reader) (Vectorizer, error) {
	kind, err := binfile.Kind(in)
	if err != nil {
		return nil, err
	}
	r, err := binfile.NewReader(ctx, in, kind, fileVersion)
	if err != nil {
		return nil, err
	}
	switch kind {
	case RawKind:
		return loadRaw(r)
	case PCAKind:
		return loadPCA(r)
	case NetworkKind:
		return loadNetwork(r)
	}
	return nil, fmt.Errorf("the file holds the kind %q, which is no encoder", kind)
}

// Size returns how many values an encoder of this package takes of an input, and how many it makes of them.
func Size(v Vectorizer) (width, dim int) {
	switch v := v.(type) {
	case Raw:
		return v.Width, v.Width
	case *PCA:
		return v.width, v.dim
	case *Network:
		return v.net[0].(*nn.Dense).In, v.Dim
	}
	return 0, 0
}

func loadRaw(r *binfile.Reader) (Vectorizer, error) {
	var width uint32
	r.Get(&width)
	if err := r.Close(); err != nil {
		return nil, err
	}
	if width < 1 || width > maxWidth {
		return nil, fmt.Errorf("its inputs have %d values", width)
	}
	return Raw{int(width)}, nil
}

func loadPCA(r *binfile.Reader) (Vectorizer, error) {
	var width, dim uint32
	r.Get(&width, &dim)
	p := &PCA{Explained: binfile.ReadSlice[float64](r), width: int(width), dim: int(dim)}
	p.axes, p.sums, p.bias = binfile.ReadSlice[float32](r), binfile.ReadSlice[float32](r), binfile.ReadSlice[float32](r)
	if err := r.Close(); err != nil {
		return nil, err
	}
	if width < 1 || width > maxWidth || dim < 1 || dim > width || len(p.axes) != p.width*p.dim || len(p.sums) != p.dim ||
		len(p.bias) != p.dim || len(p.Explained) != p.dim {
		return nil, fmt.Errorf("%d values for %d axes of %d", len(p.axes), dim, width)
	}
	return p, nil
}

func loadNetwork(r *binfile.Reader) (Vectorizer, error) {
	var width, hidden, dim uint32
	r.Get(&width, &hidden, &dim)
	e := &Network{Dim: int(dim), Loss: binfile.ReadSlice[float64](r)}
	layers := 2
	if hidden == 0 {
		layers = 1
	}
	var params [][]float32
	for range 2 * layers {
		params = append(params, binfile.ReadSlice[float32](r))
	}
	if err := r.Close(); err != nil {
		return nil, err
	}
	if width < 1 || width > maxWidth || hidden > maxWidth || dim < 1 || dim > maxWidth {
		return nil, fmt.Errorf("its layers have %d, %d and %d values", width, hidden, dim)
	}
	o := Options{Dim: int(dim), Hidden: int(hidden)}
	first := int64(width) * int64(hidden)
	if hidden == 0 {
		o.Hidden, first = -1, int64(width)*int64(dim)
	}
	if int64(len(params[0])) != first || layers == 2 && int64(len(params[2])) != int64(hidden)*int64(dim) {
		return nil, errors.New("its weights don't fit its layers")
	}
	e.net, _ = newNet(int(width), o, rand.New(rand.NewPCG(0, 0))) // every weight is then set
	for i, p := range e.net.Params() {
		if len(params[i]) != len(p.W) {
			return nil, errors.New("its weights don't fit its layers")
		}
		copy(p.W, params[i])
	}
	e.ready(int(width))
	return e, nil
}
