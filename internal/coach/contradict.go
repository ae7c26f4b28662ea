package coach

import (
	"slices"

	"dryrun/casestudies"
	"dryrun/internal/coach/words"
)

// contradictions lists what the answer says and the candidate chose that can't be right.
func (rub *rubric) contradictions(v *words.Vocabulary, r *answerRead, step *casestudies.Step, a Answer) []Contradiction {
	var out []Contradiction
	for i := range rub.wrongs {
		w := &rub.wrongs[i]
		at := r.claimsWrong(v, w)
		if len(at) > 0 {
			out = append(out, Contradiction{Quote: r.quote(at[0]), Against: w.Against, Why: w.Why})
		}
	}
	for i := range step.Decide {
		d := &step.Decide[i]
		verdict, ok := d.Options.Verdict(a.Chosen[d.ID])
		if ok && verdict == casestudies.Poor && len(d.Against) > 0 {
			out = append(out, Contradiction{Against: slices.Clone(d.Against), Why: "you chose " + casestudies.OptionWords(a.Chosen[d.ID]) +
				": " + d.Why})
		}
	}
	return append(out, rub.changed(v, r, a.Before)...)
}

// claimsWrong returns the indices of the sentences that make a wrong claim: each meets all groups of its evidence, claims
// something, and neither denies it nor calls it a mistake.
func (r *reading) claimsWrong(v *words.Vocabulary, w *wrong) []int {
	met := map[int]int{} // groups met by sentence, as bits
	for n, g := range w.groups {
		hits, _ := r.find(v, n, g)
		for _, h := range hits {
			if g.deniable || slices.ContainsFunc(r.Stems[h.From:h.To], v.IsNegator) || !anyTrue(r.rejected[h.From:h.To]) {
				met[h.sentence] |= 1 << n
			}
		}
	}
	var out []int
	for i, s := range r.sentences {
		if s.claim == words.FullClaim && len(w.groups) > 0 && met[i] == 1<<len(w.groups)-1 && !r.warns(s.Span) {
			out = append(out, i)
		}
	}
	return out
}

// warns reports whether a sentence speaks of a mistake that others make.
func (r *reading) warns(s words.Span) bool {
	for i := s.From; i < s.To; i++ {
		if warnings[r.Words[i].Text] {
			return true
		}
	}
	return false
}

var warnings = words.Set(`mistake mistakes trap tempting naive wrong wrongly pitfall misleading lies lie fooled fool danger dangerous risky
	hides hide`)
