package trees

import (
	"context"
	"fmt"
	"io"
	"math"

	"dryrun/internal/binfile"
	"dryrun/internal/ranking/tree"
)

// FileKind is the kind of a saved model.
const (
	FileKind    = "ranking/trees"
	fileVersion = 1
)

// Save writes the trees so that Load reads the same model.
func (t *Model) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, FileKind, fileVersion)
	w.Texts(t.columns...)
	w.Put(t.base)
	w.Put(uint32(len(t.trees)))
	for _, tr := range t.trees {
		binfile.Slice(w, tr.Nodes)
		w.Put(uint32(len(tr.Sets)))
		for _, s := range tr.Sets {
			binfile.Slice(w, s)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving %d trees: %w", len(t.trees), err)
	}
	return nil
}

// Load reads what Model.Save wrote. Trees are checked to be trees before any row walks them.
func Load(ctx context.Context, in io.Reader) (*Model, error) {
	t, err := load(ctx, in)
	if err == nil {
		err = t.check()
	}
	if err != nil {
		return nil, fmt.Errorf("loading trees: %w", err)
	}
	t.layOut()
	return t, nil
}

func load(ctx context.Context, in io.Reader) (*Model, error) {
	r, err := binfile.NewReader(ctx, in, FileKind, fileVersion)
	if err != nil {
		return nil, err
	}
	t := &Model{columns: r.Texts()}
	r.Get(&t.base)
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		tr := tree.Tree{Nodes: binfile.ReadSlice[tree.Node](r)}
		for sets := r.Count(); sets > 0 && r.Err() == nil; sets-- {
			tr.Sets = append(tr.Sets, binfile.ReadSlice[int32](r))
		}
		t.trees = append(t.trees, tr)
	}
	return t, r.Close()
}

// check says whether every walk through every tree ends at a leaf and reads only columns and sets that exist.
func (t *Model) check() error {
	for i, tr := range t.trees {
		for at, n := range tr.Nodes {
			last := len(tr.Nodes) - 1
			leaf := n.IsLeaf(at) && math.IsInf(float64(n.Threshold), 1) && n.Flags == 0 && n.Column == 0
			inner := int(n.Left) > at && int(n.Left) < last && int(n.Column) < len(t.columns)
			if n.Flags&tree.IsSet != 0 {
				inner = inner && n.Threshold >= 0 && int(n.Threshold) < len(tr.Sets)
			}
			if !leaf && !inner {
				return fmt.Errorf("node %d of tree %d leads nowhere; train it again", at, i)
			}
		}
		if len(tr.Nodes) == 0 || len(t.columns) == 0 {
			return fmt.Errorf("tree %d is empty; train it again", i)
		}
	}
	return nil
}
