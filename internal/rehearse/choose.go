package rehearse

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
)

// decide commits to an option, or passes the decision over.
func (s *Session) decide(cmd Decide) error {
	d := s.Step().Decision(cmd.Decision)
	if d == nil {
		return fmt.Errorf("this step has no decision %q", cmd.Decision)
	}
	if s.stepState().Revealed {
		return errors.New("the reference is open: a decision made after it says nothing")
	}
	if cmd.Skip {
		if err := s.record(framework.Decided{Step: s.state.Step, Decision: d.ID, Skipped: true}); err != nil {
			return err
		}
		s.tutorSays("Passed over, and not scored.")
		return nil
	}
	if _, offered := d.Options.Verdict(cmd.Option); !offered {
		var ids []string
		for _, o := range d.Options {
			ids = append(ids, o.ID)
		}
		return fmt.Errorf("%q isn't a choice here: it is one of %s", cmd.Option, strings.Join(ids, ", "))
	}
	return s.record(framework.Decided{Step: s.state.Step, Decision: d.ID, Option: cmd.Option})
}

// sketch reads a whiteboard line. What it draws that a decision of this step asks about is a commitment too.
func (s *Session) sketch(line string) error {
	line = strings.TrimSpace(strings.ToValidUTF8(line, "\uFFFD"))
	if err := checkText("the line", line); err != nil {
		return err
	}
	if s.stepState().Revealed {
		return errors.New("the reference is open: a sketch made after it says nothing")
	}
	_, knobs, err := s.deps.Knobs.Sketch(s.cs, line)
	if err != nil {
		return err
	}
	if err := s.deps.Knobs.Check(s.cs, knobs); err != nil {
		return err
	}
	bodies := []framework.Body{framework.Sketched{Step: s.state.Step, Line: line, Knobs: maps.Clone(knobs)}}
	for _, d := range s.Step().Decide {
		value, drawn := knobs[d.Knob]
		if d.Knob == "" || !drawn {
			continue
		}
		_, offered := d.Options.Verdict(value)
		stands := s.stepState().Decisions[d.ID]
		switch {
		case offered && stands.Option != value:
			bodies = append(bodies, framework.Decided{Step: s.state.Step, Decision: d.ID, Option: value})
			s.tutorSays("Drawn and decided: %s %s.", d.Knob, value)
		case !offered && stands.Option != "" && stands.Option != value:
			s.tutorSays("Your decision of %s %s stands over the %s that you drew.", d.Knob, stands.Option, value)
		}
	}
	return s.record(bodies...)
}

// Whiteboard returns the labels of the boxes that were drawn last in the current step. The line was read when it was drawn
// and is read again by the same parser; one that the lab's words no longer fit is one box.
func (s *Session) Whiteboard() []string {
	line := s.stepState().Sketch.Line
	if line == "" {
		return nil
	}
	boxes, _, err := s.deps.Knobs.Sketch(s.cs, line)
	if err != nil {
		return []string{line}
	}
	return boxes
}

// predict commits to a range, or passes it over. A run of the step ends the guessing.
func (s *Session) predict(cmd Predict) error {
	p := s.Step().Prediction(cmd.Prediction)
	if p == nil {
		return fmt.Errorf("this step has no prediction %q", cmd.Prediction)
	}
	st := s.stepState()
	switch {
	case len(st.Runs) > 0 || s.run != nil && s.run.Step == s.state.Step:
		return errors.New("the lab of this step has run: a range given after it says nothing")
	case st.Revealed:
		return errors.New("the reference is open: a range given after it says nothing")
	}
	if cmd.Skip {
		if err := s.record(framework.Predicted{Step: s.state.Step, Prediction: p.ID, Skipped: true}); err != nil {
			return err
		}
		s.tutorSays("Passed over, and not scored.")
		return nil
	}
	if err := framework.CheckRange(cmd.Low, cmd.High, p.Scale == "log"); err != nil {
		return err
	}
	return s.record(framework.Predicted{Step: s.state.Step, Prediction: p.ID, Low: cmd.Low, High: cmd.High})
}

// Knobs returns what the candidate has set for the current step, over the case's demo: the sketch of the architecture, of
// this step, and this step's decisions, each over the one before.
func (s *Session) Knobs() map[string]string {
	out := map[string]string{}
	maps.Copy(out, s.state.StepState(framework.Architecture).Sketch.Knobs)
	maps.Copy(out, s.stepState().Sketch.Knobs)
	for _, d := range s.Step().Decide {
		if chosen := s.stepState().Decisions[d.ID]; d.Knob != "" && chosen.Option != "" && !chosen.Skipped {
			out[d.Knob] = chosen.Option
		}
	}
	return out
}

// isReference says whether the knobs leave the reference's pipeline as it is, as far as the case's text tells.
func isReference(c *casestudies.Case, knobs map[string]string) bool {
	for id, value := range knobs {
		if reference, ok := c.Demo.Value(id); !ok || value != reference {
			return false
		}
	}
	return true
}
