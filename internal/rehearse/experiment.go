package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/report"
)

// start runs the step's lab. It stops a run that is in flight, whose knobs may be out of date.
func (s *Session) start(fault string) error {
	if err := s.hiddenError(LabResults); err != nil {
		return err
	}
	if fault == "none" {
		fault = ""
	}
	if valid := s.Faults(); fault != "" && fault != Mystery && !slices.Contains(valid, fault) {
		return fmt.Errorf("%q isn't a fault of this world: choose one of %s, or %s", fault, strings.Join(valid, ", "), Mystery)
	}
	knobs := s.Knobs()
	if err := s.deps.Knobs.Check(s.cs, knobs); err != nil {
		return err
	}
	var decisions []DecisionRun
	if fault == "" { // a planted fault would hide what the decisions do
		decisions, fault = s.decisionRuns(), s.chosenFault()
	}
	s.stop()
	s.lab.lastID++
	s.lab.current = &RunLab{
		Run: s.lab.lastID, Step: s.state.Step, Seed: s.state.Started.Seed, Fault: fault,
		Yours: knobs, Reference: map[string]string{},
		Same:        fault == "" && isReference(s.cs, knobs),
		Decisions:   decisions,
		Predictions: map[string]casestudies.Prediction{},
	}
	for _, p := range s.Step().Lab.Predict {
		s.lab.current.Predictions[p.ID] = p
	}
	s.effect(*s.lab.current)
	return nil
}

// Faults returns the ids of the faults that the lab can plant and that a diagnosis can name.
func (s *Session) Faults() []string { return s.deps.Knobs.Faults(s.cs) }

// stop cancels the run that is in flight, if any. Its result will be ignored.
func (s *Session) stop() {
	if s.lab.current != nil {
		s.effect(CancelRun{Run: s.lab.current.Run})
		s.lab.current = nil
	}
}

func (s *Session) cancel() error {
	if s.lab.current == nil {
		return errors.New("nothing is running")
	}
	s.stop()
	s.tutorSays("Stopped.")
	return nil
}

// isCurrent says whether a result belongs to the run that is in flight.
func (s *Session) isCurrent(run int) bool {
	return s.lab.current != nil && s.lab.current.Run == run && !s.state.Ended && s.log.readOnlyReason == ""
}

func (s *Session) labFailed(cmd LabFailed) error {
	if !s.isCurrent(cmd.Run) {
		return nil
	}
	s.lab.current = nil
	if errors.Is(cmd.Err, context.Canceled) {
		s.tutorSays("Stopped.")
		return nil
	}
	s.tutorSays("The lab failed: %v. Run it again, or continue without it.", cmd.Err)
	return nil
}

// runReports are the reports of a run and the verdicts on them as an event stores them.
type runReports struct {
	Yours      *report.Step       `json:"yours"`
	Reference  *report.Step       `json:"reference,omitempty"`
	Comparison *report.Comparison `json:"comparison,omitempty"`
	Decisions  []DecisionVerdict  `json:"decisions,omitempty"`
}

func (s *Session) labDone(cmd LabDone) error {
	if !s.isCurrent(cmd.Run) {
		return nil
	}
	run, result := *s.lab.current, cmd.Result
	if result.Yours == nil {
		return s.labFailed(LabFailed{Run: cmd.Run, Err: errors.New("it returned no report")})
	}
	ran := framework.LabRan{
		Step: run.Step, Knobs: run.Yours, Fault: run.Fault,
		Metrics: onlyFinite(result.Yours.Metrics), Timings: onlyFinite(result.Yours.Timings), Results: map[string]float64{},
	}
	if result.Reference != nil {
		ran.RefMetrics, ran.RefTimings = onlyFinite(result.Reference.Metrics), onlyFinite(result.Reference.Timings)
	}
	for id, v := range onlyFinite(result.Results) {
		if _, asked := run.Predictions[id]; asked {
			ran.Results[id] = v
		}
	}
	drawn, err := json.Marshal(runReports{result.Yours, result.Reference, result.Comparison, result.Decisions})
	if err != nil { // the report has a NaN or an infinity: it can be shown now, but not after a restart
		drawn = nil
	}
	ran.Report = drawn
	s.lab.current = nil
	if err := s.record(ran); err != nil {
		return err
	}
	s.lab.results[run.Step] = result
	s.tutorSays("%s", result.Yours.Headline)
	return nil
}

// onlyFinite copies the finite numbers.
func onlyFinite(in map[string]float64) map[string]float64 {
	out := make(map[string]float64, len(in))
	for k, v := range in {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out[k] = v
		}
	}
	return out
}

// Report returns the reports of a step's last run, nil if there is none; see LastRun.
func (s *Session) Report(step framework.StepID) (yours, reference *report.Step) {
	r := s.LastRun(step)
	return r.Yours, r.Reference
}

// startXRay asks where the pipeline of the step's last run lost a query's best match.
func (s *Session) startXRay(query int) error {
	if err := s.hiddenError(LabResults); err != nil {
		return err
	}
	runs := s.stepState().Runs
	if len(runs) == 0 {
		return errors.New("run the lab first: the x-ray examines its pipeline")
	}
	if query < 1 {
		return fmt.Errorf("there is no query %d: the first one is 1", query)
	}
	if yours, _ := s.Report(s.state.Step); yours != nil && yours.Setup.Queries > 0 && query > yours.Setup.Queries {
		return fmt.Errorf("there is no query %d: this run has %d", query, yours.Setup.Queries)
	}
	last := runs[len(runs)-1]
	s.effect(RunXRay{Seed: s.state.Started.Seed, Fault: last.Fault, Knobs: maps.Clone(last.Knobs), Query: query - 1})
	return nil
}

func (s *Session) xrayDone(cmd XRayDone) error {
	switch {
	case cmd.Err == nil:
		x := cmd.Result
		s.lab.xray = &x
	case !errors.Is(cmd.Err, context.Canceled):
		s.tutorSays("The x-ray failed: %v.", cmd.Err)
	}
	return nil
}

// diagnose names the fault of the step's last run, which was a mystery. The candidate has one try.
func (s *Session) diagnose(said string) error {
	if err := s.hiddenError(LabResults); err != nil {
		return err
	}
	st := s.stepState()
	switch {
	case len(st.Runs) == 0 || st.Runs[len(st.Runs)-1].Fault != Mystery:
		return fmt.Errorf("there is nothing to diagnose: run the lab with the fault %q first", Mystery)
	case len(st.Diagnoses) > 0:
		return fmt.Errorf("you have already diagnosed this one: it was %s", st.Diagnoses[0].Fault)
	}
	if valid := s.Faults(); said != "none" && !slices.Contains(valid, said) {
		return fmt.Errorf("%q isn't a fault of this world: choose one of %s, or none", said, strings.Join(valid, ", "))
	}
	truth := s.deps.Knobs.Mystery(s.cs, s.state.Started.Seed)
	now, _ := s.state.Now(s.now())
	elapsed := now - s.lab.mysteryShownAt[s.state.Step]
	d := framework.Diagnosed{Step: s.state.Step, Fault: truth, Guess: said, Correct: said == truth, Elapsed: elapsed}
	if err := s.record(d); err != nil {
		return err
	}
	verdict := "Right"
	if !d.Correct {
		verdict = "Not " + said
	}
	s.tutorSays("%s: it was %s. Time to cause %d:%02d.", verdict, truth, int(d.Elapsed.Minutes()), int(d.Elapsed.Seconds())%60)
	return nil
}
