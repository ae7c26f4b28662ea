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

// leastShare is the share of the full score that the coach must give a strong sample.
const leastShare = 0.6

// mostForWords is the most that the coach may give, out of 4, for an answer that claims nothing or claims the opposite.
const mostForWords = 1.0

// largestGap is how far the coach's score for a strong sample may be from the author's score, both out of 4.
const largestGap = 1.2

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

// evidence checks that the reference answer meets the evidence of every criterion, that the question alone meets none, and that
// the words of the evidence without any claim earn little.
func (l *linter) evidence(id framework.StepID) {
	step := l.c.Step(id)
	question := strings.TrimSpace(l.c.Brief) + "\n\n" + step.Prompt
	inReference := l.coach.Evidence(l.c, id, step.Reference)
	inQuestion := l.coach.Evidence(l.c, id, question)
	for i, criterion := range step.Criteria {
		field := fmt.Sprintf("%s.criteria[%d].evidence", fieldOf(id), i)
		if s := inReference[i]; s.Mark != framework.Full && strings.TrimSpace(step.Reference) != "" {
			l.bad(field, "the coach doesn't find %q in the reference: %s", criterion.ID, s.Note)
		}
		if s := inQuestion[i]; s.Mark == framework.Full {
			l.bad(field, "the coach finds %q in the brief and the prompt alone, by %s: it must take an answer", criterion.ID, quoted(s.Quotes))
		}
	}
	for _, list := range wordLists(step.Criteria) {
		if got := l.coach.Judge(l.c, id, coach.Answer{Text: list}).Score; got > mostForWords {
			l.bad(fieldOf(id)+".criteria", "the words of the evidence alone score %.1f of 4, over %.1f: %s", got, mostForWords, list)
		}
	}
}

// wordLists are answers that claim nothing: one word from each group of the evidence, as a list and as bare sentences.
func wordLists(criteria []framework.Criterion) []string {
	var list, sentences []string
	for _, c := range criteria {
		var of []string
		for _, group := range c.Evidence {
			if len(group) > 0 {
				of = append(of, group[0])
			}
		}
		list = append(list, of...)
		sentences = append(sentences, "The "+strings.Join(of, " ")+".")
	}
	return []string{strings.Join(list, ", "), strings.Join(sentences, " ")}
}

func quoted(quotes []string) string {
	out := make([]string, len(quotes))
	for i, q := range quotes {
		out[i] = "“" + q + "”"
	}
	return strings.Join(out, ", ")
}

// samples checks the samples as if candidates had given them as answers: the strong ones must do well, and those that claim the
// opposite must not.
func (l *linter) samples(id framework.StepID) {
	step := l.c.Step(id)
	for i, sample := range step.Samples {
		field := fmt.Sprintf("%s.samples[%d]", fieldOf(id), i)
		j := l.coach.Judge(l.c, id, coach.Answer{Text: sample.Answer, Chosen: sample.Chooses})
		switch {
		case sample.ID == "opposite" || strings.HasPrefix(sample.ID, "opposite-"):
			if j.Score > mostForWords {
				l.bad(field, "the coach gives sample %q %.1f of 4, over %.1f: state its claims under wrong, with evidence; it credits %s",
					sample.ID, j.Score, mostForWords, strings.Join(ids(j.Suggestions, isMet), ", "))
			}
		case sample.ID == "strong" || strings.HasPrefix(sample.ID, "strong-"):
			l.strong(field, &sample, j)
		}
	}
}

// strong checks a strong sample, whose score is known.
func (l *linter) strong(field string, sample *casestudies.Sample, j coach.Judgment) {
	missed := strings.Join(ids(j.Suggestions, func(s framework.Suggestion) bool { return !isMet(s) }), ", ")
	if j.Score < 4*leastShare {
		l.bad(field, "the coach gives sample %q %.1f of 4, under %.1f: widen says or evidence of %s, and leave the sample as it is",
			sample.ID, j.Score, 4*leastShare, missed)
		return
	}
	if off := j.Score - sample.Score; math.Abs(off) > largestGap {
		l.bad(field+".score", "sample %q has the score %.1f and the coach gives it %.1f: they must be within %g of each other",
			sample.ID, sample.Score, j.Score, largestGap)
	}
}

func isMet(s framework.Suggestion) bool { return s.Mark > framework.None }

// ids are the criteria of the suggestions for which a condition holds.
func ids(suggestions []framework.Suggestion, holds func(framework.Suggestion) bool) []string {
	var out []string
	for _, s := range suggestions {
		if holds(s) {
			out = append(out, s.Criterion)
		}
	}
	return out
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
		met := ids(l.coach.Evidence(l.c, id, other.Step(id).Reference), func(s framework.Suggestion) bool { return s.Mark == framework.Full })
		if 2*len(met) >= len(step.Criteria) {
			l.warn(fieldOf(id)+".criteria",
				"the coach finds %d of these %d criteria (%s) in the reference of %s: too generic, sharpen them for this case",
				len(met), len(step.Criteria), strings.Join(met, ", "), other.ID)
		}
	}
}
