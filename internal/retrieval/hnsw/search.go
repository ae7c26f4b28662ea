package hnsw

import (
	"context"

	"dryrun/internal/vec"
)

// searcher is the working memory of one search at a time.
type searcher struct {
	h        *Index
	q        []int16      // the query as the codes are compared with it
	visited  marks        // the nodes that this search has met
	found    []scoredNode // the ef best so far, best first: by codes until rescore
	walkOnly []scoredNode // nodes to walk through that can't be returned, the best on top of a heap
	ids      []int32      // neighbors of the node followed last
	before   []int32      // those of the node followed before it
	nodes    []int32      // those found
	items    []int32      // the items of some nodes
	scores   []float32
}

func newSearcher(h *Index) *searcher {
	return &searcher{
		h: h, visited: newMarks(h.n),
		ids: make([]int32, h.mmax0), before: make([]int32, h.mmax0), scores: make([]float32, h.mmax0),
	}
}

// begin forgets which nodes were visited. The marks are made anew when the index has grown.
func (s *searcher) begin() {
	if s.visited.capacity() < s.h.n {
		s.visited = newMarks(s.h.n + s.h.n/8)
	}
	s.visited.clear()
}

// setQuery says what is searched for from now on.
func (s *searcher) setQuery(q []float32) { s.q = s.h.codes.QuantizeQuery(q, s.q) }

// score compares by codes, as all do until rescore.
func (s *searcher) score(node int32) scoredNode {
	s.ids[0] = node
	s.h.codes.DotGather(s.q, s.ids[:1], s.scores)
	return scoreNode(s.scores[0], node)
}

func (s *searcher) scoreBuffer(n int) []float32 {
	if len(s.scores) < n {
		s.scores = make([]float32, n)
	}
	return s.scores[:n]
}

// rescore puts the found nodes into the order of their inner products with q. Codes had them nearly there.
func (s *searcher) rescore(q []float32) {
	s.nodes = s.nodes[:0]
	for _, c := range s.found {
		s.nodes = append(s.nodes, c.node())
	}
	scores := s.scoreBuffer(len(s.nodes))
	s.dot(q, s.nodes, scores)
	for i, node := range s.nodes {
		c := scoreNode(scores[i], node)
		for ; i > 0 && s.found[i-1] < c; i-- {
			s.found[i] = s.found[i-1]
		}
		s.found[i] = c
	}
}

// dot fills out with the inner products of q and the vectors of nodes.
func (s *searcher) dot(q []float32, nodes []int32, out []float32) {
	items := nodes
	if s.h.ids != nil {
		items = s.items[:0]
		for _, node := range nodes {
			items = append(items, s.h.ids[node])
		}
		s.items = items
	}
	vec.DotGather(q, s.h.items, s.h.dim, items, out)
}

// In a graph of millions a walk that keeps one node often ends in the wrong place of the layers above, so that a longer
// list has to make up for it on layer 0; some nodes kept on the last few of them cost less. Below that they cost more.
const (
	beamFrom   = 2 << 20 // nodes
	beamLayers = 3
	beam       = 4
)

// enterBase leaves in found the nodes that a search of layer 0 begins with.
func (s *searcher) enterBase(ctx context.Context) error {
	h, layer := s.h, 0
	if h.n >= h.beamFrom {
		layer = min(beamLayers, h.top)
	}
	s.found = append(s.found[:0], s.descend(s.score(h.entry), h.top, layer))
	for ; layer > 0; layer-- {
		if err := s.explore(ctx, beam, layer, nil); err != nil {
			return err
		}
	}
	return nil
}

// descend is the search with ef = 1 from layer from down to layer to, not included: step to the best neighbor until
// there is none better.
func (s *searcher) descend(at scoredNode, from, to int) scoredNode {
	for layer := from; layer > to; layer-- {
		for moved := true; moved; {
			moved = false
			row := open(s.h.links(at.node(), layer))
			s.h.codes.Prefetch(row)
			s.h.codes.DotGather(s.q, row, s.scores)
			for i, node := range row {
				if c := scoreNode(s.scores[i], node); c > at {
					at, moved = c, true
				}
			}
		}
	}
	return at
}

// open returns a row's links without the padding.
func open(row []int32) []int32 {
	for i, node := range row {
		if node < 0 {
			return row[:i]
		}
	}
	return row
}

// How many nodes a search follows between two looks at its context: well under a millisecond.
const askEvery = 512

// explore is Algorithm 2 of the paper: it leaves in found the ef best nodes of a layer that are reached from those in it.
// The paper's two heaps are one sorted list here, where those not yet followed are the candidates: it is done when all
// are followed.
//
// With allowed, which may be nil, found holds allowed nodes only. One that isn't is followed while it might lead to
// something better than the worst of the ef found, and takes no place among them; so the more of the corpus a filter
// refuses, the further a search walks, and at the limit it walks through all of the graph.
//
// A node's neighbors are scored one step late, after those of the next node have been asked for: otherwise each step
// would wait for the memory. So a node may be followed that turns out not to be the best, which costs a little.
func (s *searcher) explore(ctx context.Context, ef, layer int, allowed func(node int32) bool) error {
	s.begin()
	starts := s.found[:min(len(s.found), ef)]
	s.found, s.walkOnly = s.found[:0], s.walkOnly[:0]
	for _, c := range starts { // the i-th writes to the first i places at most, and they have been read
		c &^= followed
		s.visited.set(c.node())
		if allowed != nil && !allowed(c.node()) {
			s.addWalkOnly(c)
		} else {
			s.insert(c, ef)
		}
	}
	var due, coming []int32
	for at, steps := 0, 1; ; steps++ {
		for at < len(s.found) && s.found[at]&followed != 0 {
			at++
		}
		due, coming = coming, nil
		switch {
		case len(s.walkOnly) > 0 && s.walkOnlyFirst(at, ef):
			coming = s.unvisited(s.h.links(s.nextWalkOnly().node(), layer))
			s.h.codes.Prefetch(coming)
		case at < len(s.found):
			coming = s.follow(at, layer)
			at++
		case len(due) == 0:
			return nil
		}
		if steps%askEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		s.h.codes.DotGather(s.q, due, s.scores)
		for i, node := range due {
			c := scoreNode(s.scores[i], node)
			if len(s.found) == ef && c < s.found[ef-1] { // as most are
				continue
			}
			if allowed != nil && !allowed(node) {
				s.addWalkOnly(c)
				continue
			}
			if place := s.insert(c, ef); place <= at {
				at = place
				vec.Prefetch(s.h.links(node, layer)) // it may well be the next
			}
		}
	}
}

// walkOnlyFirst says whether the best of the nodes that are only walked through comes before the found node at a place: it
// must be better than that one, and than the worst of a full list.
func (s *searcher) walkOnlyFirst(at, ef int) bool {
	best := s.walkOnly[0]
	return (len(s.found) < ef || best > s.found[ef-1]) && (at == len(s.found) || best > s.found[at])
}

// addWalkOnly puts a node onto the heap of those that are only walked through.
func (s *searcher) addWalkOnly(c scoredNode) {
	s.walkOnly = append(s.walkOnly, c)
	for i := len(s.walkOnly) - 1; i > 0; {
		parent := (i - 1) / 2
		if s.walkOnly[parent] > s.walkOnly[i] {
			break
		}
		s.walkOnly[parent], s.walkOnly[i] = s.walkOnly[i], s.walkOnly[parent]
		i = parent
	}
}

// nextWalkOnly takes the best node off the heap.
func (s *searcher) nextWalkOnly() scoredNode {
	top, n := s.walkOnly[0], len(s.walkOnly)-1
	s.walkOnly[0] = s.walkOnly[n]
	s.walkOnly = s.walkOnly[:n]
	for i := 0; ; {
		best := 2*i + 1
		if best >= n {
			return top
		}
		if r := best + 1; r < n && s.walkOnly[r] > s.walkOnly[best] {
			best = r
		}
		if s.walkOnly[i] > s.walkOnly[best] {
			return top
		}
		s.walkOnly[i], s.walkOnly[best] = s.walkOnly[best], s.walkOnly[i]
		i = best
	}
}

// follow begins to visit the neighbors of the found node at a place, those that weren't met before, and has at hand the
// links of the two that will most likely be followed next.
func (s *searcher) follow(at, layer int) []int32 {
	ids := s.unvisited(s.h.links(s.found[at].node(), layer))
	s.found[at] |= followed
	for left := 2; at < len(s.found) && left > 0; at++ {
		if c := s.found[at]; c&followed == 0 {
			vec.Prefetch(s.h.links(c.node(), layer))
			left--
		}
	}
	s.h.codes.Prefetch(ids)
	return ids
}

// unvisited marks the nodes of a row and returns those that were not marked before. The result lives until the call
// after the next. Whether a node was marked can't be foreseen, so it is added up, not asked.
func (s *searcher) unvisited(row []int32) []int32 {
	s.ids, s.before = s.before, s.ids
	ids, n := s.ids, 0
	for _, node := range row {
		if node < 0 {
			break
		}
		ids[n] = node
		n += s.visited.set(node)
	}
	return ids[:n]
}

// insert puts c in its place among the ef best and returns the place; len(found) or more where it is not among them.
func (s *searcher) insert(c scoredNode, ef int) int {
	if len(s.found) < ef {
		s.found = append(s.found, c)
	} else if c < s.found[ef-1] {
		return ef
	}
	return vec.Insert(s.found, c)
}
