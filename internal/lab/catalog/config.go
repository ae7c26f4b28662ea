// Package catalog is the lab's tables and nothing that runs: knobs, metrics, faults, what each kind of world offers by name,
// and the configuration that a case, the command line or a whiteboard line resolves to. Text comes in; checked settings
// or a *BadKnob come out. It links no engine, so that lint, screens and the command line can use it.
package catalog

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/problem"
)

// Config is everything that a run depends on.
type Config struct {
	Case    string                   // the case's id, for the report
	World   problem.Spec             // generated, or real data; its Items and Seed give way to the knob's and Seed below
	Knobs   Knobs                    // those that differ from a knob's default
	Target  Target                   // what the requirements step carries its growth to
	Assumed map[string]time.Duration // parts of the latency waterfall that aren't measured
	Fault   string                   // "", "none", a fault's id, or "mystery"
	Seed    int64
}

// Target is the size and the limits that a case's facts ask for.
type Target struct {
	Items int
	QPS   int
	P99   time.Duration
}

// Knobs are settings by knob id, as text, checked by Config.With.
type Knobs map[string]string

// World is the configuration of a case's world or data alone, without its pipeline's knobs: enough to know which faults it can
// have.
func World(c *casestudies.Case, seed int64) Config { return generated(c, seed).withDemoData(c) }

// FromCase is the configuration that a case's demo asks for: the reference's pipeline.
func FromCase(c *casestudies.Case, seed int64) (Config, error) {
	d := &c.Demo
	knobs := Knobs{}
	if d.World.Items > 0 {
		knobs["items"] = strconv.Itoa(d.World.Items)
	}
	if d.Target.QPS > 0 {
		knobs["qps"] = strconv.Itoa(d.Target.QPS)
	}
	if d.Target.P99 > 0 {
		knobs["budget"] = time.Duration(d.Target.P99).String()
	}
	maps.Copy(knobs, d.Knobs)
	cfg, err := generated(c, seed).With(knobs)
	if err != nil {
		return Config{}, fmt.Errorf("demo of case %s: %w", c.ID, err)
	}
	return cfg.withDemoData(c), nil
}

// generated is the configuration of a case's generated world.
func generated(c *casestudies.Case, seed int64) Config {
	d := &c.Demo
	cfg := Config{
		Case: c.ID,
		World: problem.Spec{
			Kind: d.World.Kind, Task: d.World.Task, Items: d.World.Items, Queries: d.World.Queries,
			Classes: d.World.Classes, Users: d.World.Users, Days: d.World.Days, Seed: seed,
		},
		Target:  Target{Items: d.Target.Items, QPS: d.Target.QPS, P99: time.Duration(d.Target.P99)},
		Assumed: map[string]time.Duration{},
		Seed:    seed,
	}
	for part, span := range d.Assumed {
		cfg.Assumed[part] = time.Duration(span)
	}
	return cfg
}

// withDemoData is the configuration on the files that the case's demo names, if it names any.
func (c Config) withDemoData(from *casestudies.Case) Config {
	d := from.Demo.Data
	if d == nil {
		return c
	}
	path := d.Path
	if src := from.Source(); src != nil && !filepath.IsAbs(path) {
		path = filepath.Join(src.Dir, path)
	}
	return c.WithData(d.Format, path)
}

// With returns the configuration with knobs set over its own. The error is a *BadKnob where one is unknown or out of
// range.
func (c Config) With(knobs Knobs) (Config, error) {
	merged := maps.Clone(c.Knobs)
	if merged == nil {
		merged = Knobs{}
	}
	maps.Copy(merged, knobs)
	c.Knobs = merged
	if _, err := c.Settings(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// Under returns the configuration under what an option of a decision stands for: knobs, and under casestudies.FaultSetting a
// fault. The error is a *BadKnob where one is unknown or out of range.
func (c Config) Under(settings map[string]string) (Config, error) {
	knobs := Knobs(maps.Clone(settings))
	if fault, ok := knobs[casestudies.FaultSetting]; ok {
		delete(knobs, casestudies.FaultSetting)
		c.Fault = fault
	}
	if err := c.CheckFault(); err != nil {
		return Config{}, err
	}
	return c.With(knobs)
}

// WithData returns the configuration with its generated world replaced by files. Their own size is then used unless the
// knob items is set again.
func (c Config) WithData(format, path string) Config {
	c.World.Format, c.World.Path = format, path
	c.World.Items = 0
	c.Knobs = maps.Clone(c.Knobs)
	delete(c.Knobs, "items")
	return c
}

// Settings resolves every knob: the configuration's, else the table's default, else the first value that the world
// offers. items is 0 where the data's own size is used.
func (c Config) Settings() (Settings, error) {
	var s Settings
	kind := kindOf(c.World.Kind)
	if kind.id == "" {
		ids := Kinds()
		return s, &BadKnob{Knob: "world", Value: c.World.Kind, Near: Near(c.World.Kind, ids), Line: "is not among " + strings.Join(ids, ", ")}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Knobs)) {
		if _, ok := KnobByID(id); !ok {
			return s, &BadKnob{Knob: id, Near: Near(id, knobIDs()), Line: "is unknown"}
		}
	}
	for _, k := range KnobTable() {
		text, given := c.Knobs[k.ID]
		switch {
		case given:
		case k.ID == "items":
			s.Items = c.World.Items
			if s.Items == 0 && c.World.Format == "" {
				s.Items = kind.items
			}
			continue
		case kind.fallback(k) != "":
			text = kind.fallback(k)
		default:
			offers := Offers(kind.id, k.ID)
			if len(offers) == 0 {
				continue // the knob means nothing in this world
			}
			text = offers[0]
		}
		if err := s.set(kind.id, k, text); err != nil {
			return s, err
		}
	}
	if s.Items > kind.maxItems {
		return s, &BadKnob{Knob: "items", Value: strconv.Itoa(s.Items), Line: fmt.Sprintf("is above the world's %d", kind.maxItems)}
	}
	if f := c.World.Format; f != "" && !slices.Contains(kind.formats, f) {
		line := fmt.Sprintf("is not a format that %s reads: %s", kind.id, strings.Join(kind.formats, ", "))
		return s, &BadKnob{Knob: "data", Value: f, Near: Near(f, kind.formats), Line: line}
	}
	s.Top = min(s.Top, s.K) // an answer can't be longer than the candidates
	return s, nil
}

// Spec is the problem that the configuration is about.
func (c Config) Spec(s Settings) problem.Spec {
	w := c.World
	w.Items, w.Seed = s.Items, c.Seed
	return w
}

// Same says whether both configurations give the same run of a step: the same world, pipeline and fault, and the same
// value of every knob that matters to the step.
func Same(a, b Config, step framework.StepID) bool {
	keyA, errA := a.RunKey(step)
	keyB, errB := b.RunKey(step)
	return errA == nil && errB == nil && keyA == keyB
}

// RunKey is equal for configurations that give the same run of a step.
func (c Config) RunKey(step framework.StepID) (string, error) {
	s, err := c.Settings()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\x00%+v\x00%s", step, c.Spec(s), c.FaultInForce())
	for _, k := range KnobTable() {
		if k.Pipeline || k.Step == step {
			fmt.Fprintf(&b, "\x00%s=%s", k.ID, s.Get(k.ID))
		}
	}
	return b.String(), nil
}

func knobIDs() []string {
	var ids []string
	for _, k := range KnobTable() {
		ids = append(ids, k.ID)
	}
	return ids
}
