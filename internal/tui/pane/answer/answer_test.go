package answer

import (
	"errors"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/session/sessiontest"
)

func open(t *testing.T, editor string, w, h int) (*sessiontest.Rig, *Pane, *int) {
	r := sessiontest.Open(t, framework.Requirements)
	shown := 0
	p := New(r.S, Options{Show: func() { shown++ }, Editor: editor, Ctx: t.Context()})
	r.Show(p, w, h)
	return r, p, &shown
}

func TestWhatIsTypedIsSavedAndThenCommitted(t *testing.T) {
	r, _, _ := open(t, "", 76, 19)
	r.Press("enter")
	r.Type("q? purchases\nnot clicks")
	r.Sees("writing; saved as you type")
	r.Until("the draft is saved", func() bool {
		drafts := r.Store.Saved()
		return len(drafts) > 0 && drafts[len(drafts)-1].Text == "q? purchases\nnot clicks"
	})
	r.Press("esc")
	r.Until("the answer is stored", func() bool { return strings.Contains(r.Store.Kinds("s1"), "Answered") })
	r.Sees("saved; enter: edit")
	r.Fits()
}

func TestUndoIsSavedToo(t *testing.T) {
	r, _, _ := open(t, "", 76, 19)
	r.Press("i")
	r.Type("word")
	r.Press("ctrl+_")
	if got := r.S.Text(""); got != "" {
		t.Errorf("the rules keep %q", got)
	}
}

func TestTheQuestionLeavesTheFieldItsRoomAtEverySize(t *testing.T) {
	for _, size := range sessiontest.Sizes() {
		t.Run(size.Screen, func(t *testing.T) {
			r, p, _ := open(t, "", size.W, size.H)
			r.Press("enter")
			r.Type("the field is on the screen")
			r.Fits()
			r.Sees("the field is on the screen")
			first := strings.Fields(p.question(""))[0]
			if !strings.Contains(r.View(), first) {
				t.Errorf("the question isn't shown:\n%s", r.View())
			}
			all, shown := strings.Join(strings.Fields(p.question("")), " "), strings.Join(strings.Fields(r.View()), " ")
			if !strings.Contains(shown, all) && !strings.Contains(shown, "…") {
				t.Errorf("the question is cut without a sign:\n%s", r.View())
			}
		})
	}
}

func TestAProbeIsAskedAndAnsweredByItself(t *testing.T) {
	r, p, shown := open(t, "", 76, 19)
	if r.Does("p") != "" || r.Does("o") != "" {
		t.Error("more can be asked before there is an answer")
	}
	r.Press("enter")
	r.Type("purchases within a day")
	r.Press("esc", "p")
	probes := r.S.Here().Probes
	if len(probes) != 1 || p.to != probes[0].ID || !p.TakesText() || *shown != 1 {
		t.Fatalf("probes %v, answering %q, typing %v, shown %d times", probes, p.to, p.TakesText(), *shown)
	}
	r.Type("an answer to the probe")
	r.Press("esc", "o")
	if got := p.writing.Value(); got != "purchases within a day" {
		t.Errorf("after turning to the prompt the field holds %q", got)
	}
	r.Press("o")
	if got := p.writing.Value(); got != "an answer to the probe" {
		t.Errorf("after turning to the probe the field holds %q", got)
	}
}

func TestAfterTheRevealItSaysThatWritingIsNotScored(t *testing.T) {
	r, _, _ := open(t, "", 76, 19)
	r.Run(r.S.Do(rehearse.Reveal{}))
	r.Sees("saved but not scored")
}

func TestAFinishedSessionOnlyReads(t *testing.T) {
	r, p, _ := open(t, "", 76, 19)
	r.Run(r.S.Do(rehearse.End{}))
	r.Press("enter")
	r.Until("a note", func() bool { return r.Said("nothing more can be written") })
	if p.TakesText() {
		t.Error("it takes text")
	}
}

func TestWhatTheEditorWroteIsTheAnswer(t *testing.T) {
	r, p, shown := open(t, "vi", 76, 19)
	r.Run(p.Update(edited{from: p, step: framework.Requirements, text: "from the editor"}))
	if got := r.S.Text(""); got != "from the editor" || *shown != 1 {
		t.Errorf("the answer is %q, shown %d times", got, *shown)
	}
	r.Run(p.Update(edited{from: p, step: framework.Requirements, err: errors.New("no such editor")}))
	r.Until("a failure", func() bool { return r.Said("no such editor") })
	for _, late := range []edited{
		{from: &Pane{}, step: framework.Requirements, text: "of another pane"},
		{from: p, step: framework.Serving, text: "of another step"},
		{from: p, step: framework.Requirements, to: "probe", text: "of another question"},
	} {
		r.Run(p.Update(late))
		if got := r.S.Text(""); got != "from the editor" {
			t.Errorf("the answer became %q", got)
		}
	}
}

func TestWithoutAnEditorItSaysHowToHaveOne(t *testing.T) {
	r, p, _ := open(t, " ", 76, 19)
	r.Run(p.Edit())
	r.Until("a note", func() bool { return r.Said("set EDITOR") })
}
