package rehearse_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"dryrun/framework"
	"dryrun/internal/rehearse"

	"pgregory.net/rapid"
)

// anyCommand draws valid and invalid commands.
func anyCommand(t *rapid.T) rehearse.Command {
	step := rapid.SampledFrom([]framework.StepID{framework.Requirements, framework.Evaluation, framework.Serving, "lunch", ""})
	to := rapid.SampledFrom([]string{"", "", "", "scope-cut", "encoder-version", "smaller", "nobody"})
	text := rapid.SampledFrom([]string{
		"", " ", "recall and NDCG", "a purchase is the goal", "don't \xff index", "200 million listings, no scan", "x",
	})
	id := rapid.SampledFrom([]string{"index-family", "objective", "label", "speedup", "lunch"})
	run := rapid.IntRange(0, 4)
	switch rapid.IntRange(0, 23).Draw(t, "command") {
	case 0:
		return rehearse.Enter{Step: step.Draw(t, "step")}
	case 1:
		return rehearse.Ask{Text: text.Draw(t, "text")}
	case 2, 3, 4:
		return rehearse.Draft{To: to.Draw(t, "to"), Text: text.Draw(t, "text")}
	case 5, 6:
		return rehearse.Answer{To: to.Draw(t, "to"), Text: text.Draw(t, "text")}
	case 7:
		option := rapid.SampledFrom([]string{"hnsw", "ivfpq", "clicks", ""})
		return rehearse.Decide{Decision: id.Draw(t, "id"), Option: option.Draw(t, "option"), Skip: rapid.Bool().Draw(t, "pass")}
	case 8:
		return rehearse.Sketch{Line: rapid.SampledFrom([]string{"", "a -> engine=exact", "a -> k=broken", "a -> k=20"}).Draw(t, "line")}
	case 9:
		return rehearse.Predict{Prediction: id.Draw(t, "id"), Low: rapid.Float64().Draw(t, "low"), High: rapid.Float64().Draw(t, "high")}
	case 10:
		return rehearse.Run{Fault: rapid.SampledFrom([]string{"", "none", "leakage", rehearse.Mystery, "lunch"}).Draw(t, "fault")}
	case 11:
		return rehearse.LabDone{Run: run.Draw(t, "run")}
	case 12:
		return rehearse.LabFailed{Run: run.Draw(t, "run"), Err: errors.New("it broke")}
	case 13:
		return rehearse.Cancel{}
	case 14:
		return rehearse.XRay{Query: rapid.IntRange(-1, 500).Draw(t, "query")}
	case 15:
		odd := []rehearse.Command{rehearse.Hint{}, rehearse.XRayDone{}, rehearse.StoreFailed{}, rehearse.Stored{}, nil}
		return rapid.SampledFrom(odd).Draw(t, "odd")
	case 16:
		return rehearse.Reveal{}
	case 17:
		return rehearse.Probe{}
	case 18:
		criterion := rapid.SampledFrom([]string{"scope-cut", "slice-floor", "lunch"})
		mark := rapid.SampledFrom([]framework.Mark{0, 0.5, 1, 2})
		return rehearse.Mark{Criterion: criterion.Draw(t, "criterion"), Mark: mark.Draw(t, "mark")}
	case 19:
		return rehearse.Diagnose{Fault: rapid.SampledFrom([]string{"leakage", "none", ""}).Draw(t, "fault")}
	case 20:
		return rehearse.Done{}
	case 21:
		return rehearse.Next{}
	case 22:
		return rehearse.Pause{}
	}
	return rehearse.Continue{}
}

// Whatever is commanded, in whatever order, with kills and a failing disk between: nothing panics, a refusal changes
// nothing, the state is the fold of the stored log, and every text that was taken is still there.
func TestAnySequenceOfCommandsKeepsStateAndLogEqual(t *testing.T) {
	c := visualSearch(t)
	rapid.Check(t, func(r *rapid.T) {
		x := begin(t, rehearse.Options{Case: c, Mode: rapid.SampledFrom([]framework.Mode{framework.Practice, framework.Mock}).Draw(r, "mode")})
		type place struct {
			step framework.StepID
			to   string
		}
		typed := map[place]string{}
		note := func(to, text string) { typed[place{x.s.State().Step, to}] = strings.ToValidUTF8(text, "\uFFFD") }
		for range rapid.IntRange(1, 40).Draw(r, "length") {
			x.clock.advance(time.Duration(rapid.IntRange(-5, 30).Draw(r, "seconds")) * time.Second)
			x.memory.Fail(0, nil)
			if rapid.IntRange(0, 9).Draw(r, "disk") == 0 {
				x.memory.Fail(-1, errors.New("the disk is full"))
			}
			cmd := anyCommand(r)
			before := asJSON(t, x.s.State())
			out, err := x.s.Do(cmd)
			switch {
			case err != nil && asJSON(t, x.s.State()) != before:
				r.Fatalf("%T was refused (%v) and changed the state", cmd, err)
			case err == nil:
				switch cmd := cmd.(type) {
				case rehearse.Draft:
					note(cmd.To, cmd.Text)
				case rehearse.Answer:
					note(cmd.To, cmd.Text)
				}
				x.performAll(out)
			}
			x.s.Debrief(x.s.State().Step)
			x.memory.Fail(0, nil)
			if rapid.IntRange(0, 9).Draw(r, "kill") == 0 {
				x.do(rehearse.Stored{}) // what failed to be saved is offered again
				if !x.s.InStore() {
					r.Fatal("a disk that works again doesn't have everything")
				}
				s, out, err := rehearse.Resume(deps(x.clock), x.stored())
				if err != nil {
					r.Fatal(err)
				}
				x.s = s
				x.performAll(out)
			}
			for p, want := range typed {
				if got := x.s.TextOf(p.step, p.to); got != want && strings.TrimSpace(got+want) != "" {
					r.Fatalf("%s %q: %q became %q", p.step, p.to, want, got)
				}
			}
		}
		x.memory.Fail(0, nil)
		x.do(rehearse.Stored{})
		x.checkFold()
	})
}
