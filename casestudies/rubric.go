package casestudies

import (
	"fmt"
	"maps"
	"slices"

	"dryrun/framework"
)

// Rubric returns each step's criteria in a session, including those of the curveballs thrown in the step.
func (c *Case) Rubric(st *framework.State) map[framework.StepID][]framework.Criterion {
	out := map[framework.StepID][]framework.Criterion{}
	for _, id := range st.StepIDs() {
		criteria := slices.Clone(c.Step(id).Criteria)
		for _, thrown := range st.StepState(id).Curveballs {
			if b := c.Curveball(thrown); b != nil {
				criteria = append(criteria, b.Criteria...)
			}
		}
		out[id] = criteria
	}
	return out
}

// Curveball returns the curveball called id, or nil.
func (c *Case) Curveball(id string) *Curveball {
	for i := range c.Curveballs {
		if c.Curveballs[i].ID == id {
			return &c.Curveballs[i]
		}
	}
	return nil
}

// Fact returns the fact called id, or nil.
func (c *Case) Fact(id string) *Fact {
	for i := range c.Facts {
		if c.Facts[i].ID == id {
			return &c.Facts[i]
		}
	}
	return nil
}

// Decision returns the step's decision called id, or nil.
func (s *Step) Decision(id string) *Decision {
	for i := range s.Decide {
		if s.Decide[i].ID == id {
			return &s.Decide[i]
		}
	}
	return nil
}

// Prediction returns the step's prediction called id, or nil.
func (s *Step) Prediction(id string) *Prediction {
	for i := range s.Lab.Predict {
		if s.Lab.Predict[i].ID == id {
			return &s.Lab.Predict[i]
		}
	}
	return nil
}

// Settings returns the knobs, and under FaultSetting the fault, that an option stands for; ok is false where the lab can't run it.
func (d *Decision) Settings(option string) (settings map[string]string, ok bool) {
	if d.Knob != "" {
		return map[string]string{d.Knob: option}, true
	}
	settings, ok = d.Runs[option]
	return maps.Clone(settings), ok
}

// Runnable reports whether the lab can run the decision: it is otherwise only judged.
func (d *Decision) Runnable() bool { return d.Knob != "" || len(d.Runs) > 0 }

// FaultSetting is the key that names a fault among settings.
const FaultSetting = "fault"

// The ways in which a prediction can be asked, beside the metric itself.
const (
	AsRatio = "ratio"
	AsShare = "share"
)

// Value computes what a prediction asks for. metric returns the prediction's metric under some settings. The prediction is
// about the metric under Set; as a ratio it is that over the metric under To; as a share it is the part of the way from the
// metric under From to the metric under To that Set goes: 0.6 says that Set keeps 60% of what To gains over From.
func (p *Prediction) Value(metric func(settings map[string]string) (float64, error)) (float64, error) {
	at, err := metric(p.Set)
	if err != nil || p.As == "" {
		return at, err
	}
	to, err := metric(p.To)
	if err != nil {
		return 0, err
	}
	from := 0.0
	if p.As == AsShare {
		if from, err = metric(p.From); err != nil {
			return 0, err
		}
	}
	if to == from {
		return 0, fmt.Errorf("%s is the same, %.4g, at both ends of the comparison: there is no %s of it", p.Metric, to, p.As)
	}
	return (at - from) / (to - from), nil
}

// Verdict returns how good an option is; ok is false where there is no such option.
func (o Options) Verdict(id string) (v Verdict, ok bool) {
	for _, option := range o {
		if option.ID == id {
			return option.Verdict, true
		}
	}
	return "", false
}

// Best returns the id of the best option, or "".
func (o Options) Best() string {
	for _, option := range o {
		if option.Verdict == Best {
			return option.ID
		}
	}
	return ""
}

// Judged returns a choice's verdict, followed by the best option where that is a different one.
func (o Options) Judged(id string) string {
	verdict, _ := o.Verdict(id)
	if best := o.Best(); id != best {
		return fmt.Sprintf("%s; the best is %s", verdict, OptionWords(best))
	}
	return string(verdict)
}
