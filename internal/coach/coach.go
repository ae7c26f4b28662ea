// Package coach finds evidence for a criterion in a candidate's own words, answers a clarifying question from a case's
// facts, and picks the probe to ask next. A text and a case come in; a suggested mark with the words it rests on, and the
// words that are missing for more, come out. It finds words and can't judge truth.
package coach

import (
	"cmp"
	"sync"

	"dryrun/framework"
)

// Coach matches words on their stems. The zero value is ready, and safe for concurrent use; sharing one saves stemming
// the same words again. What it says depends on its arguments alone.
type Coach struct {
	mu    sync.Mutex
	vocab *vocabulary
}

// New returns a Coach.
func New() *Coach { return new(Coach) }

// with lends the vocabulary out, a fresh one where strangers' words have filled it.
func (c *Coach) with(use func(*vocabulary)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.vocab == nil || len(c.vocab.words) > maxVocabulary {
		c.vocab = newVocabulary()
	}
	use(c.vocab)
}

// Suggest suggests a mark for each criterion, in their order, from the words of text. Words denied, and runs of six and
// more that stand in one of not (the prompt, hints, the reference), don't count. A criterion is met where every group of
// its evidence is met within five neighbouring sentences or bullets.
func (c *Coach) Suggest(criteria []framework.Criterion, text string, not []string) []framework.Suggestion {
	out := make([]framework.Suggestion, len(criteria))
	c.with(func(v *vocabulary) {
		a := v.read(text, not)
		for i, criterion := range criteria {
			out[i] = v.judge(a, criterion)
		}
	})
	return out
}

// Probe picks the criterion whose probe an interviewer would ask next: not asked yet, and with most weight still owing;
// of equals, the one that is expected earliest. It returns "" where nothing is owing.
func (c *Coach) Probe(criteria []framework.Criterion, text string, not, asked []string) string {
	done := make(map[string]bool, len(asked))
	for _, id := range asked {
		done[id] = true
	}
	var best *framework.Criterion
	var most float64
	for i, s := range c.Suggest(criteria, text, not) {
		criterion := &criteria[i]
		owing := float64(criterion.Weight) * float64(framework.Full-s.Mark)
		if done[criterion.ID] || criterion.Probe == "" || owing <= 0 {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(owing, most), cmp.Compare(best.Level.Rank(), criterion.Level.Rank())) > 0 {
			best, most = criterion, owing
		}
	}
	if best == nil {
		return ""
	}
	return best.ID
}
