package lab

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/world"
)

// FromCase is the configuration that a case's demo asks for: the reference's pipeline.
func FromCase(c *casestudies.Case, seed int64) (Config, error) {
	d := &c.Demo
	cfg := Config{
		Case: c.ID,
		World: world.Spec{
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
	cfg, err := cfg.With(knobs)
	if err != nil {
		return Config{}, fmt.Errorf("demo of case %s: %w", c.ID, err)
	}
	if d.Data != nil {
		path := d.Data.Path
		if src := c.Source(); src != nil && !filepath.IsAbs(path) {
			path = filepath.Join(src.Dir, path)
		}
		cfg = cfg.WithData(d.Data.Format, path)
	}
	return cfg, nil
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
	if _, err := c.settings(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// WithData returns the configuration with its generated world replaced by files. Their own size then stands unless the
// knob items is set again.
func (c Config) WithData(format, path string) Config {
	c.World.Format, c.World.Path = format, path
	c.World.Items = 0
	c.Knobs = maps.Clone(c.Knobs)
	delete(c.Knobs, "items")
	return c
}

// settings resolves every knob: the configuration's, else the table's default, else the first value that the world
// offers. items is 0 where the data's own size stands.
func (c Config) settings() (settings, error) {
	var s settings
	kind, ok := world.KindByID(c.World.Kind)
	if !ok {
		var ids []string
		for _, k := range world.Kinds() {
			ids = append(ids, k.ID)
		}
		return s, &BadKnob{Knob: "world", Value: c.World.Kind, Near: near(c.World.Kind, ids), Line: "is not among " + strings.Join(ids, ", ")}
	}
	if len(kindOf(kind.ID).engines) == 0 {
		return s, &BadKnob{Knob: "world", Value: kind.ID, Line: "has no stages in this build"}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Knobs)) {
		if _, ok := KnobByID(id); !ok {
			return s, &BadKnob{Knob: id, Near: near(id, knobIDs()), Line: "is unknown"}
		}
	}
	for _, k := range KnobTable() {
		text, given := c.Knobs[k.ID]
		switch {
		case given:
		case k.ID == "items":
			s.items = c.World.Items
			if s.items == 0 && c.World.Format == "" {
				s.items = kind.Default.Items
			}
			continue
		case kindOf(kind.ID).standing(k) != "":
			text = kindOf(kind.ID).standing(k)
		default:
			offers := Offers(kind.ID, k.ID)
			if len(offers) == 0 {
				continue // the knob means nothing in this world
			}
			text = offers[0]
		}
		if err := s.set(kind.ID, k, text); err != nil {
			return s, err
		}
	}
	if s.items > kind.MaxItems {
		return s, &BadKnob{Knob: "items", Value: strconv.Itoa(s.items), Line: fmt.Sprintf("is above the world's %d", kind.MaxItems)}
	}
	if c.World.Format != "" && !slices.Contains(kind.Formats, c.World.Format) {
		return s, &BadKnob{Knob: "data", Value: c.World.Format, Near: near(c.World.Format, kind.Formats), Line: fmt.Sprintf("is not a format that %s reads: %s", kind.ID, strings.Join(kind.Formats, ", "))}
	}
	s.top = min(s.top, s.k) // an answer can't be longer than the candidates
	return s, nil
}

// spec is the problem that the configuration is about.
func (c Config) spec(s settings) world.Spec {
	w := c.World
	w.Items, w.Seed = s.items, c.Seed
	return w
}

// Same says whether both configurations give the same run of a step: the same world, pipeline and fault, and the same
// value of every knob that matters to the step.
func Same(a, b Config, step framework.StepID) bool {
	sa, errA := a.settings()
	sb, errB := b.settings()
	if errA != nil || errB != nil || a.spec(sa) != b.spec(sb) || a.fault() != b.fault() {
		return false
	}
	for _, k := range KnobTable() {
		if (k.Pipeline || k.Step == step) && sa.get(k.ID) != sb.get(k.ID) {
			return false
		}
	}
	return true
}

func knobIDs() []string {
	var ids []string
	for _, k := range KnobTable() {
		ids = append(ids, k.ID)
	}
	return ids
}

// near returns up to three of the words that text may have meant, nearest first.
func near(text string, words []string) []string {
	type hit struct {
		word string
		far  int
	}
	var hits []hit
	for _, w := range words {
		far := levenshtein.ComputeDistance(strings.ToLower(text), w)
		if far <= max(2, (len(w)+1)/2) || (len(text) > 1 && strings.HasPrefix(w, strings.ToLower(text))) {
			hits = append(hits, hit{w, far})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.far, b.far) })
	var out []string
	for _, h := range hits[:min(3, len(hits))] {
		out = append(out, h.word)
	}
	return out
}
