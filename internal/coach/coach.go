// Package coach judges a candidate's answer to a step in two stages. Stage one retrieves: for each criterion it finds the
// sentences that may speak to it, by the case's groups of evidence and by nearness to the statements that would earn it. Stage
// two judges what they say: whether they claim it or only mention its words, deny it, or make a claim that the case calls wrong.
// It knows no more of the world than the case does, so a true reason that no case foresaw earns nothing, and the candidate
// marks themselves. It also answers clarifying questions from a case's facts, and picks the probe to ask next.
package coach

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach/interview"
	"dryrun/internal/coach/words"
)

// Coach judges answers. The zero value is ready to use, and safe for concurrent use; sharing one saves compiling a case again.
// Its results depend only on its arguments.
type Coach struct {
	interviewer interview.Interviewer

	mu      sync.Mutex
	vocab   *words.Vocabulary
	rubrics map[rubricKey]*rubric
	cases   map[*casestudies.Case]*rarity
}

type rubricKey struct {
	cs         *casestudies.Case
	step       framework.StepID
	curveballs string
}

// mostRubrics bounds the compiled rubrics: a session has seven steps, and a lint compares cases.
const mostRubrics = 64

// New returns a Coach.
func New() *Coach { return new(Coach) }

// Response is what the interviewer answers to a clarifying question.
type Response = interview.Response

// Reply answers a clarifying question from the facts and the brief. Released are the facts that the candidate has, pending those
// that the last response asked back about.
func (c *Coach) Reply(cs *casestudies.Case, released, pending []string, question string) Response {
	return c.interviewer.Reply(cs, released, pending, question)
}

// withVocabulary calls use with the vocabulary locked. A vocabulary that untrusted text has filled is replaced.
func (c *Coach) withVocabulary(use func(*words.Vocabulary)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.vocab == nil || c.vocab.Full() {
		c.vocab, c.rubrics, c.cases = words.NewVocabulary(), nil, nil
	}
	use(c.vocab)
}

// rubric returns the compiled rubric of a step. The vocabulary must be locked.
func (c *Coach) rubric(cs *casestudies.Case, step framework.StepID, curveballs []string) *rubric {
	key := rubricKey{cs, step, strings.Join(curveballs, " ")}
	if rub := c.rubrics[key]; rub != nil {
		return rub
	}
	if c.rubrics == nil || len(c.rubrics) >= mostRubrics {
		c.rubrics, c.cases = map[rubricKey]*rubric{}, map[*casestudies.Case]*rarity{}
	}
	if c.cases[cs] == nil {
		c.cases[cs] = rarityOf(c.vocab, cs)
	}
	rub := compile(c.vocab, cs, c.cases[cs], step, curveballs)
	c.rubrics[key] = rub
	return rub
}

// Judge judges an answer to a step of a case, criterion by criterion in the case's order.
func (c *Coach) Judge(cs *casestudies.Case, step framework.StepID, a Answer) Judgment {
	var out Judgment
	c.withVocabulary(func(v *words.Vocabulary) {
		out = c.rubric(cs, step, a.Curveballs).judge(v, cs, cs.Step(step), a)
	})
	return out
}

// Evidence finds each criterion's groups of evidence in a text, whoever wrote it: it tells an author what the words alone reach,
// and judges nothing.
func (c *Coach) Evidence(cs *casestudies.Case, step framework.StepID, text string) []framework.Suggestion {
	var out []framework.Suggestion
	c.withVocabulary(func(v *words.Vocabulary) {
		rub := c.rubric(cs, step, nil)
		r := &answerRead{reading: read(v, text)}
		for i := range rub.criteria {
			criterion := &rub.criteria[i]
			s := rub.sense(v, r, i)
			found := framework.Suggestion{Criterion: criterion.ID, Mark: s.groups.mark(len(criterion.groups))}
			if found.Mark < framework.Full {
				found.Note = note(criterion, &s, found)
			}
			for _, at := range s.sentences(r) {
				found.Quotes = append(found.Quotes, r.quote(at))
			}
			out = append(out, found)
		}
	})
	return out
}

// Nearest returns, by criterion, the sentence of a text that speaks to it most, whoever wrote the text: it shows where a reference
// answer meets each criterion.
func (c *Coach) Nearest(cs *casestudies.Case, step framework.StepID, curveballs []string, text string) map[string]string {
	out := map[string]string{}
	c.withVocabulary(func(v *words.Vocabulary) {
		rub := c.rubric(cs, step, curveballs)
		r := read(v, text)
		all := &answerRead{reading: r, units: rub.units(r)}
		for i := range rub.criteria {
			if found := all.nearest(rub.sense(v, all, i)); len(found) > 0 {
				out[rub.criteria[i].ID] = found[0]
			}
		}
	})
	return out
}

// Probe returns the id of the criterion whose probe an interviewer would ask next: one that wasn't asked yet and has the most
// weight still missing; among equals, the one of the lowest level. It returns "" where no weight is missing.
func (c *Coach) Probe(cs *casestudies.Case, step framework.StepID, a Answer, asked []string) string {
	criteria := slices.Clone(cs.Step(step).Criteria)
	for _, id := range a.Curveballs {
		if ball := cs.Curveball(id); ball != nil {
			criteria = append(criteria, ball.Criteria...)
		}
	}
	var best *framework.Criterion
	var most float64
	for i, s := range c.Judge(cs, step, a).Suggestions {
		criterion := &criteria[i]
		missing := float64(criterion.Weight) * float64(framework.Full-s.Mark)
		if slices.Contains(asked, criterion.ID) || criterion.Probe == "" || missing <= 0 {
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
