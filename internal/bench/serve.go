package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/hnsw"
	"dryrun/internal/retrieval/ivfpq"
)

// server is our side: the same orders that a peer's program follows.
type server struct {
	dim            int
	items, queries []float32
	into           []problem.Candidate

	// search answers one query from the index built last.
	search func(ctx context.Context, q []float32, o order) ([]problem.Candidate, error)

	learned learned
}

func serve(ctx context.Context, in io.Reader, out io.Writer) error {
	enc := json.NewEncoder(out)
	if err := enc.Encode(reply{Peer: "dryrun", Version: runtime.Version()}); err != nil {
		return fmt.Errorf("answering the driver: %w", err)
	}
	s := &server{}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var o order
		err := json.Unmarshal(lines.Bytes(), &o)
		var r reply
		if err == nil {
			r, err = s.follow(ctx, o)
		}
		if err != nil {
			r = reply{Error: err.Error()}
		}
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("answering the driver: %w", err)
		}
	}
	return lines.Err()
}

func (s *server) follow(ctx context.Context, o order) (reply, error) {
	switch o.Do {
	case doLoad:
		return reply{}, s.load(o)
	case doHNSW, doIVFPQ, doFlat:
		s.search = nil
		runtime.GC() // what is no longer needed isn't paid for while the clock runs
		began := spent()
		err := s.build(ctx, o)
		return reply{Seconds: (spent() - began).Seconds()}, err
	case doSearch:
		return s.answer(ctx, o)
	case doTouch:
		return s.touch(o), nil
	}
	return s.learn(ctx, o)
}

func (s *server) load(o order) error {
	var err error
	if s.items, err = readVectors(o.Items); err != nil {
		return err
	}
	s.queries, err = readVectors(o.Queries)
	s.dim = o.Dim
	return err
}

func (s *server) build(ctx context.Context, o order) error {
	runtime.GOMAXPROCS(o.Threads)
	defer runtime.GOMAXPROCS(1)
	switch o.Do {
	case doHNSW:
		h, err := hnsw.Build(ctx, s.items, s.dim, hnsw.Options{M: o.M, EfConstruction: o.Ef, Seed: 1, Workers: o.Threads}, nil)
		s.search = func(_ context.Context, q []float32, o order) ([]problem.Candidate, error) {
			return h.Search(q, o.K, o.Ef, s.into[:0]), nil
		}
		return err
	case doIVFPQ:
		x, err := ivfpq.Build(ctx, s.items, s.dim, ivfpq.Options{Lists: o.Lists, M: o.M, Seed: 1, Workers: o.Threads}, nil)
		s.search = func(ctx context.Context, q []float32, o order) ([]problem.Candidate, error) {
			return x.Search(ctx, q, o.K, o.Probe, o.Refine, s.into[:0])
		}
		return err
	default:
		e := retrieval.NewExact(s.items, s.dim)
		s.search = func(ctx context.Context, q []float32, o order) ([]problem.Candidate, error) {
			return e.Retrieve(ctx, problem.Query{Vec: q}, o.K, s.into[:0])
		}
		return nil
	}
}

// touch reads one value of every cache line, which takes as long as the memory needs to deliver the lines.
func (s *server) touch(o order) reply {
	const line = 16 // values
	began := spent()
	sum := float32(0)
	for range o.Reps {
		for i := 0; i < len(s.items); i += line {
			sum += s.items[i]
		}
	}
	r := reply{Seconds: (spent() - began).Seconds()}
	if sum != sum { // never, of unit vectors; but the sum is used, so it is made
		r.Error = "the items have values that are no numbers"
	}
	return r
}

func (s *server) answer(ctx context.Context, o order) (reply, error) {
	var r reply
	began := spent()
	for rep := range o.Reps {
		for i := 0; i < len(s.queries); i += s.dim {
			cs, err := s.search(ctx, s.queries[i:i+s.dim], o)
			if err != nil {
				return r, err
			}
			s.into = cs
			if o.Found && rep == 0 {
				r.Found = append(r.Found, ids(cs, o.K))
			}
		}
	}
	r.Seconds = (spent() - began).Seconds()
	return r, nil
}

func ids(cs []problem.Candidate, k int) []int32 {
	out := make([]int32, 0, k)
	for _, c := range cs {
		out = append(out, c.Item)
	}
	return out
}
