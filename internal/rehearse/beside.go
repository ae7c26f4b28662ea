package rehearse

import (
	"encoding/json"
	"maps"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/report"
)

// DecisionRun asks what one decision does: the reference's pipeline with the settings of the candidate's option, beside the same
// pipeline with those of another option.
type DecisionRun struct {
	Decision, Metric        string
	Option, Other           string
	Settings, OtherSettings map[string]string
	Role                    casestudies.Verdict // of Other: Best, or Poor where the candidate's option is the best
}

// DecisionVerdict is what such a run found on the decision's own metric.
type DecisionVerdict struct {
	Decision string              `json:"decision"`
	Option   string              `json:"option"`
	Other    string              `json:"other"`
	Role     casestudies.Verdict `json:"role"` // of Other
	Verdict  report.Verdict      `json:"verdict"`
}

// decisionRuns returns the runs that show what this step's decisions do: each choice that isn't the best beside the best. Where
// every choice is the best, the most tempting wrong option runs beside each: the first poor one in the case's order that the lab
// can run.
func (s *Session) decisionRuns() []DecisionRun {
	var wrong, right []DecisionRun
	for i := range s.Step().Decide {
		d := &s.Step().Decide[i]
		chosen := s.stepState().Decisions[d.ID]
		settings, ok := d.Settings(chosen.Option)
		if chosen.Option == "" || chosen.Skipped || !ok {
			continue
		}
		run := DecisionRun{Decision: d.ID, Metric: d.Metric, Option: chosen.Option, Settings: settings}
		if best := d.Options.Best(); chosen.Option != best {
			if run.OtherSettings, ok = d.Settings(best); ok {
				run.Other, run.Role = best, casestudies.Best
				wrong = append(wrong, run)
			}
			continue
		}
		if run.Other, run.OtherSettings = tempting(d); run.Other != "" {
			run.Role = casestudies.Poor
			right = append(right, run)
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	return right
}

// tempting is a decision's first poor option that the lab can run, "" if there is none.
func tempting(d *casestudies.Decision) (option string, settings map[string]string) {
	for _, o := range d.Options {
		if o.Verdict != casestudies.Poor {
			continue
		}
		if settings, ok := d.Settings(o.ID); ok {
			return o.ID, settings
		}
	}
	return "", nil
}

// chosenFault is the fault that one of this step's choices stands for, "" if none does. A pipeline has one fault: the first.
func (s *Session) chosenFault() string {
	for i := range s.Step().Decide {
		d := &s.Step().Decide[i]
		chosen := s.stepState().Decisions[d.ID]
		settings, ok := d.Settings(chosen.Option)
		if ok && !chosen.Skipped && settings[casestudies.FaultSetting] != "" {
			return settings[casestudies.FaultSetting]
		}
	}
	return ""
}

// setBy copies the knobs of an option's settings into knobs.
func setBy(settings, knobs map[string]string) {
	for id, value := range settings {
		if id != casestudies.FaultSetting {
			knobs[id] = value
		}
	}
}

// LastRun returns the result of a step's last run; its Yours is nil if there is none. After a resume it comes from the log,
// without pictures.
func (s *Session) LastRun(step framework.StepID) LabResult {
	if r, ok := s.lab.results[step]; ok {
		return r
	}
	runs := s.state.StepState(step).Runs
	if len(runs) == 0 {
		return LabResult{}
	}
	last := runs[len(runs)-1]
	var r runReports
	if err := json.Unmarshal(last.Report, &r); err != nil {
		return LabResult{} // the state still has its numbers
	}
	result := LabResult{
		Yours: r.Yours, Reference: r.Reference, Comparison: r.Comparison, Decisions: r.Decisions, Results: maps.Clone(last.Results),
	}
	s.lab.results[step] = result
	return result
}
