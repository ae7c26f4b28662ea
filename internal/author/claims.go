package author

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab/catalog"
)

// decision checks that in the lab every option is as good as the case says: an option that isn't poor is better than each poor
// one, and the best isn't worse than one that is ok, both outside the interval over the seeds.
func (t *tester) decision(step framework.StepID, field string, d *casestudies.Decision) {
	if !d.Runnable() {
		return
	}
	m, known := catalog.MetricByID(d.Metric)
	if !known || m.Direction == catalog.Neither {
		t.bad(field+".metric", "the metric %q can't judge a choice", d.Metric)
		return
	}
	for _, good := range d.Options {
		for _, other := range d.Options {
			strictly := good.Verdict != casestudies.Poor && other.Verdict == casestudies.Poor
			if strictly || good.Verdict == casestudies.Best && other.Verdict == casestudies.OK {
				t.order(step, field, d, m, good, other, strictly)
			}
		}
	}
}

// order checks that the option good is better than the option other, or at least not worse.
func (t *tester) order(
	step framework.StepID, field string, d *casestudies.Decision, m catalog.Metric, good, other casestudies.Option, strictly bool,
) {
	a, runsA := d.Settings(good.ID)
	b, runsB := d.Settings(other.ID)
	if !runsA || !runsB {
		return // this option is only judged
	}
	got, err := t.compare(step, side{d.Metric, a}, side{d.Metric, b})
	if err != nil {
		t.bad(field, "measuring decision %s in the lab fails: %v", d.ID, err)
		return
	}
	better, worse := got.by.Lo > 0, got.by.Hi < 0
	if m.Direction == catalog.Lower {
		better, worse = worse, better
	}
	switch {
	case strictly && !better:
		t.bad(field, "the case calls %s %s and %s %s, and the runs don't say so: %s is %s (%s is better)",
			good.ID, good.Verdict, other.ID, other.Verdict, d.Metric, got, m.Direction)
	case !strictly && worse:
		t.bad(field, "the case calls %s %s and %s only %s, and the runs say the opposite: %s is %s (%s is better)",
			good.ID, good.Verdict, other.ID, other.Verdict, d.Metric, got, m.Direction)
	}
}

// backed checks one comparison that backs a sentence of what the lab shows.
func (t *tester) backed(step framework.StepID, field string, b casestudies.Backed) {
	if b.Is == "present" {
		for _, seed := range seeds() {
			if _, err := t.number(step, b.Set, seed, b.Metric); err != nil {
				t.bad(field, "sentence %d isn't backed at seed %d: %v", b.Sentence, seed, err)
				return
			}
		}
		return
	}
	than := side{b.ThanMetric, b.ThanSet}
	if than.metric == "" {
		than.metric = b.Metric
	}
	if b.ThanMetric != "" && b.ThanSet == nil {
		than.set = b.Set // two metrics of the same run
	}
	got, err := t.compare(step, side{b.Metric, b.Set}, than)
	if err != nil {
		t.bad(field, "sentence %d isn't backed: %v", b.Sentence, err)
		return
	}
	holds := false
	switch b.Is {
	case "higher":
		holds = got.by.Lo > 0
	case "lower":
		holds = got.by.Hi < 0
	case "same":
		holds = got.by.Contains(0)
	}
	if !holds {
		t.bad(field, "sentence %d isn't backed: %s isn't %s; it is %s", b.Sentence, b.Metric, b.Is, got)
	}
}

// prediction checks that the lab reports the number at the settings of the question, that it varies with the knob that the
// answer depends on, and that a number of the comparison is stated rightly.
func (t *tester) prediction(step framework.StepID, field string, p *casestudies.Prediction) {
	asked, err := t.predicted(step, p)
	if err != nil {
		t.bad(field, "measuring prediction %s in the lab fails: %v", p.ID, err)
		return
	}
	others := t.otherValues(p.Knob, p.Set[p.Knob])
	if len(others) == 0 {
		t.bad(field+".knob", "the knob %s has no other value to compare with", p.Knob)
		return
	}
	for _, value := range others {
		other := *p
		other.Set = maps.Clone(p.Set)
		if other.Set == nil {
			other.Set = settings{}
		}
		other.Set[p.Knob] = value
		v, err := t.predicted(step, &other)
		if err != nil {
			t.bad(field, "measuring prediction %s with %s=%s fails: %v", p.ID, p.Knob, value, err)
			return
		}
		if varies(asked, v, isTiming(p.Metric)) {
			return
		}
	}
	t.bad(field, "%s is %s whatever the knob %s is set to: there is nothing to reason about", p.Metric, short(asked), p.Knob)
}

// predicted is the number that a prediction asks for, at the first seed.
func (t *tester) predicted(step framework.StepID, p *casestudies.Prediction) (float64, error) {
	return p.Value(func(set map[string]string) (float64, error) {
		if isTiming(p.Metric) {
			v, err := t.medians(step, p.Metric, []settings{set})
			if err != nil {
				return 0, err
			}
			return v[0], nil
		}
		return t.number(step, set, seeds()[0], p.Metric)
	})
}

// varies reports whether two numbers differ. Two timings differ if the load of the machine doesn't explain it.
func varies(a, b float64, timing bool) bool {
	if !timing {
		return a != b
	}
	return min(a, b) <= 0 || max(a, b)/min(a, b) >= leastRatio
}

// otherValues returns one or two values of a knob other than the one that the question states or the demo sets: two other
// words, or fractions and multiples of a number.
func (t *tester) otherValues(knob, stated string) []string {
	k, ok := catalog.KnobByID(knob)
	if !ok {
		return nil
	}
	at := stated
	if at == "" {
		at, _ = t.c.Demo.Value(knob)
	}
	if at == "" {
		at = k.Default
	}
	var out []string
	add := func(value string) {
		if _, err := t.base.With(catalog.Knobs{knob: value}); err == nil && value != at && !slices.Contains(out, value) && len(out) < 2 {
			out = append(out, value)
		}
	}
	switch k.Type {
	case catalog.Count:
		n, _ := strconv.Atoi(at)
		for _, v := range []int{n / 4, n / 2, n * 2, n + 1} {
			add(strconv.Itoa(v))
		}
	case catalog.Share:
		x, _ := strconv.ParseFloat(at, 64)
		for _, v := range []float64{x / 4, x / 2, x * 2, k.Max} {
			add(fmt.Sprint(math.Round(v*1e6) / 1e6))
		}
	case catalog.Length:
		d, _ := time.ParseDuration(at)
		for _, v := range []time.Duration{d / 4, d * 2} {
			add(v.String())
		}
	default:
		for _, v := range catalog.Offers(t.c.Demo.World.Kind, knob) {
			if at == "" { // the demo leaves it at the first that the world offers
				at = v
				continue
			}
			add(v)
		}
	}
	return out
}
