// Package coach finds evidence for a criterion in a candidate's own words, answers a clarifying question from a case's
// facts, and picks the probe to ask next. A text and a case come in; a suggested mark with quotes that support it, and a note
// on what is missing for a full mark, come out. It matches words: it can't tell whether what they say is true.
package coach

import (
	"cmp"
	"sync"

	"dryrun/framework"
	"dryrun/internal/coach/words"
)

// Coach matches words by their stems. The zero value is ready to use, and safe for concurrent use; sharing one saves stemming
// the same words again. Its results depend only on its arguments.
type Coach struct {
	mu    sync.Mutex
	vocab *words.Vocabulary
}

// New returns a Coach.
func New() *Coach { return new(Coach) }

// withVocabulary calls use with the vocabulary locked. A vocabulary that untrusted text has filled is replaced.
func (c *Coach) withVocabulary(use func(*words.Vocabulary)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.vocab == nil || c.vocab.Full() {
		c.vocab = words.NewVocabulary()
	}
	use(c.vocab)
}

// Suggest suggests a mark for each criterion, in order, from the words of text. Negated words don't count, nor do runs of six
// or more words copied from one of sources (the prompt, hints, the reference). A criterion is met where every group of its
// evidence is met within five adjacent sentences or bullets.
func (c *Coach) Suggest(criteria []framework.Criterion, text string, sources []string) []framework.Suggestion {
	out := make([]framework.Suggestion, len(criteria))
	c.withVocabulary(func(v *words.Vocabulary) {
		a := parse(v, text, sources)
		for i, criterion := range criteria {
			out[i] = suggest(v, a, criterion)
		}
	})
	return out
}

// Probe returns the id of the criterion whose probe an interviewer would ask next: one that wasn't asked yet and has the most
// weight still missing; among equals, the one of the lowest level. It returns "" where no weight is missing.
func (c *Coach) Probe(criteria []framework.Criterion, text string, sources, asked []string) string {
	done := make(map[string]bool, len(asked))
	for _, id := range asked {
		done[id] = true
	}
	var best *framework.Criterion
	var most float64
	for i, s := range c.Suggest(criteria, text, sources) {
		criterion := &criteria[i]
		missing := float64(criterion.Weight) * float64(framework.Full-s.Mark)
		if done[criterion.ID] || criterion.Probe == "" || missing <= 0 {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(missing, most), cmp.Compare(best.Level.Rank(), criterion.Level.Rank())) > 0 {
			best, most = criterion, missing
		}
	}
	if best == nil {
		return ""
	}
	return best.ID
}
