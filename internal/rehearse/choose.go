package rehearse

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
)

// decide commits to an option, or skips the decision.
func (s *Session) decide(cmd Decide) error {
	d := s.Step().Decision(cmd.Decision)
	if d == nil {
		return fmt.Errorf("this step has no decision %q", cmd.Decision)
	}
	if s.stepState().Revealed {
		return errors.New("the reference is open: a decision that you make now wouldn't count")
	}
	if cmd.Skip {
		if err := s.record(framework.Decided{Step: s.state.Step, Decision: d.ID, Skipped: true}); err != nil {
			return err
		}
		s.tutorSays("Skipped, so it isn't scored.")
		return nil
	}
	if _, offered := d.Options.Verdict(cmd.Option); !offered {
		var ids []string
		for _, o := range d.Options {
			ids = append(ids, o.ID)
		}
		return fmt.Errorf("%q isn't an option of this decision: choose one of %s", cmd.Option, strings.Join(ids, ", "))
	}
	return s.record(framework.Decided{Step: s.state.Step, Decision: d.ID, Option: cmd.Option})
}

// Offered returns a decision's options in the order in which they are shown. It is drawn from the session's seed, so that the
// place of an option says nothing about it, and a resumed session shows the same order.
func (s *Session) Offered(d casestudies.Decision) casestudies.Options {
	place := func(o casestudies.Option) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s %s", s.state.Started.Seed, s.cs.ID, d.ID, o.ID))
		return string(sum[:])
	}
	offered := slices.Clone(d.Options)
	slices.SortFunc(offered, func(a, b casestudies.Option) int { return strings.Compare(place(a), place(b)) })
	return offered
}

// OpenPredictions returns the predictions of the current step that can still be given and are neither given nor skipped. A run
// closes them.
func (s *Session) OpenPredictions() []casestudies.Prediction {
	st := s.stepState()
	if len(st.Runs) > 0 || st.Revealed {
		return nil
	}
	var open []casestudies.Prediction
	for _, p := range s.Step().Lab.Predict {
		if _, said := st.Predictions[p.ID]; !said {
			open = append(open, p)
		}
	}
	return open
}

// sketch parses a whiteboard line. If a decision of this step asks about something that the line draws, the line decides it.
func (s *Session) sketch(line string) error {
	line = strings.TrimSpace(strings.ToValidUTF8(line, "\uFFFD"))
	if err := checkText("the line", line); err != nil {
		return err
	}
	if s.stepState().Revealed {
		return errors.New("the reference is open: a sketch that you draw now wouldn't count")
	}
	_, knobs, err := s.deps.Knobs.Sketch(s.cs, line)
	if err != nil {
		return err
	}
	if err := s.deps.Knobs.Check(s.cs, knobs); err != nil {
		return err
	}
	bodies := []framework.Body{framework.Sketched{Step: s.state.Step, Line: line, Knobs: maps.Clone(knobs)}}
	s.tutorSays("%s", drawnWords(knobs))
	for _, d := range s.Step().Decide {
		value, drawn := knobs[d.Knob]
		if d.Knob == "" || !drawn {
			continue
		}
		_, offered := d.Options.Verdict(value)
		decided := s.stepState().Decisions[d.ID]
		switch {
		case offered && decided.Option != value:
			bodies = append(bodies, framework.Decided{Step: s.state.Step, Decision: d.ID, Option: value})
			s.tutorSays("Your sketch also decides %s: %s.", d.Knob, value)
		case !offered && decided.Option != "" && decided.Option != value:
			s.tutorSays("Your decision of %s %s is kept: the %s in your sketch isn't one of its options.", d.Knob, decided.Option, value)
		}
	}
	return s.record(bodies...)
}

// drawnWords says what a sketch sets, so that nobody takes a label that the lab doesn't know for a setting.
func drawnWords(knobs map[string]string) string {
	if len(knobs) == 0 {
		return "The lab knows nothing in this line: it is drawn, and the reference's pipeline runs."
	}
	var set []string
	for _, id := range slices.Sorted(maps.Keys(knobs)) {
		set = append(set, id+" "+knobs[id])
	}
	return "Your sketch sets " + strings.Join(set, ", ") + "; what it doesn't set runs as in the reference."
}

// Whiteboard returns the labels of the boxes of the current step's last sketch. If the lab can no longer parse the line, the
// whole line is one box.
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

// predict commits to a range, or skips the prediction. It is an error once the step's lab has run.
func (s *Session) predict(cmd Predict) error {
	p := s.Step().Prediction(cmd.Prediction)
	if p == nil {
		return fmt.Errorf("this step has no prediction %q", cmd.Prediction)
	}
	st := s.stepState()
	switch {
	case len(st.Runs) > 0 || s.lab.current != nil && s.lab.current.Step == s.state.Step:
		return errors.New("the lab of this step has run: a range that you give now wouldn't count")
	case st.Revealed:
		return errors.New("the reference is open: a range that you give now wouldn't count")
	}
	if cmd.Skip {
		if err := s.record(framework.Predicted{Step: s.state.Step, Prediction: p.ID, Skipped: true}); err != nil {
			return err
		}
		s.tutorSays("Skipped, so it isn't scored.")
		return nil
	}
	if err := framework.CheckRange(cmd.Low, cmd.High, p.Scale == "log"); err != nil {
		return err
	}
	return s.record(framework.Predicted{Step: s.state.Step, Prediction: p.ID, Low: cmd.Low, High: cmd.High})
}

// Knobs returns the knobs that the candidate changed from the case's demo for the current step: those of the architecture's
// sketch, overridden by those of this step's sketch, overridden by this step's decisions.
func (s *Session) Knobs() map[string]string {
	out := map[string]string{}
	maps.Copy(out, s.state.StepState(framework.Architecture).Sketch.Knobs)
	maps.Copy(out, s.stepState().Sketch.Knobs)
	for _, d := range s.Step().Decide {
		if chosen := s.stepState().Decisions[d.ID]; chosen.Option != "" && !chosen.Skipped {
			settings, _ := d.Settings(chosen.Option)
			setBy(settings, out)
		}
	}
	return out
}

// isReference says whether the knobs are the reference's, judging by the case file alone.
func isReference(c *casestudies.Case, knobs map[string]string) bool {
	for id, value := range knobs {
		if reference, ok := c.Demo.Value(id); !ok || value != reference {
			return false
		}
	}
	return true
}

// ParseRange parses the two numbers of a prediction as people write them: `0.90 0.97`, `100k to 300k`, `2% - 5%`,
// `1,000 2,000`. framework.CheckRange checks whether they make a range.
func ParseRange(text string) (low, high float64, err error) {
	var numbers []float64
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t;–", r) }) {
		switch f {
		case "to", "and", "-":
			continue
		}
		v, err := parseNumber(f)
		if err != nil {
			return 0, 0, err
		}
		numbers = append(numbers, v)
	}
	if len(numbers) != 2 {
		return 0, 0, errors.New("a range is two numbers, low and high, such as 0.90 0.97 or 100k 300k")
	}
	return numbers[0], numbers[1], nil
}

// parseNumber parses a number with an optional k, M, x or %, and with commas between thousands.
func parseNumber(text string) (float64, error) {
	bare, times, parts := strings.ReplaceAll(text, ",", ""), 1.0, 1.0
	if bare != "" {
		switch bare[len(bare)-1] {
		case 'k', 'K':
			times = 1e3
		case 'm', 'M':
			times = 1e6
		case '%':
			parts = 100 // 70/100 is 0.7; 70 times 0.01 isn't quite
		case 'x':
		default:
			bare += " "
		}
		bare = bare[:len(bare)-1]
	}
	v, err := strconv.ParseFloat(bare, 64)
	if err != nil {
		return 0, fmt.Errorf("%q isn't a number: write 0.95, 5%%, 100k or 2M", text)
	}
	return v * times / parts, nil
}
