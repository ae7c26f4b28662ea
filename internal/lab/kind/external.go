package kind

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
	"dryrun/internal/ranking/lightgbm"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/faiss"
	"dryrun/internal/retrieval/milvus"
)

// The external engines are what the field itself runs. They search the same vectors as the embedded ones, in every kind of
// world. They are used where they are present, chosen by name alone, and never needed: no case, screen or proof rests on
// them.

// ExternalEngine is one of them, and whether this build can use it.
type ExternalEngine struct {
	ID      string `json:"engine"`
	Present bool   `json:"present"`
	Note    string `json:"note"` // which version, or what to install and how to build
}

// ExternalEngines lists them all. It asks no server.
func ExternalEngines() []ExternalEngine {
	version, there := faiss.Version()
	note := "FAISS " + version
	if !there {
		note = "this build lacks it: " + faiss.Install + ", then " + faiss.Rebuild
	}
	var out []ExternalEngine
	for _, id := range catalog.ExternalEngines() {
		if id != catalog.Milvus {
			out = append(out, ExternalEngine{id, there, note})
		}
	}
	note = "built in; it needs a server: " + milvus.Server
	if !milvus.Present() {
		note = "this build lacks it: " + milvus.Rebuild + ", and a server: " + milvus.Server
	}
	return append(out, ExternalEngine{catalog.Milvus, milvus.Present(), note})
}

// LightGBM says whether this machine can train by LightGBM: in the interpreter named by python, else by what is on PATH.
func LightGBM(ctx context.Context, python string) ExternalEngine {
	program, err := lightgbm.Find(ctx, python)
	switch {
	case err != nil:
		return ExternalEngine{catalog.LightGBM, false, lightgbm.ErrNotFound.Error()}
	case program.Python:
		return ExternalEngine{catalog.LightGBM, true, "trained by the package of " + program.Path + ", served by this program"}
	}
	return ExternalEngine{catalog.LightGBM, true, "trained by " + program.Path + ", served by this program"}
}

// AbsentEngine says that an engine was chosen that this build or machine lacks.
type AbsentEngine struct{ Engine, Note string }

func (a *AbsentEngine) Error() string {
	return fmt.Sprintf("engine %s can't be used: %s", a.Engine, a.Note)
}

// CheckPresent refuses an absent engine or ranker before anything is made.
func CheckPresent(ctx context.Context, engine, ranker, python string) error {
	for _, e := range ExternalEngines() {
		if e.ID == engine && !e.Present {
			return &AbsentEngine{Engine: engine, Note: e.Note}
		}
	}
	if ranker != catalog.LightGBM {
		return nil
	}
	if e := LightGBM(ctx, python); !e.Present {
		return &AbsentEngine{Engine: ranker, Note: e.Note}
	}
	return nil
}

func externalEngines() []Engine {
	return []Engine{
		{catalog.FAISSFlat, true, buildFAISS(faiss.Flat)},
		{catalog.FAISSHNSW, true, buildFAISS(faiss.HNSW)},
		{catalog.FAISSIVFPQ, true, buildFAISS(faiss.IVFPQ)},
		{catalog.Milvus, true, buildMilvus},
	}
}

func buildFAISS(kind faiss.Kind) func(context.Context, Input, *problem.Embedding) (retrieval.Index, error) {
	return func(ctx context.Context, in Input, emb *problem.Embedding) (retrieval.Index, error) {
		o := faiss.Options{Seed: in.Seed}
		return faiss.Build(ctx, kind, emb.Items, emb.Dim, o, in.Progress.Counter("building the FAISS index"))
	}
}

func buildMilvus(ctx context.Context, in Input, emb *problem.Embedding) (retrieval.Index, error) {
	in.Progress.Report("connecting to Milvus", 0, 0)
	c, err := in.Servers.milvus(ctx)
	if err != nil {
		return nil, err
	}
	return c.Build(ctx, emb.Items, emb.Dim, in.Progress.Counter("filling and indexing a Milvus collection"))
}

// Servers are a lab's connections to engines outside the process, made at first use.
type Servers struct {
	at milvus.Options

	mu     sync.Mutex
	client *milvus.Client // nil until it is needed
}

// NewServers returns connections to Milvus at an address, none of them made yet.
func NewServers(at milvus.Options) *Servers { return &Servers{at: at} }

func (s *Servers) milvus(ctx context.Context) (*milvus.Client, error) {
	if s == nil {
		return nil, errors.New("connecting to Milvus: this lab has no connections")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		c, err := milvus.Dial(ctx, s.at)
		if err != nil {
			return nil, err
		}
		s.client = c
	}
	return s.client, nil
}

// Close drops what runs made on servers and leaves them.
func (s *Servers) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		return nil
	}
	err := s.client.Close()
	s.client = nil
	return err
}
