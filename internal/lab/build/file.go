package build

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"log/slog"
	"time"

	"dryrun/internal/archive"
	"dryrun/internal/binfile"
	"dryrun/internal/lab/kind"
	"dryrun/internal/retrieval"
)

// slowFrom is how long a value must have taken to build to be kept on disk: what is built faster isn't worth reading.
const slowFrom = 500 * time.Millisecond

// File says how a stage's value is kept on disk.
type File[V Sized] struct {
	Took func(v V) time.Duration // how long it took to build, apart from what it was built of
	Save func(ctx context.Context, out io.Writer, v V) error
	Load func(ctx context.Context, in *bufio.Reader, b *Builder, s Scenario) (V, error)
}

// load returns what is kept on disk for a key, if it can be read.
func load[V Sized](ctx context.Context, b *Builder, st Stage[V], key Key) (v V, ok bool) {
	if st.File == nil || b.options.Disk == nil {
		return v, false
	}
	ok = b.options.Disk.Load(ctx, key.String(), func(in *bufio.Reader) (err error) {
		v, err = st.File.Load(ctx, in, b, key.Scenario)
		return err
	})
	return v, ok
}

// save keeps a value on disk where it took long to build. A folder that can't be written to costs time in the next process
// and nothing else, so the error goes to the log.
func save[V Sized](ctx context.Context, b *Builder, st Stage[V], key Key, v V) {
	if st.File == nil || b.options.Disk == nil || st.File.Took(v) < cmp.Or(b.options.SlowFrom, slowFrom) {
		return
	}
	err := b.options.Disk.Save(ctx, key.String(), v.Bytes(), func(out io.Writer) error { return st.File.Save(ctx, out, v) })
	if err != nil {
		slog.DebugContext(ctx, "what was built isn't kept for other processes", "stage", st.Name, "err", err)
	}
}

// How a value came about is in a file of its own, before the value.
const (
	recordKind    = "lab/record"
	recordVersion = 1
)

// record is how a value came about.
type record struct {
	took        time.Duration
	train, loss []float64 // of an encoder's or a ranker's training; nil where there is none
}

func (r record) save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, recordKind, recordVersion)
	w.Put(int64(r.took))
	binfile.Slice(w, r.train)
	binfile.Slice(w, r.loss)
	return w.Close()
}

func loadRecord(ctx context.Context, in *bufio.Reader) (r record, err error) {
	f, err := binfile.NewReader(ctx, in, recordKind, recordVersion)
	if err != nil {
		return r, err
	}
	var took int64
	f.Get(&took)
	r = record{time.Duration(took), binfile.ReadSlice[float64](f), binfile.ReadSlice[float64](f)}
	return r, f.Close()
}

func vectorFile() *File[*kind.Encoding] {
	return &File[*kind.Encoding]{
		Took: func(e *kind.Encoding) time.Duration { return e.Took },
		Save: func(ctx context.Context, out io.Writer, e *kind.Encoding) error {
			if err := (record{took: e.Took, loss: e.Loss}).save(ctx, out); err != nil {
				return err
			}
			return archive.SaveVectors(ctx, out, archive.Vectors{
				Embedding: e.Embedding, Encoder: e.Vectorizer, Factors: e.Factors, Towers: e.Towers,
			})
		},
		Load: func(ctx context.Context, in *bufio.Reader, b *Builder, s Scenario) (*kind.Encoding, error) {
			r, err := loadRecord(ctx, in)
			if err != nil {
				return nil, err
			}
			p, err := b.learnedPart(ctx, s)
			if err != nil {
				return nil, err
			}
			v, err := archive.LoadVectors(ctx, in, p)
			if err != nil {
				return nil, err
			}
			return &kind.Encoding{
				Name: v.Embedding.Name, Vectorizer: v.Encoder, Factors: v.Factors, Towers: v.Towers, Embedding: v.Embedding,
				Loss: r.loss, Took: r.took,
			}, nil
		},
	}
}

func indexFile() *File[Index] {
	return &File[Index]{
		Took: func(i Index) time.Duration { return i.Took },
		Save: func(ctx context.Context, out io.Writer, i Index) error {
			if err := (record{took: i.Took}).save(ctx, out); err != nil {
				return err
			}
			if part, ok := i.Index.(*retrieval.Subset); ok {
				return archive.SaveIndex(ctx, out, part.Inner())
			}
			return archive.SaveIndex(ctx, out, i.Index)
		},
		Load: func(ctx context.Context, in *bufio.Reader, b *Builder, s Scenario) (Index, error) {
			r, err := loadRecord(ctx, in)
			if err != nil {
				return Index{}, err
			}
			from, err := b.indexed(ctx, s)
			if err != nil {
				return Index{}, err
			}
			if from.vectors == nil {
				return Index{}, archive.ErrNotKept
			}
			index, err := archive.LoadIndex(ctx, in, from.vectors.Items)
			if err != nil {
				return Index{}, err
			}
			return Index{Index: from.wrap(index), Took: r.took}, nil
		},
	}
}

func modelFile() *File[*Trained] {
	return &File[*Trained]{
		Took: func(t *Trained) time.Duration { return t.Took },
		Save: func(ctx context.Context, out io.Writer, t *Trained) error {
			if err := (record{t.Took, t.Train, t.Valid}).save(ctx, out); err != nil {
				return err
			}
			return archive.SaveModel(ctx, out, t.Model)
		},
		Load: func(ctx context.Context, in *bufio.Reader, _ *Builder, _ Scenario) (*Trained, error) {
			r, err := loadRecord(ctx, in)
			if err != nil {
				return nil, err
			}
			m, err := archive.LoadModel(ctx, in)
			if err != nil {
				return nil, err
			}
			return &Trained{Model: m, Train: r.train, Valid: r.loss, Took: r.took}, nil
		},
	}
}
