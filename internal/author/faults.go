package author

import (
	"cmp"
	"fmt"
	"slices"

	"dryrun/internal/lab"
	"dryrun/internal/report"
)

// A fault is proven over several seeds on a world that is small enough to be built for each of them.
const (
	proofSeeds   = 8
	proofItems   = 2000
	proofQueries = 200
)

// faults checks that each fault that a curveball names has its declared effect, once a fault.
func (t *tester) faults() {
	seen := map[string]bool{}
	for i, b := range t.c.Curveballs {
		if b.Fault == "" || seen[b.Fault] {
			continue
		}
		seen[b.Fault] = true
		field := fmt.Sprintf("curveballs[%d].fault", i)
		fault, ok := lab.FaultByID(b.Fault)
		if !ok {
			t.bad(field, "there is no fault %q", b.Fault)
			continue
		}
		if err := t.prove(fault); err != nil {
			t.bad(field, "the fault %s isn't borne out: %v", fault.ID, err)
		}
	}
}

// prove pairs runs with and without the fault over seeds: every difference must have the declared sign, and their
// median reach the least effect (lab.md, "Faults").
func (t *tester) prove(fault lab.Fault) error {
	effects := make([][]float64, len(fault.Witness))
	for s := range proofSeeds {
		cfg, err := t.small(int64(s + 1))
		if err != nil {
			return err
		}
		what := fmt.Sprintf("fault %s, seed %d of %d", fault.ID, s+1, proofSeeds)
		without, err := t.run(cfg, fault.Step, what)
		if err != nil {
			return err
		}
		cfg.Fault = fault.ID
		with, err := t.run(cfg, fault.Step, what)
		if err != nil {
			return err
		}
		for i, w := range fault.Witness {
			effect, err := difference(with, without, w)
			if err != nil {
				return err
			}
			effects[i] = append(effects[i], effect)
		}
	}
	for i, w := range fault.Witness {
		if err := judge(w, effects[i]); err != nil {
			return err
		}
	}
	return nil
}

// small is the case's pipeline on a small world of another seed. Files stay as they are.
func (t *tester) small(seed int64) (lab.Config, error) {
	cfg, err := lab.FromCase(t.c, seed)
	if err != nil || cfg.World.Format != "" {
		return cfg, err
	}
	cfg.World.Queries = min(cmp.Or(cfg.World.Queries, proofQueries), proofQueries)
	cfg.World.Items = min(cmp.Or(cfg.World.Items, proofItems), proofItems)
	return cfg.With(lab.Knobs{"items": fmt.Sprint(cfg.World.Items)})
}

// difference is the witness's change by the fault, positive in the declared direction.
func difference(with, without *report.Step, w lab.Witness) (float64, error) {
	a, err := number(with, w.Metric)
	if err != nil {
		return 0, err
	}
	b, err := number(without, w.Metric)
	if err != nil {
		return 0, err
	}
	return float64(w.Sign) * (a - b), nil
}

// judge says why the effects, positive in the declared direction, don't bear a witness out.
func judge(w lab.Witness, effects []float64) error {
	direction := "rise"
	if w.Sign < 0 {
		direction = "fall"
	}
	slices.Sort(effects)
	if against := slices.IndexFunc(append(slices.Clone(effects), 1), func(e float64) bool { return e > 0 }); against > 0 {
		return fmt.Errorf("%s doesn't %s at %d of %d seeds", w.Metric, direction, against, len(effects))
	}
	n := len(effects)
	if median := (effects[(n-1)/2] + effects[n/2]) / 2; median < w.Least {
		return fmt.Errorf("%s should %s by %s and does by %s, the median of %d seeds", w.Metric, direction, short(w.Least), short(median), n)
	}
	return nil
}
