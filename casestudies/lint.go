package casestudies

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dryrun/framework"
)

// How many words a reference may have: what can be said in about two minutes. Outside the range is a warning.
const (
	fewestWords = 150
	mostWords   = 400
)

// Lint checks the structure of a loaded case: counts, ids and references to them. internal/author checks what needs a coach or
// a lab. Findings are in file order.
func Lint(c *Case) []Finding {
	l := &linter{c: c, format: format{}}
	l.counts(reflect.ValueOf(c).Elem(), "")
	l.unwritten(reflect.ValueOf(c).Elem(), "")
	l.caseIDs()
	l.facts()
	l.questions()
	l.derived()
	for _, s := range framework.Steps() {
		field, step := "steps."+string(s.ID), c.Step(s.ID)
		l.stepIDs(field, s.ID, step)
		l.criteria(field+".criteria", step.Criteria, true)
		l.reference(field+".reference", step.Reference)
		for i := range step.Decide {
			l.decision(fmt.Sprintf("%s.decide[%d]", field, i), &step.Decide[i])
			l.runs(fmt.Sprintf("%s.decide[%d]", field, i), &step.Decide[i])
		}
		for i := range step.Lab.Predict {
			l.asked(fmt.Sprintf("%s.lab.predict[%d]", field, i), &step.Lab.Predict[i])
		}
		l.judgedOnly(field, step)
		l.claims(field, step)
		l.backed(field+".lab", &step.Lab)
		l.samples(s.ID, step)
	}
	for i, b := range c.Curveballs {
		l.criteria(fmt.Sprintf("curveballs[%d].criteria", i), b.Criteria, false)
	}
	l.references()
	SortFindings(l.findings)
	return l.findings
}

type linter struct {
	c        *Case
	format   format
	findings []Finding
}

func (l *linter) bad(field, format string, args ...any) {
	l.findings = append(l.findings, l.c.Finding(field, format, args...))
}

func (l *linter) warn(field, format string, args ...any) {
	l.findings = append(l.findings, l.c.Warning(field, format, args...))
}

// counts checks the length of every list against the limits in its struct tag.
func (l *linter) counts(v reflect.Value, field string) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			l.counts(v.Index(i), fmt.Sprintf("%s[%d]", field, i))
		}
	case reflect.Struct:
		for _, f := range l.format.fieldsOf(v.Type()) {
			value, child := v.Field(f.index), join(field, f.key)
			if r := f.rules; value.Kind() == reflect.Slice && r.minItems > 0 {
				switch n := value.Len(); {
				case n >= r.minItems && (r.maxItems == 0 || n <= r.maxItems):
				case r.minItems == r.maxItems:
					l.bad(child, "there are %d: there must be %d", n, r.minItems)
				case r.maxItems == 0:
					l.bad(child, "there are %d: there must be at least %d", n, r.minItems)
				default:
					l.bad(child, "there are %d: there must be %d to %d", n, r.minItems, r.maxItems)
				}
			}
			l.counts(value, child)
		}
	}
}

// idFields is the field where each id was first used.
type idFields map[string]string

func (l *linter) unique(seen idFields, field, id string) {
	if first, twice := seen[id]; twice {
		l.bad(field+".id", "the id %q is taken: %s has it, at line %d", id, first, l.c.At(first).Line)
		return
	}
	seen[id] = field
}

func (l *linter) caseIDs() {
	facts, curveballs := idFields{}, idFields{}
	for i, f := range l.c.Facts {
		l.unique(facts, fmt.Sprintf("facts[%d]", i), f.ID)
	}
	for i, b := range l.c.Curveballs {
		l.unique(curveballs, fmt.Sprintf("curveballs[%d]", i), b.ID)
	}
	tags := map[string]bool{}
	for i, tag := range l.c.Tags {
		field := fmt.Sprintf("tags[%d]", i)
		if !slug.MatchString(tag) {
			l.bad(field, "%q must be lower-case letters and digits, joined by hyphens", short(tag))
		}
		if tags[tag] {
			l.bad(field, "the tag %q appears twice", tag)
		}
		tags[tag] = true
	}
}

// stepIDs checks the ids within a step. Criteria, follow-ups and curveballs share one namespace, because an answer or a mark
// refers to them by id alone.
func (l *linter) stepIDs(field string, id framework.StepID, step *Step) {
	criteria, decisions, predictions, pitfalls, samples := idFields{}, idFields{}, idFields{}, idFields{}, idFields{}
	for i, c := range step.Criteria {
		l.unique(criteria, fmt.Sprintf("%s.criteria[%d]", field, i), c.ID)
	}
	for i, f := range step.Followups {
		l.unique(criteria, fmt.Sprintf("%s.followups[%d]", field, i), f.ID)
	}
	for i, b := range l.c.Curveballs {
		if b.At != id {
			continue
		}
		if first, taken := criteria[b.ID]; taken && !strings.HasPrefix(first, "curveballs") {
			l.bad(fmt.Sprintf("curveballs[%d].id", i), "the id %q is taken: %s has it, at line %d", b.ID, first, l.c.At(first).Line)
		}
		for j, c := range b.Criteria {
			l.unique(criteria, fmt.Sprintf("curveballs[%d].criteria[%d]", i, j), c.ID)
		}
	}
	for i, d := range step.Decide {
		l.unique(decisions, fmt.Sprintf("%s.decide[%d]", field, i), d.ID)
	}
	for i, p := range step.Lab.Predict {
		l.unique(predictions, fmt.Sprintf("%s.lab.predict[%d]", field, i), p.ID)
	}
	for i, p := range step.Pitfalls {
		l.unique(pitfalls, fmt.Sprintf("%s.pitfalls[%d]", field, i), p.ID)
	}
	for i, s := range step.Samples {
		l.unique(samples, fmt.Sprintf("%s.samples[%d]", field, i), s.ID)
	}
}

func (l *linter) facts() {
	const widest = 80 // characters: three lines in the Scope panel of a wide terminal
	critical := false
	for i, f := range l.c.Facts {
		field := fmt.Sprintf("facts[%d]", i)
		critical = critical || f.Critical
		l.groups(field+".asks", f.Asks)
		if n := utf8.RuneCountInString(f.Short); n > widest {
			l.warn(field+".short", "%d characters are too long for the Scope panel: use at most %d", n, widest)
		}
	}
	if !critical && len(l.c.Facts) > 0 {
		l.warn("facts", "no fact is critical: which one would change the design?")
	}
}

func (l *linter) groups(field string, groups [][]string) {
	for i, g := range groups {
		if len(g) == 0 {
			l.bad(fmt.Sprintf("%s[%d]", field, i), "the group is empty: nothing can meet it")
		}
	}
}

func (l *linter) criteria(field string, criteria []framework.Criterion, ofStep bool) {
	levels := map[framework.Level]int{}
	for i, c := range criteria {
		levels[c.Level]++
		l.groups(fmt.Sprintf("%s[%d].evidence", field, i), c.Evidence)
	}
	if !ofStep {
		return
	}
	for _, level := range []framework.Level{framework.Mid, framework.Senior} {
		if levels[level] == 0 {
			l.bad(field, "no criterion is of level %s: at least one must be", level)
		}
	}
}

func (l *linter) reference(field, text string) {
	if toWrite(text) {
		return // unwritten reports it
	}
	if n := len(strings.Fields(text)); n < fewestWords || n > mostWords {
		l.warn(field, "%d words: a strong spoken answer has %d to %d", n, fewestWords, mostWords)
	}
}

func (l *linter) decision(field string, d *Decision) {
	count := map[Verdict]int{}
	for _, o := range d.Options {
		count[o.Verdict]++
		if d.Knob == "" && !slug.MatchString(o.ID) {
			l.bad(field+".options."+o.ID, "%q must be lower-case letters and digits, joined by hyphens", o.ID)
		}
	}
	if n := len(d.Options); n < 2 || n > 4 {
		l.bad(field+".options", "there are %d: there must be 2 to 4", n)
	}
	if count[Best] != 1 {
		l.bad(field+".options", "%d options are best: exactly one must be", count[Best])
	}
	if count[Poor] == 0 {
		l.bad(field+".options", "no option is poor: a decision that can't be wrong teaches nothing")
	}
	switch {
	case d.Runnable() && d.Metric == "":
		l.bad(field, "the lab can run it and it has no metric: name the metric that the choice is judged by")
	case !d.Runnable() && d.Metric != "":
		l.bad(field+".metric", "it has a metric, and neither a knob nor runs: the lab can't run this choice")
	}
	if want, ok := l.c.Demo.Value(d.Knob); ok && count[Best] == 1 && d.Options.Best() != want {
		l.bad(field+".options."+d.Options.Best(), "the best option is %q but the demo runs %s: %s: they must be the same",
			d.Options.Best(), d.Knob, want)
	}
}

// Value returns the demo's setting of a knob as text; ok is false where the demo doesn't set it.
func (d *Demo) Value(knob string) (value string, ok bool) {
	number := func(n int) (string, bool) { return strconv.Itoa(n), n != 0 }
	switch knob {
	case "items":
		return number(d.World.Items)
	case "qps":
		return number(d.Target.QPS)
	case "budget":
		return d.Target.P99.String(), d.Target.P99 != 0
	}
	value, ok = d.Knobs[knob]
	return value, ok
}

// fluentWrong is the id prefix of a sample that sounds right and decides wrongly.
const fluentWrong = "fluent-wrong"

func (l *linter) sample(field string, step *Step, s *Sample) {
	poor := false
	for _, id := range slices.Sorted(maps.Keys(s.Chooses)) {
		d := step.Decision(id)
		if d == nil {
			l.bad(field+".chooses."+id, "this step has no decision %q", id)
			continue
		}
		v, ok := d.Options.Verdict(s.Chooses[id])
		if !ok {
			l.bad(field+".chooses."+id, "the decision %q has no option %q", id, short(s.Chooses[id]))
		}
		poor = poor || v == Poor
	}
	if strings.HasPrefix(s.ID, fluentWrong) && !poor {
		l.bad(field, "it may fool the coach, so it must choose at least one poor option of this step")
	}
}

func (l *linter) references() {
	for i, r := range l.c.References {
		u, err := url.Parse(r.URL)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			l.bad(fmt.Sprintf("references[%d].url", i), "%q isn't a plain https address", short(r.URL))
		}
	}
}
