// Package worker is our side of the benchmark: it serves the same commands as a peer's Python program. Commands come in as lines
// of JSON; indexes and models are built by the packages under test, one thread each; replies with processor time go out.
package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"

	"dryrun/internal/bench/cputime"
	"dryrun/internal/bench/protocol"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/hnsw"
	"dryrun/internal/retrieval/ivfpq"
)

// server keeps what later commands use.
type server struct {
	dim            int
	items, queries []float32
	candidates     []problem.Candidate // reused from query to query

	// search answers one query from the index built last.
	search func(ctx context.Context, q []float32, s protocol.Search) ([]problem.Candidate, error)

	model  ranking.Model // of the verb score
	stages *stages       // of the verb request
}

// Serve serves commands from in until it ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	enc := json.NewEncoder(out)
	if err := enc.Encode(protocol.Reply{Peer: "dryrun", Version: runtime.Version()}); err != nil {
		return fmt.Errorf("replying to the driver: %w", err)
	}
	s := &server{}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var c protocol.Command
		err := json.Unmarshal(lines.Bytes(), &c)
		var r protocol.Reply
		if err == nil {
			r, err = s.do(ctx, c)
		}
		if err != nil {
			r = protocol.Reply{Error: err.Error()}
		}
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("replying to the driver: %w", err)
		}
	}
	return lines.Err()
}

func (s *server) do(ctx context.Context, c protocol.Command) (protocol.Reply, error) {
	switch c.Do {
	case protocol.DoLoad:
		return protocol.Reply{}, s.load(c.Vectors)
	case protocol.DoHNSW, protocol.DoIVFPQ, protocol.DoFlat:
		s.search = nil
		runtime.GC() // collect the last index before the clock starts
		start := cputime.Used()
		err := s.build(ctx, c)
		return protocol.Reply{Seconds: (cputime.Used() - start).Seconds()}, err
	case protocol.DoSearch:
		return s.answer(ctx, c.Search)
	case protocol.DoReadItems:
		return s.readItems(c.Reps), nil
	case protocol.DoRequest:
		return s.request(ctx, c.Search)
	}
	if c.Job == nil {
		return protocol.Reply{}, fmt.Errorf("serving a command: %q is unknown, or has no job", c.Do)
	}
	return s.doJob(ctx, c)
}

func (s *server) load(v protocol.Vectors) error {
	var err error
	if s.items, err = protocol.ReadFloats(v.Items); err != nil {
		return err
	}
	s.queries, err = protocol.ReadFloats(v.Queries)
	s.dim = v.Dim
	return err
}

func (s *server) build(ctx context.Context, c protocol.Command) error {
	runtime.GOMAXPROCS(c.Threads)
	defer runtime.GOMAXPROCS(1)
	switch c.Do {
	case protocol.DoHNSW:
		o := hnsw.Options{M: c.M, EfConstruction: c.EfConstruction, Seed: 1, Workers: c.Threads}
		h, err := hnsw.Build(ctx, s.items, s.dim, o, nil)
		s.search = func(_ context.Context, q []float32, o protocol.Search) ([]problem.Candidate, error) {
			return h.Search(q, o.K, o.Ef, s.candidates[:0]), nil
		}
		return err
	case protocol.DoIVFPQ:
		x, err := ivfpq.Build(ctx, s.items, s.dim, ivfpq.Options{Lists: c.Lists, M: c.M, Seed: 1, Workers: c.Threads}, nil)
		s.search = func(ctx context.Context, q []float32, o protocol.Search) ([]problem.Candidate, error) {
			return x.Search(ctx, q, o.K, o.Probe, o.Refine, s.candidates[:0])
		}
		return err
	default:
		e := retrieval.NewExact(s.items, s.dim)
		s.search = func(ctx context.Context, q []float32, o protocol.Search) ([]problem.Candidate, error) {
			return e.Retrieve(ctx, problem.Query{Vec: q}, o.K, s.candidates[:0])
		}
		return nil
	}
}

// readItems reads one value of every cache line, which takes as long as the memory needs to deliver the lines.
func (s *server) readItems(reps int) protocol.Reply {
	const line = 16 // values
	start := cputime.Used()
	sum := float32(0)
	for range reps {
		for i := 0; i < len(s.items); i += line {
			sum += s.items[i]
		}
	}
	r := protocol.Reply{Seconds: (cputime.Used() - start).Seconds()}
	if sum != sum { // it isn't, but using the sum keeps the compiler from removing the loop
		r.Error = "the items have values that aren't numbers"
	}
	return r
}

func (s *server) answer(ctx context.Context, o protocol.Search) (protocol.Reply, error) {
	var r protocol.Reply
	start := cputime.Used()
	for rep := range o.Reps {
		for i := 0; i < len(s.queries); i += s.dim {
			found, err := s.search(ctx, s.queries[i:i+s.dim], o)
			if err != nil {
				return r, err
			}
			s.candidates = found
			if o.Found && rep == 0 {
				r.Found = append(r.Found, itemIDs(found))
			}
		}
	}
	r.Seconds = (cputime.Used() - start).Seconds()
	return r, nil
}

func itemIDs(candidates []problem.Candidate) []int32 {
	out := make([]int32, len(candidates))
	for i, c := range candidates {
		out[i] = c.Item
	}
	return out
}
