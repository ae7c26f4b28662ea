package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/faiss"
	"dryrun/internal/retrieval/milvus"
)

// The engines that the field itself runs search the same vectors as the embedded ones, in every kind of world. They are
// used where they are present, chosen by name alone, and never needed: no case, screen or proof rests on them.

// FieldEngine is an engine of the field, and whether this build can use it.
type FieldEngine struct {
	ID      string `json:"engine"`
	Present bool   `json:"present"`
	Note    string `json:"note"` // which version, or what to install and how to build
}

// FieldEngines lists them all. It asks no server.
func FieldEngines() []FieldEngine {
	version, there := faiss.Version()
	note := "FAISS " + version
	if !there {
		note = "this build lacks it: " + faiss.Install + ", then " + faiss.Rebuild
	}
	var out []FieldEngine
	for _, e := range faissEngines() {
		out = append(out, FieldEngine{e.id, there, note})
	}
	note = "built in; it needs a server: " + milvus.Server
	if !milvus.Present() {
		note = "this build lacks it: " + milvus.Rebuild + ", and a server: " + milvus.Server
	}
	return append(out, FieldEngine{milvusID, milvus.Present(), note})
}

// AbsentEngine says that an engine was chosen that this build lacks.
type AbsentEngine struct{ Engine, Note string }

func (a *AbsentEngine) Error() string {
	return fmt.Sprintf("engine %s can't be used: %s", a.Engine, a.Note)
}

// checkEngine refuses an absent engine before anything is made.
func checkEngine(id string) error {
	for _, e := range FieldEngines() {
		if e.ID == id && !e.Present {
			return &AbsentEngine{Engine: id, Note: e.Note}
		}
	}
	return nil
}

func faissEngines() []engine {
	return []engine{
		{"faiss-flat", true, buildFAISS(faiss.Flat)},
		{"faiss-hnsw", true, buildFAISS(faiss.HNSW)},
		{"faiss-ivfpq", true, buildFAISS(faiss.IVFPQ)},
	}
}

func fieldEngine(id string) (engine, bool) {
	all := append(faissEngines(), engine{milvusID, true, buildMilvus})
	i := slices.IndexFunc(all, func(e engine) bool { return e.id == id })
	if i < 0 {
		return engine{}, false
	}
	return all[i], true
}

func buildFAISS(kind faiss.Kind) func(context.Context, site, *problem.Embedding) (retrieval.Index, error) {
	return func(ctx context.Context, s site, emb *problem.Embedding) (retrieval.Index, error) {
		return faiss.Build(ctx, kind, emb.Items, emb.Dim, faiss.Options{Seed: s.seed}, func(done, of int) { s.tell.say("building the FAISS index", done, of) })
	}
}

func buildMilvus(ctx context.Context, s site, emb *problem.Embedding) (retrieval.Index, error) {
	s.tell.say("connecting to Milvus", 0, 0)
	c, err := s.field.milvus(ctx)
	if err != nil {
		return nil, err
	}
	return c.Build(ctx, emb.Items, emb.Dim, func(done, of int) { s.tell.say("filling and indexing a Milvus collection", done, of) })
}

// field is what labs hold of engines outside the process.
type field struct {
	python string         // interpreter that has LightGBM
	at     milvus.Options // where Milvus is

	mu     sync.Mutex
	client *milvus.Client // nil until it is needed
}

// milvus returns the connection, made at the first use.
func (f *field) milvus(ctx context.Context) (*milvus.Client, error) {
	if f == nil {
		return nil, errors.New("connecting to Milvus: this lab has no connections")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.client == nil {
		c, err := milvus.Dial(ctx, f.at)
		if err != nil {
			return nil, err
		}
		f.client = c
	}
	return f.client, nil
}

// Close drops what runs made on servers and leaves them. What lies in memory needs no closing.
func (l *Lab) Close() error {
	l.field.mu.Lock()
	defer l.field.mu.Unlock()
	if l.field.client == nil {
		return nil
	}
	err := l.field.client.Close()
	l.field.client = nil
	return err
}
