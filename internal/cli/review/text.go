package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

// reviewOf collects what a session holds, step by step in the order of the framework.
func reviewOf(session framework.Log, st *framework.State) sessionReview {
	r := sessionReview{
		Version: 1, ID: session.ID, Case: st.Started.CaseID, Title: st.Started.Title, Mode: st.Started.Mode,
		Created: st.StartedAt, Ended: st.Ended, Minutes: st.Elapsed.Minutes(), Facts: append([]string{}, st.Facts...), Steps: []stepReview{},
	}
	for _, s := range framework.Steps() {
		step, ok := st.Steps[s.ID]
		if !ok {
			continue
		}
		v := stepReview{
			Step: s.ID, Done: step.Done, Minutes: step.Elapsed.Minutes(), Answers: []answerReview{},
			Decisions: ordered(step.Decisions), Predictions: ordered(step.Predictions), Marks: ordered(step.Marks["self"]),
			Results: map[string]float64{},
		}
		for _, a := range step.Answers {
			v.Answers = append(v.Answers, answerReview{To: a.To, Text: a.Text})
		}
		for _, d := range session.Drafts {
			if a, _ := step.Answer(d.To); d.Step == s.ID && strings.TrimSpace(d.Text) != "" && d.Text != a.Text {
				v.Answers = append(v.Answers, answerReview{To: d.To, Text: d.Text, Draft: true})
			}
		}
		if n := len(step.Runs); n > 0 {
			maps.Copy(v.Results, step.Runs[n-1].Results)
		}
		r.Steps = append(r.Steps, v)
	}
	return r
}

// ordered returns the values of a map in the order of its keys.
func ordered[V any](m map[string]V) []V {
	out := []V{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[k])
	}
	return out
}

// blocks are the session in words. past is nil if this version can't read the session's case; then only the answers are shown.
func (r *sessionReview) blocks(past *rehearse.Session) [][]report.Block {
	state := "unfinished"
	if r.Ended {
		state = "ended"
	}
	about := fmt.Sprintf("%s, started %s, %s of active time, %s.",
		r.Mode, r.Created.Local().Format("2006-01-02 15:04"), minutes(r.Minutes), state)
	head := []report.Block{{Kind: report.Note, Title: r.Title, Text: about}}
	if past == nil {
		head = append(head, report.Block{Kind: report.Note, Text: "This version can't read the case's text, so there is no score."})
		out := [][]report.Block{head}
		for _, s := range r.Steps {
			out = append(out, s.answers())
		}
		return out
	}
	out := [][]report.Block{head, narrate.Scorecard(past.Result(), nil)}
	for _, s := range r.Steps {
		out = append(out, append(narrate.Written(past, s.Step), narrate.PastStep(past.Debrief(s.Step), past.LastRun(s.Step))...))
	}
	return out
}

// answers are what was written in a step of a case that can't be read.
func (s *stepReview) answers() []report.Block {
	title := string(s.Step)
	if step, ok := framework.StepByID(s.Step); ok {
		title = step.Title
	}
	var out []report.Block
	for _, a := range s.Answers {
		out = append(out, report.Block{Kind: report.Note, Title: title, Text: strings.TrimSpace(a.Text)})
	}
	return out
}

func minutes(m float64) string {
	if m < 1 {
		return "under a minute"
	}
	return command.Count(int(m+0.5), "minute")
}
