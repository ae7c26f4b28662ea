// Package author checks what the author of a case claims. Lint reads the case: the evidence must find good answers and only
// good ones, and the lab must know every name. Test runs the lab: its numbers must support the decisions, predictions and
// faults. A case comes in; findings with their places in the file come out.
package author

import (
	"fmt"
	"math"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
)

// leastWeight is the share of the criteria's weight for which the coach must suggest full marks on a strong sample.
const leastWeight = 0.6

// largestGap is how far the coach's score for a strong sample may be from the author's score, both out of 4.
const largestGap = 1.0

// Lint reads a loaded case: its structure, its evidence and its names. It compares the case with the built-in cases of other
// domains to find criteria that are too generic.
func Lint(c *casestudies.Case) ([]casestudies.Finding, error) {
	others, err := casestudies.Builtin()
	if err != nil {
		return nil, fmt.Errorf("loading the built-in cases to compare with: %w", err)
	}
	return lintAgainst(c, others), nil
}

// lintAgainst is Lint with a given list of cases to compare with.
func lintAgainst(c *casestudies.Case, others []*casestudies.Case) []casestudies.Finding {
	l := &linter{c: c, coach: coach.New(), findings: casestudies.Lint(c)}
	for _, step := range framework.Steps() {
		if c.Unwritten() {
			break // the texts of a skeleton prove nothing, and casestudies.Lint lists those still to write
		}
		l.evidence(step.ID)
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

// evidence checks that the reference answer meets the evidence of every criterion, and that the question alone meets none.
func (l *linter) evidence(id framework.StepID) {
	step := l.c.Step(id)
	question := strings.TrimSpace(l.c.Brief) + "\n\n" + step.Prompt
	inReference := l.coach.Suggest(step.Criteria, step.Reference, nil)
	inQuestion := l.coach.Suggest(step.Criteria, question, nil)
	for i, criterion := range step.Criteria {
		field := fmt.Sprintf("%s.criteria[%d].evidence", fieldOf(id), i)
		if s := inReference[i]; s.Mark != framework.Full && strings.TrimSpace(step.Reference) != "" {
			l.bad(field, "the coach doesn't find %q in the reference: %s", criterion.ID, s.Note)
		}
		if s := inQuestion[i]; s.Mark == framework.Full {
			l.bad(field, "the coach finds %q in the brief and the prompt alone, by %s: it must take an answer", criterion.ID, quoted(s.Quotes))
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

// samples checks the strong samples, whose scores are known, as if a candidate had given them as answers.
func (l *linter) samples(id framework.StepID) {
	step := l.c.Step(id)
	notEvidence := append([]string{l.c.Brief, step.Prompt, step.Reference}, step.Hints...)
	for i, sample := range step.Samples {
		otherWords := strings.HasPrefix(sample.ID, "strong-other-words")
		if !otherWords && sample.ID != "strong" && !strings.HasPrefix(sample.ID, "strong-") {
			continue
		}
		field := fmt.Sprintf("%s.samples[%d]", fieldOf(id), i)
		share, score, missed := weigh(step.Criteria, l.coach.Suggest(step.Criteria, sample.Answer, notEvidence))
		switch {
		case share >= leastWeight:
		case otherWords:
			l.warn(field, "the coach finds %.0f%% of the criteria's weight in sample %q, under %.0f%%: "+
				"widen the evidence of %s, and leave the sample as it is",
				100*share, sample.ID, 100*leastWeight, strings.Join(missed, ", "))
		default:
			l.bad(field, "the coach finds %.0f%% of the criteria's weight in sample %q, under %.0f%%: it misses %s",
				100*share, sample.ID, 100*leastWeight, strings.Join(missed, ", "))
		}
		if off := score - sample.Score; !otherWords && math.Abs(off) > largestGap {
			l.bad(field+".score", "sample %q has the score %.1f and the coach's suggestions give %.1f: they must be within %g of each other",
				sample.ID, sample.Score, score, largestGap)
		}
	}
}

// weigh returns the share of the weight with full marks, the score out of 4 that the suggestions give, and the criteria
// without full marks.
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

// generic warns if the reference of a case from another domain would pass as an answer to this one.
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
			l.warn(fieldOf(id)+".criteria",
				"the coach finds %d of these %d criteria (%s) in the reference of %s: too generic, sharpen them for this case",
				len(met), len(step.Criteria), strings.Join(met, ", "), other.ID)
		}
	}
}
