// Package archive keeps on disk what the two stages have built, so that a later run can read it instead: vectors with the
// encoder that made them, indexes over them, and ranking models. Each goes through a Save and a Load here, whichever engine
// it is of; a file says itself what it holds. A file that is damaged, of another version, or not of these vectors is
// refused with an error: build the thing again, then.
package archive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"dryrun/internal/binfile"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/dcn"
	"dryrun/internal/ranking/trees"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/collab"
	"dryrun/internal/retrieval/encode"
	"dryrun/internal/retrieval/hnsw"
	"dryrun/internal/retrieval/ivfpq"
)

// ErrNotKept says that a thing is of a kind that isn't kept on disk: it is built again quickly, or it is another program's.
var ErrNotKept = errors.New("this kind isn't kept on disk")

type saver interface {
	Save(ctx context.Context, out io.Writer) error
}

// SaveIndex writes an index over vectors, without the vectors. The error is ErrNotKept for engines that have no file.
func SaveIndex(ctx context.Context, out io.Writer, index retrieval.Index) error {
	switch index := index.(type) {
	case *retrieval.Exact, *hnsw.Index, *ivfpq.Index:
		return index.(saver).Save(ctx, out)
	}
	return fmt.Errorf("saving an index of type %T: %w", index, ErrNotKept)
}

// LoadIndex reads what SaveIndex wrote, over the vectors that the index was built over, which it keeps.
func LoadIndex(ctx context.Context, in io.Reader, items []float32) (retrieval.Index, error) {
	file := bufio.NewReaderSize(in, 1<<16)
	kind, err := binfile.Kind(file)
	if err != nil {
		return nil, fmt.Errorf("loading an index: %w", err)
	}
	switch kind {
	case retrieval.ExactKind:
		return loaded[retrieval.Index](retrieval.LoadExact(ctx, file, items))
	case hnsw.FileKind:
		return loaded[retrieval.Index](hnsw.Load(ctx, file, items))
	case ivfpq.FileKind:
		return loaded[retrieval.Index](ivfpq.Load(ctx, file, items))
	}
	return nil, fmt.Errorf("loading an index: the file holds the kind %q, which is no index", kind)
}

// loaded keeps a nil pointer from becoming an interface that isn't nil.
func loaded[I any, T any](v T, err error) (I, error) {
	if err != nil {
		var none I
		return none, err
	}
	return any(v).(I), nil
}

// SaveModel writes a ranking model of this program. The error is ErrNotKept for those of another, such as LightGBM.
func SaveModel(ctx context.Context, out io.Writer, model ranking.Model) error {
	switch model := model.(type) {
	case *ranking.Logistic, *trees.Model, *dcn.Model:
		return model.(saver).Save(ctx, out)
	}
	return fmt.Errorf("saving a model of type %T: %w", model, ErrNotKept)
}

// LoadModel reads what SaveModel wrote.
func LoadModel(ctx context.Context, in io.Reader) (ranking.Model, error) {
	file := bufio.NewReaderSize(in, 1<<16)
	kind, err := binfile.Kind(file)
	if err != nil {
		return nil, fmt.Errorf("loading a model: %w", err)
	}
	switch kind {
	case ranking.LogisticKind:
		return loaded[ranking.Model](ranking.LoadLogistic(ctx, file))
	case trees.FileKind:
		return loaded[ranking.Model](trees.Load(ctx, file))
	case dcn.FileKind:
		return loaded[ranking.Model](dcn.Load(ctx, file))
	}
	return nil, fmt.Errorf("loading a model: the file holds the kind %q, which is no model", kind)
}

// Vectors is an embedding with what made it. One of the fields after the first is set.
type Vectors struct {
	Embedding *problem.Embedding
	Encoder   encode.Vectorizer // of content
	Factors   *collab.Factors   // of users and items
	Towers    *collab.TwoTower  // of histories, and of content where there is any
}

// The kind and version of the vectors' own file, which comes before that of what made them.
const (
	vectorsKind    = "archive/vectors"
	vectorsVersion = 1
)

// How the vectors were made.
const (
	byEncoder uint8 = iota
	byFactors
	byFactorsUnit // Factors.UnitEmbedding
	byTowers
)

// SaveVectors writes an embedding and what made it.
func SaveVectors(ctx context.Context, out io.Writer, v Vectors) error {
	by, maker, ok := v.maker()
	if !ok {
		return fmt.Errorf("saving the vectors of %s: %w", v.Embedding.Name, ErrNotKept)
	}
	w := binfile.NewWriter(ctx, out, vectorsKind, vectorsVersion)
	w.Texts(v.Embedding.Name)
	w.Put(by, uint32(v.Embedding.Dim))
	if by == byEncoder { // the others have the items' vectors in their own file
		binfile.Slice(w, v.Embedding.Items)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving the vectors of %s: %w", v.Embedding.Name, err)
	}
	return maker.Save(ctx, out)
}

func (v *Vectors) maker() (by uint8, s saver, ok bool) {
	switch {
	case v.Factors != nil:
		if by = byFactors; v.Embedding.Dim == v.Factors.Embedding().Dim+1 {
			by = byFactorsUnit
		}
		return by, v.Factors, true
	case v.Towers != nil:
		return byTowers, v.Towers, true
	}
	s, ok = v.Encoder.(saver)
	return byEncoder, s, ok
}

// LoadVectors reads what SaveVectors wrote. p is the problem that the vectors were made for: its content encodes requests,
// its history says what users have engaged with.
func LoadVectors(ctx context.Context, in io.Reader, p *problem.Problem) (Vectors, error) {
	v, err := loadVectors(ctx, bufio.NewReaderSize(in, 1<<16), p)
	if err != nil {
		return Vectors{}, fmt.Errorf("loading vectors: %w", err)
	}
	return v, nil
}

func loadVectors(ctx context.Context, in *bufio.Reader, p *problem.Problem) (v Vectors, err error) {
	r, err := binfile.NewReader(ctx, in, vectorsKind, vectorsVersion)
	if err != nil {
		return v, err
	}
	names, by, dim := r.Texts(), uint8(0), uint32(0)
	r.Get(&by, &dim)
	var rows []float32
	if by == byEncoder {
		rows = binfile.ReadSlice[float32](r)
	}
	if err := r.Close(); err != nil {
		return v, err
	}
	switch by {
	case byEncoder:
		if v.Encoder, err = encode.Load(ctx, in); err != nil {
			return v, err
		}
		if p.Inputs == nil || len(names) != 1 {
			return v, errors.New("the world has no raw content, and so no vectors of it")
		}
		_, raw := v.Encoder.(encode.Raw) // it takes the first values alone
		if width, gives := encode.Size(v.Encoder); width > p.Inputs.Width() || !raw && width != p.Inputs.Width() || gives != int(dim) {
			return v, fmt.Errorf("its encoder takes %d values and gives %d, where there are %d and %d", width, gives, p.Inputs.Width(), dim)
		}
		v.Embedding = encode.Embedding(p.Inputs, rows, v.Encoder, names[0], int(dim))
	case byFactors, byFactorsUnit:
		if v.Factors, err = collab.LoadFactors(ctx, in); err != nil {
			return v, err
		}
		if v.Embedding = v.Factors.Embedding(); by == byFactorsUnit {
			v.Embedding = v.Factors.UnitEmbedding()
		}
	case byTowers:
		if v.Towers, err = collab.LoadTwoTower(ctx, in, p.History, p.Inputs); err != nil {
			return v, err
		}
		v.Embedding = v.Towers.Embedding()
	default:
		return v, fmt.Errorf("the vectors were made in the way %d, which is unknown", by)
	}
	if v.Embedding.Dim != int(dim) || len(v.Embedding.Items) != p.Items*v.Embedding.Dim {
		return v, fmt.Errorf("%d values for %d items of %d", len(v.Embedding.Items), p.Items, dim)
	}
	return v, nil
}
