// Package author proves what a case's author claims: Lint by reading, that the evidence finds good answers and only those
// and that every name means something to the lab; Test by running, that the lab bears out the decisions, predictions and
// faults. A case comes in, findings with their places in the file come out.
package author

import (
	"fmt"
	"math"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
)

// enough is the share of the criteria's weight that a strong sample must be suggested in full.
const enough = 0.6

// apart is how far the coach's score for a strong sample may lie from the author's, of 4.
const apart = 1.0

// Lint reads a loaded case: its structure, then what its words and names are worth. Cases of other domains among the
// built-in ones show where a criterion is too generic.
func Lint(c *casestudies.Case) ([]casestudies.Finding, error) {
	others, err := casestudies.Builtin()
	if err != nil {
		return nil, fmt.Errorf("loading the built-in cases to compare with: %w", err)
	}
	return LintAgainst(c, others), nil
}

// LintAgainst is Lint with the cases to compare with given.
func LintAgainst(c *casestudies.Case, others []*casestudies.Case) []casestudies.Finding {
	l := &linter{c: c, coach: coach.New(), findings: casestudies.Lint(c)}
	for _, step := range framework.Steps() {
		if c.Unwritten() {
			break // a skeleton's words prove nothing: what is left to write is said already
		}
		l.words(step.ID)
		l.samples(step.ID)
		l.generic(step.ID, others)
	}
	l.names()
	casestudies.SortFindings(l.findings)
	return l.findings
}

type linter struct {
	c        *casestudies.Case
	coach    *coach.Coach
	findings []casestudies.Finding
}

func (l *linter) bad(field, format string, args ...any) {
	l.findings = append(l.findings, l.c.Finding(field, format, args...))
}

func (l *linter) warn(field, format string, args ...any) {
	l.findings = append(l.findings, l.c.Warning(field, format, args...))
}

func fieldOf(id framework.StepID) string { return "steps." + string(id) }

// words checks the evidence against the texts of the case: the reference meets all of it, the question none.
func (l *linter) words(id framework.StepID) {
	step := l.c.Step(id)
	question := strings.TrimSpace(l.c.Brief) + "\n\n" + step.Prompt
	inReference := l.coach.Suggest(step.Criteria, step.Reference, nil)
	inQuestion := l.coach.Suggest(step.Criteria, question, nil)
	for i, criterion := range step.Criteria {
		field := fmt.Sprintf("%s.criteria[%d].evidence", fieldOf(id), i)
		if s := inReference[i]; s.Mark != framework.Full && strings.TrimSpace(step.Reference) != "" {
			l.bad(field, "the reference isn't suggested %q: %s", criterion.ID, s.Note)
		}
		if s := inQuestion[i]; s.Mark == framework.Full {
			l.bad(field, "the brief and the prompt alone are suggested %q, by %s: it must take an answer", criterion.ID, quoted(s.Quotes))
		}
	}
}

func quoted(quotes []string) string {
	out := make([]string, len(quotes))
	for i, q := range quotes {
		out[i] = "“" + q + "”"
	}
	return strings.Join(out, ", ")
}

// samples checks the answers of known score as the coach would see them from a candidate.
func (l *linter) samples(id framework.StepID) {
	step := l.c.Step(id)
	not := append([]string{l.c.Brief, step.Prompt, step.Reference}, step.Hints...)
	for i, sample := range step.Samples {
		otherWords := strings.HasPrefix(sample.ID, "strong-other-words")
		if !otherWords && sample.ID != "strong" && !strings.HasPrefix(sample.ID, "strong-") {
			continue
		}
		field := fmt.Sprintf("%s.samples[%d]", fieldOf(id), i)
		share, score, missed := weigh(step.Criteria, l.coach.Suggest(step.Criteria, sample.Answer, not))
		switch {
		case share >= enough:
		case otherWords:
			l.warn(field, "sample %q is suggested %.0f%% of its criteria's weight, under %.0f%%: widen the evidence of %s, and leave the sample as it is",
				sample.ID, 100*share, 100*enough, strings.Join(missed, ", "))
		default:
			l.bad(field, "sample %q is suggested %.0f%% of its criteria's weight, under %.0f%%: missed are %s",
				sample.ID, 100*share, 100*enough, strings.Join(missed, ", "))
		}
		if off := score - sample.Score; !otherWords && math.Abs(off) > apart {
			l.bad(field+".score", "sample %q has the score %.1f and the coach's suggestions give %.1f: they must lie within %g of each other",
				sample.ID, sample.Score, score, apart)
		}
	}
}

// weigh returns the share of the weight that is suggested in full, the score of 4 that the suggestions give, and the
// criteria that aren't suggested in full.
func weigh(criteria []framework.Criterion, suggestions []framework.Suggestion) (share, score float64, missed []string) {
	var full, earned, all float64
	for i, c := range criteria {
		w := float64(c.Weight)
		all += w
		earned += w * float64(suggestions[i].Mark)
		if suggestions[i].Mark == framework.Full {
			full += w
		} else {
			missed = append(missed, c.ID)
		}
	}
	if all == 0 {
		return 0, 0, nil
	}
	return full / all, 4 * earned / all, missed
}

// generic warns where the reference of a case from another domain would pass for an answer to this one.
func (l *linter) generic(id framework.StepID, others []*casestudies.Case) {
	step := l.c.Step(id)
	if len(step.Criteria) == 0 {
		return
	}
	for _, other := range others {
		if other.ID == l.c.ID || other.Domain == l.c.Domain {
			continue
		}
		var met []string
		for _, s := range l.coach.Suggest(step.Criteria, other.Step(id).Reference, nil) {
			if s.Mark == framework.Full {
				met = append(met, s.Criterion)
			}
		}
		if 2*len(met) >= len(step.Criteria) {
			l.warn(fieldOf(id)+".criteria", "the reference of %s is suggested %d of these %d criteria (%s): too generic, sharpen them for this case",
				other.ID, len(met), len(step.Criteria), strings.Join(met, ", "))
		}
	}
}
