package coach

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach/words"
)

// judge judges an answer to the step that the rubric is of.
func (rub *rubric) judge(v *words.Vocabulary, cs *casestudies.Case, step *casestudies.Step, a Answer) Judgment {
	r := rub.read(v, a)
	var out Judgment
	out.Contradictions = rub.contradictions(v, r, step, a)
	criteria := make([]framework.Criterion, len(rub.criteria))
	marks := map[string]framework.Marked{}
	for i := range rub.criteria {
		c := &rub.criteria[i]
		criteria[i] = c.Criterion
		s := rub.suggest(v, r, i)
		rub.credit(&s, c, cs, a.Released)
		for _, x := range out.Contradictions {
			if slices.Contains(x.Against, c.ID) {
				s.Mark, s.Claim, s.Note = framework.None, framework.Contradicted, x.Why
				s.Quotes = nil
				if x.Quote != "" {
					s.Quotes = []string{x.Quote}
				}
				break
			}
		}
		out.Suggestions = append(out.Suggestions, s)
		marks[c.ID] = framework.Marked{Criterion: c.ID, Mark: s.Mark, Claim: s.Claim}
	}
	out.Score = framework.ScoreStep(criteria, marks).Score
	return out
}

// answerRead is an answer with the pieces of it that are compared with statements.
type answerRead struct {
	*reading
	units []unit
	tone  float64 // see rubric.tone
}

func (rub *rubric) read(v *words.Vocabulary, a Answer) *answerRead {
	extra := runs{}
	for _, text := range a.Copied {
		extra.add(v, text)
	}
	r := read(v, a.Text, rub.known, extra)
	r.elsewhere = rub.rarity.elsewhere(r.Text)
	units := rub.units(r)
	return &answerRead{r, units, rub.tone(units)}
}

// suggest judges the answer for one criterion, before contradictions.
func (rub *rubric) suggest(v *words.Vocabulary, r *answerRead, n int) framework.Suggestion {
	c := &rub.criteria[n]
	s := rub.sense(v, r, n)
	out := framework.Suggestion{Criterion: c.ID, Claim: framework.NoClaim, Nearest: r.nearest(s)}
	at := s.sentences(r)
	switch {
	case len(c.groups) == 0 && len(c.says) == 0:
		out.Note = "the case says nothing about what earns this one: judge it yourself"
	case len(r.sentences) == 0:
		out.Note = "there is no answer here"
	case r.list:
		if out.Note = "this is a list of words: say what you would do, and why"; s.groups.count > 0 {
			out.Claim = framework.Mentioned
		}
	case r.elsewhere:
		out.Note = "this speaks of something else than the case"
	case r.denial:
		out.Note = "this says what isn't needed and gives no reasons: say what you would do instead, and why"
	default:
		out.Mark = rub.decide(r, c, &s, at)
		switch {
		case out.Mark > framework.None:
			out.Claim = framework.Argued
			for _, i := range at {
				out.Quotes = append(out.Quotes, r.quote(i))
			}
		case s.groups.count == len(c.groups) && len(c.groups) > 0:
			out.Claim = framework.Mentioned
		}
		if out.Mark < framework.Full {
			out.Note = note(c, &s, out)
		}
	}
	return out
}

// credit gives a criterion about finding something out its mark where the candidate asked for all of its facts.
func (rub *rubric) credit(s *framework.Suggestion, c *criterion, cs *casestudies.Case, released []string) {
	var quotes []string
	for _, id := range c.Facts {
		fact := cs.Fact(id)
		if fact == nil || !slices.Contains(released, id) {
			return
		}
		quotes = append(quotes, "asked and answered: "+strings.TrimSpace(fact.Short))
	}
	if len(quotes) > 0 && s.Mark < framework.Full {
		s.Mark, s.Claim, s.Note = framework.Full, framework.Argued, ""
		s.Quotes = append(quotes, s.Quotes...)
	}
}

// mostQuoted is how many sentences a mark rests on, and nearestShown how many are shown whatever the mark.
const (
	mostQuoted   = 3
	nearestShown = 2
)

// sentences returns the sentences that a mark rests on, in order: those that meet the evidence, and the nearest to a statement.
func (s *sense) sentences(r *answerRead) []int {
	var out []int
	for _, h := range s.groups.hits {
		out = append(out, h.sentence)
	}
	if s.near.unit >= 0 && (len(out) == 0 || s.near.score() > nearEnough) {
		u := r.units[s.near.unit]
		for i := u.first; i <= u.last; i++ {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), mostQuoted)]
}

// nearest returns the sentences that lie nearest to the criterion, at most two, the nearest first.
func (r *answerRead) nearest(s sense) []string {
	type near struct {
		sentence int
		score    float64
	}
	var all []near
	for i := range r.sentences {
		if x := s.bySentence[i]; x > 0 {
			all = append(all, near{i, x})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(b.score, a.score) })
	var out []string
	for _, n := range all[:min(len(all), nearestShown)] {
		out = append(out, r.quote(n.sentence))
	}
	return out
}

// note says what is missing for a full mark.
func note(c *criterion, s *sense, out framework.Suggestion) string {
	var missing []string
	for i, g := range c.groups {
		if !s.groups.has(i) && !slices.Contains(s.denied, names(g.Names)) {
			missing = append(missing, "no words on "+names(g.Names))
		}
	}
	for _, d := range s.denied {
		missing = append(missing, d+" only denied")
	}
	switch {
	case out.Claim == framework.Mentioned:
		return "the words are there without a claim that the case knows: say what you would do, and why"
	case len(missing) > 0:
		return strings.Join(missing, "; ")
	case out.Mark == framework.Half:
		return "the claim is there, its reason isn't"
	}
	return fmt.Sprintf("nothing here comes near to what earns this: %s", c.Text)
}

// decide marks what the answer says about a criterion. at are the sentences that the mark would rest on: one of them must be a
// claim. The model decides where the case states enough, and else the evidence.
func (rub *rubric) decide(r *answerRead, c *criterion, s *sense, at []int) framework.Mark {
	met, full := s.groups.mark(len(c.groups)) == framework.Full, true
	claimed := slices.ContainsFunc(at, func(i int) bool { return r.sentences[i].claim == words.FullClaim })
	if rub.modeled(c) {
		m := trained()
		odds := m.logOdds(&s.features)
		// A terse bullet ("A/B by viewer, about 280k an arm") leaves its verb out, but with all of the evidence it says enough.
		claimed = claimed || odds >= fullFrom && s.groups.mark(len(c.groups)) == framework.Full && r.terse(at)
		from := metFrom
		if s.inOneBullet(r, c) {
			from = bulletFrom
		}
		met, full = odds >= from && !s.deniesIt(c), odds >= fullFrom
	}
	switch {
	case !met || !claimed:
		return framework.None
	case full && r.argues(at):
		return framework.Full
	}
	return framework.Half
}

// terse reports whether one of some sentences has grammar and no verb.
func (r *answerRead) terse(at []int) bool {
	return slices.ContainsFunc(at, func(i int) bool { return r.sentences[i].claim == words.HalfClaim })
}

// deniesIt reports whether the nearest piece denies what its statement says, and gives no reason and nothing instead, or calls it
// needless. A piece that denies the words of a wrong claim instead is a right denial.
func (s *sense) deniesIt(c *criterion) bool {
	const leastOpposed, mostRefuted = 0.5, 0.15
	f := &s.features
	return !c.Omits && s.near.opposed >= leastOpposed && f[fRefutes] < mostRefuted && f[fBare]+f[fDismiss] > 0
}

// inOneBullet reports whether one bullet meets all of the evidence. Bullets are terse, so they come less near to statements, and a
// bullet is about one thing.
func (s *sense) inOneBullet(r *answerRead, c *criterion) bool {
	hits := s.groups.hits
	if len(hits) == 0 || s.groups.count < len(c.groups) || hits[0].sentence != hits[len(hits)-1].sentence {
		return false
	}
	before := strings.TrimRight(r.Source[:r.Words[r.sentences[hits[0].sentence].From].From], " \t")
	for _, mark := range []string{"-", "*", "•"} {
		if rest, ok := strings.CutSuffix(before, mark); ok && (rest == "" || strings.HasSuffix(rest, "\n")) {
			return true
		}
	}
	return false
}
