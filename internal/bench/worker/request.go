package worker

import (
	"context"
	"errors"
	"path/filepath"
	"runtime/debug"

	"dryrun/internal/bench/cputime"
	"dryrun/internal/bench/protocol"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/retrieval/hnsw"
)

// stages is retrieval and ranking. It implements problem.Features as a world's features do.
type stages struct {
	graph      *hnsw.Index
	ranker     *ranking.Scored
	features   []float32 // protocol.ItemFeatures an item
	candidates []problem.Candidate
}

// Columns implements problem.Features.
func (*stages) Columns() []string { return make([]string, protocol.RequestColumns) }

// Fill implements problem.Features: the similarity, the query's first values, the item's features.
func (s *stages) Fill(q *problem.Query, c problem.Candidate, into []float32) {
	item := int(c.Item)
	into[0] = c.Score // of stage one
	copy(into[1:], q.Vec[:protocol.QueryFeatures])
	copy(into[1+protocol.QueryFeatures:], s.features[item*protocol.ItemFeatures:(item+1)*protocol.ItemFeatures])
}

func (s *server) prepareStages(ctx context.Context, c protocol.Command) error {
	if err := s.load(c.Vectors); err != nil {
		return err
	}
	p := &stages{}
	var err error
	if p.features, err = protocol.ReadFloats(filepath.Join(c.Job.Train, protocol.ItemFeaturesFile)); err != nil {
		return err
	}
	model, err := readModel(ctx, c.Job.Model)
	if err != nil {
		return err
	}
	o := hnsw.Options{M: c.M, EfConstruction: c.EfConstruction, Seed: 1, Workers: 1}
	if p.graph, err = hnsw.Build(ctx, s.items, s.dim, o, nil); err != nil {
		return err
	}
	p.ranker = ranking.NewRanker(model, p)
	s.stages = p
	debug.FreeOSMemory() // collect what building left before requests are timed
	return nil
}

// request answers every query with both stages and returns the time of each.
func (s *server) request(ctx context.Context, o protocol.Search) (protocol.Reply, error) {
	var r protocol.Reply
	p := s.stages
	if p == nil {
		return r, errors.New("answering requests: prepare the stages first")
	}
	for i := 0; i < len(s.queries); i += s.dim {
		start := cputime.Used()
		q := problem.Query{Vec: s.queries[i : i+s.dim]}
		p.candidates = p.graph.Search(q.Vec, protocol.RequestK, protocol.RequestEf, p.candidates[:0])
		if err := p.ranker.Rank(ctx, q, p.candidates); err != nil {
			return r, err
		}
		r.Times = append(r.Times, (cputime.Used() - start).Seconds())
		if o.Found {
			r.Found = append(r.Found, itemIDs(p.candidates[:o.K]))
		}
	}
	return r, nil
}
