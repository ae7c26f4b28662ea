package coach

import (
	"math/bits"
	"slices"

	"dryrun/framework"
	"dryrun/internal/coach/meaning"
	"dryrun/internal/coach/words"
)

// sense is what the answer says about one criterion, before it is judged.
type sense struct {
	groups   match    // the evidence within windowSentences
	denied   []string // names of groups that are met only in words that the answer denies
	near     nearness // to the statements that would earn it
	wrong    nearness // to the claims that contradict it
	features [featureCount]float64
	// bySentence is how near each sentence lies to the criterion, by evidence and statements; 0 for none.
	bySentence []float64
}

// windowSentences is how many adjacent sentences or bullets may meet a criterion together.
const windowSentences = 3

// nearness is how near the answer comes to one of several statements.
type nearness struct {
	unit    int     // of the answer; -1 where there is none
	which   int     // statement
	words   float64 // cosine of their words
	meaning float64 // cosine of their meaning
	opposed float64 // share of the shared words that one of them denies and the other doesn't
}

// score is what nearness is ranked by.
func (n nearness) score() float64 {
	if n.unit < 0 {
		return 0
	}
	return n.words + n.meaning
}

// nearest finds the unit and the statement that are nearest to each other.
func nearest(units []unit, statements []statement) nearness {
	best := nearness{unit: -1}
	for u := range units {
		for s := range statements {
			n := compare(&units[u], &statements[s])
			if n.unit, n.which = u, s; best.unit < 0 || n.score() > best.score() {
				best = n
			}
		}
	}
	return best
}

func compare(u *unit, s *statement) nearness {
	var n nearness
	n.words, n.opposed = overlap(u.bag, s.bag)
	n.meaning = max(meaning.Dot(u.vector, s.vector), 0)
	return n
}

// sense looks at the answer from one criterion.
func (rub *rubric) sense(v *words.Vocabulary, r *answerRead, n int) sense {
	c := &rub.criteria[n]
	s := sense{bySentence: make([]float64, len(r.sentences))}
	var hits []hit
	for i, g := range c.groups {
		found, denied := r.find(v, i, g)
		hits = append(hits, found...)
		if len(found) == 0 && denied {
			s.denied = append(s.denied, names(g.Names))
		}
	}
	s.groups = bestWindow(hits, windowSentences)
	s.near = nearest(r.units, c.says)
	var against []statement
	for _, w := range rub.wrongs {
		if slices.Contains(w.Against, c.ID) {
			against = append(against, w.says)
		}
	}
	s.wrong = nearest(r.units, against)
	s.locate(r, c, hits)
	s.features = rub.features(r, n, &s, against)
	return s
}

// locate scores each sentence by how much evidence is in it and how near it comes to a statement.
func (s *sense) locate(r *answerRead, c *criterion, hits []hit) {
	for i := range r.sentences {
		var groups uint64
		for _, h := range hits {
			if h.sentence == i && h.group < 64 {
				groups |= 1 << h.group
			}
		}
		if len(c.groups) > 0 {
			s.bySentence[i] = 0.5 * float64(bits.OnesCount64(groups)) / float64(len(c.groups))
		}
	}
	near := make([]float64, len(r.sentences))
	for i := range r.units {
		u := r.units[i : i+1]
		if u[0].first == u[0].last {
			x := nearest(u, c.says).score() + 0.5*nearest(u, []statement{c.about}).score()
			near[u[0].first] = max(near[u[0].first], x)
		}
	}
	for i, x := range near {
		s.bySentence[i] += x
	}
}

// argues reports whether the answer gives a reason or a figure where it meets the criterion.
func (r *reading) argues(at []int) bool {
	for _, i := range at {
		s := r.sentences[i]
		for j := s.From; j < s.To; j++ {
			if w := r.Words[j].Text; reasons[w] || w[0] >= '0' && w[0] <= '9' {
				return true
			}
		}
	}
	return len(at) > 1
}

var reasons = words.Set(`because since so therefore hence thus why otherwise reason means which if when unless until to for as that than by
	into per before after whatever only not no never without instead isnt arent wont cant dont doesnt wouldnt first than so`)

// mark is what the evidence alone is worth: full where the window meets every group, and half where one of three or more is
// missing. Of two groups the first, which is the criterion's subject, must be met for half: the second is often a word of the
// question.
func (m match) mark(groups int) framework.Mark {
	switch {
	case groups == 0:
		return framework.None
	case m.count == groups:
		return framework.Full
	case groups >= 3 && m.count == groups-1, groups == 2 && m.has(0):
		return framework.Half
	}
	return framework.None
}
