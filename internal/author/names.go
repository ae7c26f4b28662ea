package author

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
)

// names checks that every world, knob, option, metric and fault exists in its step and in the world of the case.
func (l *linter) names() {
	kind := l.c.Demo.World.Kind
	if known := catalog.Kinds(); !slices.Contains(known, kind) {
		l.bad("demo.world.kind", "there is no world %q: it is one of %s", kind, strings.Join(known, ", "))
		return // every other name is relative to the world
	}
	formats := catalog.Formats(kind)
	if d := l.c.Demo.Data; d != nil && !slices.Contains(formats, d.Format) {
		l.bad("demo.data.format", "a world of %s can't be read from %q: it is one of %s", kind, d.Format, strings.Join(formats, ", "))
	}
	l.demo()
	for _, step := range framework.Steps() {
		for i, d := range l.c.Step(step.ID).Decide {
			l.decision(step.ID, fmt.Sprintf("%s.decide[%d]", fieldOf(step.ID), i), d)
		}
		for i, b := range l.c.Step(step.ID).Lab.Backed {
			l.backed(step.ID, fmt.Sprintf("%s.lab.backed[%d]", fieldOf(step.ID), i), b)
		}
		for i, p := range l.c.Step(step.ID).Lab.Predict {
			l.prediction(step.ID, fmt.Sprintf("%s.lab.predict[%d]", fieldOf(step.ID), i), p)
		}
	}
	valid := catalog.FaultsOf(kind)
	for i, b := range l.c.Curveballs {
		if b.Fault != "" && !slices.Contains(valid, b.Fault) {
			l.bad(fmt.Sprintf("curveballs[%d].fault", i), "a world of %s has no fault %q: it is one of %s",
				kind, b.Fault, strings.Join(valid, ", "))
		}
	}
}

// demo checks the reference pipeline, one knob at a time, and then whether all of it fits in memory.
func (l *linter) demo() {
	valid := true
	for _, id := range slices.Sorted(maps.Keys(l.c.Demo.Knobs)) {
		valid = l.setting("demo."+id, id, l.c.Demo.Knobs[id]) && valid
	}
	if !valid {
		return
	}
	cfg, err := catalog.FromCase(l.c, 1)
	if err == nil {
		_, err = lab.Estimate(cfg)
	}
	if err != nil {
		field := "demo"
		if bad, ok := errors.AsType[*catalog.BadKnob](err); ok {
			switch bad.Knob {
			case "items":
				field = "demo.world.items"
			case "qps":
				field = "demo.target.qps"
			case "budget":
				field = "demo.target.p99"
			}
		}
		l.bad(field, "%v", err)
	}
}

// setting checks the value of one knob in the world of the case.
func (l *linter) setting(field, knob, value string) bool {
	empty := catalog.Config{World: problem.Spec{Kind: l.c.Demo.World.Kind}}
	_, err := empty.With(catalog.Knobs{knob: value})
	if err == nil {
		return true
	}
	hint := ""
	if bad, ok := errors.AsType[*catalog.BadKnob](err); ok && len(bad.Near) > 0 {
		hint = "; did you mean " + strings.Join(bad.Near, " or ") + "?"
	}
	l.bad(field, "%v%s", err, hint)
	return false
}

// affects checks that a knob changes something in a step.
func (l *linter) affects(id framework.StepID, field, knob string) bool {
	k, ok := catalog.KnobByID(knob)
	switch {
	case !ok:
		l.bad(field, "there is no knob %q: dryrun lab --knobs lists them", knob)
	case !k.Pipeline && k.Step != id:
		l.bad(field, "the knob %s changes nothing in the step %s: it belongs to %s", knob, id, k.Step)
		ok = false
	}
	return ok
}

// metric checks that a step reports a metric in the world of the case.
func (l *linter) metric(id framework.StepID, field, metric string) (catalog.Metric, bool) {
	m, ok := catalog.MetricByID(metric)
	switch {
	case !ok:
		l.bad(field, "there is no metric %q: dryrun lab --metrics lists them", metric)
	case !catalog.Yields(l.c.Demo.World.Kind, id, metric):
		l.bad(field, "the step %s of a world of %s doesn't report the metric %q", id, l.c.Demo.World.Kind, metric)
		ok = false
	}
	return m, ok
}

func (l *linter) decision(id framework.StepID, field string, d casestudies.Decision) {
	if d.Knob != "" && l.affects(id, field+".knob", d.Knob) {
		for _, o := range d.Options {
			l.setting(field+".options."+o.ID, d.Knob, o.ID)
		}
	}
	for _, option := range slices.Sorted(maps.Keys(d.Runs)) {
		l.settings(id, field+".runs."+option, d.Runs[option])
	}
	if d.Metric == "" {
		return
	}
	if m, ok := l.metric(id, field+".metric", d.Metric); ok && m.Direction == catalog.Neither {
		l.bad(field+".metric", "neither side of the metric %q is better: a choice can't be judged by it", d.Metric)
	}
}

func (l *linter) prediction(id framework.StepID, field string, p casestudies.Prediction) {
	if p.Knob != "" {
		l.affects(id, field+".knob", p.Knob)
	}
	if p.Metric != "" {
		l.metric(id, field+".metric", p.Metric)
	}
	for name, set := range map[string]map[string]string{"set": p.Set, "to": p.To, "from": p.From} {
		l.settings(id, field+"."+name, set)
	}
	if m, ok := catalog.MetricByID(p.Metric); ok && p.As == "" && catalog.Absolute(m) {
		l.warn(field, "nobody can reason out an absolute %s of a world that they haven't seen: ask for a ratio to, or a share of, "+
			"a number that the question states (as)", p.Metric)
	}
}

// settings checks what a run sets: knobs that change something in the step, and a fault of the world.
func (l *linter) settings(id framework.StepID, field string, set map[string]string) {
	for _, knob := range slices.Sorted(maps.Keys(set)) {
		at := field + "." + knob
		if knob == casestudies.FaultSetting {
			if valid := catalog.FaultsOf(l.c.Demo.World.Kind); !slices.Contains(valid, set[knob]) {
				l.bad(at, "a world of %s has no fault %q: it is one of %s", l.c.Demo.World.Kind, set[knob], strings.Join(valid, ", "))
			}
			continue
		}
		if l.affects(id, at, knob) {
			l.setting(at, knob, set[knob])
		}
	}
}

// backed checks the names of a comparison that backs what the lab shows.
func (l *linter) backed(id framework.StepID, field string, b casestudies.Backed) {
	l.metric(id, field+".metric", b.Metric)
	if b.ThanMetric != "" {
		l.metric(id, field+".than-metric", b.ThanMetric)
	}
	l.settings(id, field+".set", b.Set)
	l.settings(id, field+".than-set", b.ThanSet)
}
