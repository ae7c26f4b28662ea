package archive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/dcn"
	"dryrun/internal/ranking/rankingtest"
	"dryrun/internal/ranking/trees"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/collab"
	"dryrun/internal/retrieval/encode"
	"dryrun/internal/retrieval/hnsw"
	"dryrun/internal/retrieval/ivfpq"
	"dryrun/internal/retrieval/retrievaltest"
)

func file(t testing.TB, save func(ctx context.Context, out io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := save(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestEveryIndexComesBackAndAnswersAlike(t *testing.T) {
	const n, dim = 400, 8
	items := retrievaltest.Hard(1, n, dim)
	for name, index := range map[string]retrieval.Index{
		"exact": retrieval.NewExact(items, dim),
		"hnsw":  must(hnsw.Build(t.Context(), items, dim, hnsw.Options{}, nil))(t),
		"ivfpq": must(ivfpq.Build(t.Context(), items, dim, ivfpq.Options{}, nil))(t),
	} {
		saved := file(t, func(ctx context.Context, out io.Writer) error { return SaveIndex(ctx, out, index) })
		again, err := LoadIndex(t.Context(), bytes.NewReader(saved), items)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, q := range retrievaltest.Queries(retrievaltest.Hard(2, 10, dim), dim) {
			want := must(index.Retrieve(t.Context(), q, 7, nil))(t)
			if got := must(again.Retrieve(t.Context(), q, 7, nil))(t); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		if index, err := LoadIndex(t.Context(), bytes.NewReader(saved), retrievaltest.Hard(3, n, dim)); err == nil || index != nil {
			t.Errorf("%s: accepted over other vectors", name)
		}
	}
	popular := collab.NewPopularity(history(), 0)
	if err := SaveIndex(t.Context(), io.Discard, popular); !errors.Is(err, ErrNotKept) {
		t.Errorf("popularity: %v", err)
	}
}

func TestEveryModelComesBackAndScoresAlike(t *testing.T) {
	d := rankingtest.Clicks(300, 4, 1)
	for name, m := range map[string]ranking.Model{
		"logistic": must(ranking.TrainLogistic(t.Context(), d, ranking.LogisticOptions{}, nil))(t),
		"trees":    must(trees.Train(t.Context(), d, nil, trees.Options{Trees: 3}, nil))(t),
		"dcn":      must(dcn.Train(t.Context(), d, nil, dcn.Options{Epochs: 1}, nil))(t),
	} {
		saved := file(t, func(ctx context.Context, out io.Writer) error { return SaveModel(ctx, out, m) })
		again, err := LoadModel(t.Context(), bytes.NewReader(saved))
		if err != nil || !slices.Equal(rankingtest.Scores(again, d), rankingtest.Scores(m, d)) {
			t.Errorf("%s: it scores otherwise, %v", name, err)
		}
		if m, err := LoadModel(t.Context(), bytes.NewReader(saved[:len(saved)-1])); err == nil || m != nil {
			t.Errorf("%s: accepted without its end", name)
		}
		if _, err := LoadIndex(t.Context(), bytes.NewReader(saved), nil); err == nil {
			t.Errorf("%s: accepted as an index", name)
		}
	}
}

// content gives every item and request four values of its own.
type content struct{}

func (content) Width() int { return 4 }

func (content) Item(i int32, into []float32) { copy(into, retrievaltest.Hard(uint64(i)+1, 1, 4)) }

func (c content) Request(q *problem.Query, into []float32) { c.Item(q.ID, into) }

func history() *problem.History {
	return &problem.History{
		Users: 2, Items: 3, Start: []int32{0, 2, 4}, Item: []int32{0, 1, 1, 2}, Weight: []float32{1, 1, 1, 1}, Day: []float32{1, 2, 1, 2},
	}
}

func vectors(t testing.TB, p *problem.Problem) map[string]Vectors {
	t.Helper()
	rows := retrievaltest.Hard(1, 30, 4)
	set := encode.PairSet{Width: 4, A: rows, B: rows}
	als := must(collab.TrainALS(t.Context(), p.History, collab.ALSOptions{Factors: 2, Iterations: 1}, nil))(t)
	towers := must(collab.TrainTwoTower(t.Context(), p.History, p.Inputs, collab.TwoTowerOptions{Dim: 2, Hidden: 3, Epochs: 1}, nil))(t)
	out := map[string]Vectors{
		"als": {Embedding: als.Embedding(), Factors: als}, "als, unit": {Embedding: als.UnitEmbedding(), Factors: als},
		"two-tower": {Embedding: towers.Embedding(), Towers: towers},
	}
	for name, v := range map[string]encode.Vectorizer{
		"raw": encode.Raw{Width: 3}, "pca": must(encode.TrainPCA(t.Context(), rows, 4, 2, 1))(t),
		"learned": must(encode.Train(t.Context(), set, encode.Options{Dim: 2, Epochs: 1}, nil))(t),
	} {
		_, dim := encode.Size(v)
		out[name] = Vectors{Embedding: must(encode.Embed(t.Context(), p.Inputs, p.Items, v, name, dim, 1, nil))(t), Encoder: v}
	}
	return out
}

func TestAllVectorsComeBackAndEncodeAlike(t *testing.T) {
	p := &problem.Problem{Items: 3, Inputs: content{}, History: history()}
	for name, v := range vectors(t, p) {
		saved := file(t, func(ctx context.Context, out io.Writer) error { return SaveVectors(ctx, out, v) })
		again, err := LoadVectors(t.Context(), bytes.NewReader(saved), p)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		a, b := v.Embedding, again.Embedding
		if a.Name != b.Name || a.Dim != b.Dim || a.MB != b.MB || !slices.Equal(a.Items, b.Items) {
			t.Errorf("%s: other vectors came back", name)
		}
		x, y := make([]float32, a.Dim), make([]float32, a.Dim)
		for user := range int32(2) {
			q := &problem.Query{ID: user + 10, User: user}
			a.Encode(q, x)
			if b.Encode(q, y); !slices.Equal(x, y) {
				t.Errorf("%s: a request is encoded as %v, was %v", name, y, x)
			}
		}
		if _, err := LoadVectors(t.Context(), bytes.NewReader(saved), &problem.Problem{
			Items: 4, Inputs: content{},
			History: history(),
		}); err == nil {
			t.Errorf("%s: accepted for a corpus of another size", name)
		}
	}
}

// Whatever a file says, loading it gives an error or something that works.
func FuzzLoad(f *testing.F) {
	p := &problem.Problem{Items: 3, Inputs: content{}, History: history()}
	for _, v := range vectors(f, p) {
		f.Add(file(f, func(ctx context.Context, out io.Writer) error { return SaveVectors(ctx, out, v) }))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := LoadVectors(t.Context(), bytes.NewReader(data), p); err == nil {
			v.Embedding.Encode(&problem.Query{}, make([]float32, v.Embedding.Dim))
		}
		_, _ = LoadModel(t.Context(), bytes.NewReader(data))
		_, _ = LoadIndex(t.Context(), bytes.NewReader(data), nil)
	})
}
