package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
)

// reviewOf gathers what a session holds, step by step in the order of the framework.
func reviewOf(session framework.Log, st *framework.State) sessionReview {
	r := sessionReview{
		Version: 1, ID: session.ID, Case: st.Started.CaseID, Title: st.Started.Title, Mode: st.Started.Mode,
		Created: st.Opened, Ended: st.Ended, Minutes: st.Elapsed.Minutes(), Facts: append([]string{}, st.Facts...), Steps: []stepReview{},
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

// ordered is a map's values in the order of its keys.
func ordered[V any](m map[string]V) []V {
	out := []V{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[k])
	}
	return out
}

// markdown is the session for reading.
func (r *sessionReview) markdown() string {
	var b strings.Builder
	state := "unfinished"
	if r.Ended {
		state = "ended"
	}
	fmt.Fprintf(&b, "# %s\n\n%s, begun %s, %s of active time, %s.\n\n", r.Title, r.Mode, r.Created.Local().Format("2006-01-02 15:04"), minutes(r.Minutes), state)
	if r.Score != nil {
		writeScore(&b, r.Score, slices.ContainsFunc(r.Steps, func(s stepReview) bool { return len(s.Marks) > 0 }))
	} else {
		b.WriteString("The case's text can't be read by this version: there is no score.\n\n")
	}
	if len(r.Facts) > 0 {
		b.WriteString("**Asked for**\n\n")
		for _, id := range r.Facts {
			title := r.title[id]
			if title == "" {
				title = id
			}
			fmt.Fprintf(&b, "- %s\n", title)
		}
		b.WriteString("\n")
	}
	for _, s := range r.Steps {
		s.write(&b)
	}
	if !r.Ended {
		fmt.Fprintf(&b, "`dryrun practice --resume %s` goes on with it.\n", r.ID)
	}
	return b.String()
}

func writeScore(b *strings.Builder, card *framework.Scorecard, marked bool) {
	if !marked {
		b.WriteString("No criterion is marked yet, so there is no score.\n\n")
		return
	}
	fmt.Fprintf(b, "**Score by your own marks**: %.1f of 4 over %d of %d steps", card.Overall, card.Answered, card.Of)
	if card.Supported != nil {
		fmt.Fprintf(b, " (%.1f without unsupported marks)", card.Supported.Overall)
	}
	b.WriteString(".")
	switch {
	case card.Level != "":
		fmt.Fprintf(b, " Level: %s.", card.Level)
	case card.NoVerdict != "":
		fmt.Fprintf(b, " No verdict: %s.", card.NoVerdict)
	}
	b.WriteString("\n\n")
	for _, s := range card.Steps {
		if s.Answered {
			fmt.Fprintf(b, "- %s: %.1f, %s\n", s.Step, s.Score, s.Band)
		}
	}
	b.WriteString("\n")
}

func (s *stepReview) write(b *strings.Builder) {
	title := string(s.Step)
	if step, ok := framework.StepByID(s.Step); ok {
		title = step.Title
	}
	fmt.Fprintf(b, "## %s, %s\n\n", title, minutes(s.Minutes))
	for _, a := range s.Answers {
		switch {
		case a.Draft:
			b.WriteString("*Not answered yet:*\n\n")
		case a.To != "":
			fmt.Fprintf(b, "*To %s:*\n\n", a.To)
		}
		for line := range strings.Lines(strings.TrimSpace(a.Text)) {
			b.WriteString("> " + line)
		}
		b.WriteString("\n\n")
	}
	for _, d := range s.Decisions {
		chose := casestudies.OptionWords(d.Option)
		if d.Passed {
			chose = "skipped"
		}
		fmt.Fprintf(b, "- decision %s: %s\n", d.Decision, chose)
	}
	for _, p := range s.Predictions {
		fmt.Fprintf(b, "- range for %s: %s\n", p.Prediction, rangeWords(p, s.Results))
	}
	for _, m := range s.Marks {
		fmt.Fprintf(b, "- mark for %s: %s\n", m.Criterion, m.Mark)
	}
	b.WriteString("\n")
}

func rangeWords(p framework.Predicted, results map[string]float64) string {
	if p.Passed {
		return "skipped"
	}
	words := fmt.Sprintf("%g to %g", p.Low, p.High)
	truth, ok := results[p.Prediction]
	switch {
	case !ok:
		return words + ", not run"
	case truth < p.Low || truth > p.High:
		return words + fmt.Sprintf("; it was %.4g: outside", truth)
	}
	return words + fmt.Sprintf("; it was %.4g: inside", truth)
}

func minutes(m float64) string {
	if m < 1 {
		return "under a minute"
	}
	return count(int(m+0.5), "minute")
}
