package author

import (
	"fmt"

	"dryrun/internal/lab"
	"dryrun/internal/report"
)

// proofSeeds is how many seeds a fault is proved over.
const proofSeeds = 8

// faults checks once for each fault that a curveball names that it has its declared effect.
func (t *tester) faults() {
	seen := map[string]bool{}
	for i, b := range t.c.Curveballs {
		if b.Fault == "" || seen[b.Fault] {
			continue
		}
		seen[b.Fault] = true
		field := fmt.Sprintf("curveballs[%d].fault", i)
		proof, err := t.lab.Prove(t.ctx, t.base, b.Fault, proofSeeds, func(p report.Progress) {
			p.What = "fault " + b.Fault + ": " + p.What
			t.progress(p)
		})
		if err != nil {
			t.bad(field, "the fault %s can't be proved: %v", b.Fault, err)
			continue
		}
		for _, w := range proof.Witnesses {
			if !w.Holds {
				t.bad(field, "the fault %s doesn't have its declared effect: %s", b.Fault, shortfall(w))
			}
		}
	}
}

// shortfall says how far a metric's change is from what the fault declares.
func shortfall(w lab.Proved) string {
	direction := "rise"
	if w.Sign < 0 {
		direction = "fall"
	}
	if n := w.Against(); n > 0 {
		return fmt.Sprintf("%s doesn't %s at %d of %d seeds", w.Metric, direction, n, len(w.Changes))
	}
	sign := float64(w.Sign)
	return fmt.Sprintf("%s should %s by %s and does by %s, the median of %d seeds",
		w.Metric, direction, short(w.Least), short(sign*w.Median), len(w.Changes))
}
