package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/draw"
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

// markdown is the session as Markdown. past is nil if this version can't read the session's case; then only the answers are
// shown.
func (r *sessionReview) markdown(past *rehearse.Session, next func(words ...string) string) string {
	var b strings.Builder
	state := "unfinished"
	if r.Ended {
		state = "ended"
	}
	fmt.Fprintf(&b, "# %s\n\n%s, started %s, %s of active time, %s.\n\n",
		r.Title, r.Mode, r.Created.Local().Format("2006-01-02 15:04"), minutes(r.Minutes), state)
	if past != nil {
		writeBlocks(&b, narrate.Scorecard(past.Result()))
		writeFacts(&b, past.Case(), r.Facts)
	} else {
		b.WriteString("This version can't read the case's text, so there is no score.\n\n")
	}
	for _, s := range r.Steps {
		s.write(&b)
		if past != nil {
			writeBlocks(&b, narrate.PastStep(past.Debrief(s.Step), past.LastRun(s.Step)))
		}
	}
	if !r.Ended {
		fmt.Fprintf(&b, "`%s` continues it.\n", next("practice", "--resume", r.ID))
	}
	return b.String()
}

// writeFacts lists the facts that were asked for.
func writeFacts(b *strings.Builder, c *casestudies.Case, released []string) {
	if len(released) == 0 {
		return
	}
	b.WriteString("**Asked for**\n\n")
	for _, f := range c.Facts {
		if slices.Contains(released, f.ID) {
			fmt.Fprintf(b, "- %s\n", f.Short)
		}
	}
	b.WriteString("\n")
}

// write writes a step's title and what was answered in it.
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
}

// writeBlocks writes a result as Markdown: a note as a paragraph, a table as a list.
func writeBlocks(b *strings.Builder, blocks []report.Block) {
	for _, block := range blocks {
		if block.Title != "" {
			fmt.Fprintf(b, "**%s**", block.Title)
		}
		if block.Kind == report.Note {
			fmt.Fprintf(b, ": %s\n\n", block.Text)
			continue
		}
		b.WriteString("\n\n")
		for _, line := range draw.RowLines(block) {
			fmt.Fprintf(b, "- %s\n", line)
		}
		b.WriteString("\n")
	}
}

func minutes(m float64) string {
	if m < 1 {
		return "under a minute"
	}
	return command.Count(int(m+0.5), "minute")
}
