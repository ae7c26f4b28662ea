package collab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"dryrun/internal/binfile"
	"dryrun/internal/nn"
	"dryrun/internal/problem"
)

// The kinds and the version of saved models.
const (
	FactorsKind  = "collab/factors"
	TwoTowerKind = "collab/two-tower"

	fileVersion = 1
)

// maxWidth bounds the sizes of a file that are believed far enough to read on.
const maxWidth = 1 << 20

// Save writes the factors so that LoadFactors reads the same ones.
func (f *Factors) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, FactorsKind, fileVersion)
	w.Texts(f.Name)
	w.Put(uint32(f.Dim))
	for _, x := range [][]float32{f.User, f.Item, f.Bias, f.newUser} {
		binfile.Slice(w, x)
	}
	binfile.Slice(w, f.Loss)
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving factors: %w", err)
	}
	return nil
}

// LoadFactors reads what Factors.Save wrote.
func LoadFactors(ctx context.Context, in io.Reader) (*Factors, error) {
	r, err := binfile.NewReader(ctx, in, FactorsKind, fileVersion)
	if err != nil {
		return nil, fmt.Errorf("loading factors: %w", err)
	}
	names, dim := r.Texts(), uint32(0)
	r.Get(&dim)
	f := &Factors{Dim: int(dim)}
	f.User, f.Item, f.Bias, f.newUser = binfile.ReadSlice[float32](r), binfile.ReadSlice[float32](r),
		binfile.ReadSlice[float32](r), binfile.ReadSlice[float32](r)
	f.Loss = binfile.ReadSlice[float64](r)
	err = r.Close()
	switch {
	case err != nil:
	case len(names) != 1 || dim < 1 || dim > maxWidth || len(f.newUser) != f.Dim || len(f.User)%f.Dim != 0 || len(f.Item)%f.Dim != 0:
		err = fmt.Errorf("%d values of users and %d of items aren't rows of %d", len(f.User), len(f.Item), dim)
	case f.Bias != nil && len(f.Bias) != f.items():
		err = fmt.Errorf("%d biases for %d items", len(f.Bias), f.items())
	default:
		f.Name = names[0]
		return f, nil
	}
	return nil, fmt.Errorf("loading factors: %w", err)
}

// Save writes the towers so that LoadTwoTower reads the same ones. What training alone needs isn't kept, and neither are the
// history and the content.
func (t *TwoTower) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, TwoTowerKind, fileVersion)
	first := t.user[0].(*nn.Dense)
	w.Put(uint32(t.dim), uint32(first.Width), uint32(first.In-t.dim))
	binfile.Slice(w, t.items)
	binfile.Slice(w, t.own.rows)
	for _, p := range t.user.Params() {
		binfile.Slice(w, p.W)
	}
	binfile.Slice(w, t.Loss)
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving two towers: %w", err)
	}
	return nil
}

// LoadTwoTower reads what TwoTower.Save wrote. h and in are those that the towers were trained on.
func LoadTwoTower(ctx context.Context, file io.Reader, h *problem.History, in problem.Inputs) (*TwoTower, error) {
	t, err := loadTwoTower(ctx, file, h, in)
	if err != nil {
		return nil, fmt.Errorf("loading two towers: %w", err)
	}
	return t, nil
}

func loadTwoTower(ctx context.Context, file io.Reader, h *problem.History, in problem.Inputs) (*TwoTower, error) {
	if err := checkHistory(h); err != nil {
		return nil, err
	}
	r, err := binfile.NewReader(ctx, file, TwoTowerKind, fileVersion)
	if err != nil {
		return nil, err
	}
	var dim, hidden, content uint32
	r.Get(&dim, &hidden, &content)
	items, own := binfile.ReadSlice[float32](r), binfile.ReadSlice[float32](r)
	var params [][]float32
	for range 4 { // a matrix and a bias for each of two layers
		params = append(params, binfile.ReadSlice[float32](r))
	}
	loss := binfile.ReadSlice[float64](r)
	if err := r.Close(); err != nil {
		return nil, err
	}
	width := 0
	if in != nil {
		width = in.Width()
	}
	switch {
	case dim < 1 || dim > maxWidth || hidden < 1 || hidden > maxWidth:
		return nil, fmt.Errorf("its layers have %d and %d values", hidden, dim)
	case int(content) != width || len(items) != h.Items*int(dim) || len(own) != len(items):
		return nil, fmt.Errorf("it was trained on other data: %d values of content, %d of items: delete it and build it again",
			content, len(items))
	case len(params[0]) != (int(dim)+width)*int(hidden) || len(params[2]) != int(hidden)*int(dim):
		return nil, errors.New("its weights don't fit its layers")
	}
	// every weight is then set
	user := userTower(int(dim)+width, TwoTowerOptions{Dim: int(dim), Hidden: int(hidden)}, rand.New(rand.NewPCG(0, 0)))
	for i, p := range user.Params() {
		if len(params[i]) != len(p.W) {
			return nil, errors.New("its weights don't fit its layers")
		}
		copy(p.W, params[i])
	}
	ordered, _ := inTime(ctx, h)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return newTowers(h, in, ordered, own, items, int(dim), user, loss), nil
}
