package casestudies

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"dryrun/framework"
)

// How many statements the coach needs to judge an answer well. Fewer is a warning: the case still works.
const (
	fewestSays      = 3
	fewestWrong     = 8
	fewestQuestions = 4
)

// derived recomputes every derived number, and checks that the numbers that formulas use are in the facts' answers.
func (l *linter) derived() {
	names := map[string]float64{}
	for i, f := range l.c.Facts {
		for _, name := range slices.Sorted(maps.Keys(f.Numbers)) {
			field := fmt.Sprintf("facts[%d].numbers.%s", i, name)
			if _, taken := names[name]; taken {
				l.bad(field, "another fact has a number %q: a formula couldn't tell them apart", name)
			}
			names[name] = f.Numbers[name]
			if !says(f.Answer, f.Numbers[name]) {
				l.bad(field, "the answer of %s doesn't say %s: a number must be in the answer that it comes from", f.ID, plain(f.Numbers[name]))
			}
		}
	}
	ids := idFields{}
	for i, d := range l.c.Derived {
		field := fmt.Sprintf("derived[%d]", i)
		l.unique(ids, field, d.ID)
		x, err := evaluate(d.Formula, names)
		if err != nil {
			l.bad(field+".formula", "%v", err)
			continue
		}
		names[strings.ReplaceAll(d.ID, "-", "_")] = x
		want, ok := readShown(d.Value)
		switch {
		case !ok:
			l.bad(field+".value", "%q has no number", short(d.Value))
		case !want.holds(x):
			l.bad(field+".value", "the formula gives %.4g, not %s: correct the formula, the value or the fact, and the texts",
				x, short(d.Value))
		}
	}
}

// claims checks what the coach judges answers by: statements that earn a criterion, and wrong claims.
func (l *linter) claims(field string, step *Step) {
	criteria := map[string]bool{}
	for i, c := range step.Criteria {
		criteria[c.ID] = true
		at := fmt.Sprintf("%s.criteria[%d]", field, i)
		if n := len(c.Says); n < fewestSays {
			l.warn(at+".says", "there are %d statements that would earn %q: %d to 6 in different words make the coach fair",
				n, c.ID, fewestSays)
		}
		for j, id := range c.Facts {
			if l.c.Fact(id) == nil {
				l.bad(fmt.Sprintf("%s.facts[%d]", at, j), "there is no fact %q", short(id))
			}
		}
	}
	if n := len(step.Wrong); n < fewestWrong {
		l.warn(field+".wrong", "there are %d wrong claims: %d or more, each tempting, keep the coach from paying for the right words",
			n, fewestWrong)
	}
	for i, w := range step.Wrong {
		at := fmt.Sprintf("%s.wrong[%d]", field, i)
		l.groups(at+".evidence", w.Evidence)
		l.criterionIDs(at+".against", w.Against, criteria)
	}
	for i, d := range step.Decide {
		l.criterionIDs(fmt.Sprintf("%s.decide[%d].speaks-against", field, i), d.Against, criteria)
	}
}

func (l *linter) criterionIDs(field string, ids []string, known map[string]bool) {
	for i, id := range ids {
		if !known[id] {
			l.bad(fmt.Sprintf("%s[%d]", field, i), "this step has no criterion %q", short(id))
		}
	}
}

// questions checks that the interviewer has been shown how people ask, and that what the brief says is in the brief.
func (l *linter) questions() {
	for i, f := range l.c.Facts {
		if n := len(f.Questions); n < fewestQuestions {
			l.warn(fmt.Sprintf("facts[%d].questions", i), "there are %d ways to ask for %s: %d to 8 help the interviewer",
				n, f.ID, fewestQuestions)
		}
	}
	ids := idFields{}
	for i, p := range l.c.BriefParts {
		l.unique(ids, fmt.Sprintf("brief-parts[%d]", i), p.ID)
	}
}

// runs checks the settings that a decision's options stand for.
func (l *linter) runs(field string, d *Decision) {
	if len(d.Runs) == 0 {
		return
	}
	if d.Knob != "" {
		l.bad(field+".runs", "it has the knob %q too: knob is short for runs, use one of them", d.Knob)
	}
	for _, option := range slices.Sorted(maps.Keys(d.Runs)) {
		if _, ok := d.Options.Verdict(option); !ok {
			l.bad(field+".runs."+option, "the decision has no option %q", option)
		}
	}
	best := d.Options.Best()
	if _, ok := d.Runs[best]; best != "" && !ok {
		l.bad(field+".runs", "the best option, %q, has no run to compare the others with: {} is the demo itself", best)
	}
	poor := slices.ContainsFunc(d.Options, func(o Option) bool {
		_, runs := d.Runs[o.ID]
		return runs && o.Verdict == Poor
	})
	if !poor {
		l.bad(field+".runs", "no poor option has a run: there is nothing to compare the best one with")
	}
	for knob, value := range d.Runs[best] {
		if want, ok := l.c.Demo.Value(knob); ok && want != value {
			l.bad(field+".runs."+best+"."+knob, "the best option runs %s: %s but the demo runs %s: %s: they must be the same",
				knob, value, knob, want)
		}
	}
}

// judgedOnly allows one decision a step that the lab can't run.
func (l *linter) judgedOnly(field string, step *Step) {
	n := 0
	for i, d := range step.Decide {
		if d.Runnable() {
			continue
		}
		if n++; n > 1 {
			l.bad(fmt.Sprintf("%s.decide[%d]", field, i), "this is the second decision of the step that the lab can't run: give it a knob or runs")
		}
	}
}

// backed checks that each sentence of what the lab shows has a comparison.
func (l *linter) backed(field string, lab *Lab) {
	sentences := sentencesOf(lab.Shows)
	has := map[int]bool{}
	for i, b := range lab.Backed {
		has[b.Sentence] = true
		if b.Sentence > sentences {
			l.bad(fmt.Sprintf("%s.backed[%d].sentence", field, i), "shows has %d sentences", sentences)
		}
	}
	for n := 1; n <= sentences; n++ {
		if !has[n] {
			l.warn(field+".backed", "sentence %d of shows has no comparison that backs it", n)
		}
	}
}

// asked checks that a prediction that compares settings names them.
func (l *linter) asked(field string, p *Prediction) {
	switch {
	case p.As == "" && len(p.To)+len(p.From) > 0:
		l.bad(field, "it has to or from and no as: write as: ratio or as: share")
	case p.As == AsRatio && len(p.From) > 0:
		l.bad(field+".from", "a ratio is to one other setting: delete from, or ask for a share")
	case p.As == AsShare && len(p.From) == 0:
		l.bad(field, "a share of a gain needs both ends: from says where the gain begins")
	}
	if !strings.ContainsFunc(p.Ask, unicode.IsDigit) {
		l.warn(field+".ask", "the question states no number to reason from")
	}
}

// sentencesOf counts the sentences of a text: ends at . ! or ? before a blank or the end.
func sentencesOf(text string) int {
	n := 0
	words := strings.Fields(text)
	for i, w := range words {
		if i == len(words)-1 || strings.ContainsAny(w[len(w)-1:], ".!?") {
			n++
		}
	}
	return n
}

// requiredSamples are the ids of the samples that every step has: they calibrate the self-scorer and test the coach.
func requiredSamples() []string { return []string{"strong", "opposite", fluentWrong} }

func (l *linter) samples(id framework.StepID, step *Step) {
	field := "steps." + string(id)
	if len(step.Samples) == 0 {
		l.bad(field+".samples", "there are none: each of the seven steps needs some, to calibrate the self-scorer and test the coach")
		return
	}
	for _, want := range requiredSamples() {
		if !slices.ContainsFunc(step.Samples, func(s Sample) bool { return strings.HasPrefix(s.ID, want) }) {
			l.warn(field+".samples", "there is no sample %q", want)
		}
	}
	for i := range step.Samples {
		l.sample(fmt.Sprintf("%s.samples[%d]", field, i), step, &step.Samples[i])
	}
}
