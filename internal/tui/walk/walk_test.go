package walk_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
	"dryrun/internal/tui/session/sessiontest"
	"dryrun/internal/tui/walk"
)

func open(t *testing.T, step framework.StepID) (*walk.Model, session.Options) {
	o := sessiontest.Options(t, step)
	command := func(words ...string) string { return "dryrun " + strings.Join(words, " ") + " --data-dir /d" }
	m := walk.New(t.Context(), walk.Options{Session: o, Command: command})
	m.SetSize(80, 22)
	return m, o
}

// tab is the name of the pane that is open.
func tab(m *walk.Model) string {
	_, after, _ := strings.Cut(ansi.Strip(m.View()), "[")
	name, _, _ := strings.Cut(after, "]")
	return name
}

func TestThePanesAreInTheOrderInWhichTheyAreUsed(t *testing.T) {
	m, _ := open(t, framework.Architecture)
	for _, want := range []string{"Brief", "Answer", "Decide", "Lab", "Reference", "Score", "Brief"} {
		if got := tab(m); got != want {
			t.Errorf("%s is open, want %s", got, want)
		}
		m.Update(sessiontest.Key("tab"))
	}
}

func TestTheKeysOfEveryPaneOpenThePaneTheyAreAbout(t *testing.T) {
	for key, want := range map[string]string{
		"r": "Lab", "f3": "Lab", "h": "Brief", "f4": "Brief", "a": "Brief", "f5": "Brief", "v": "Reference",
		"esc": "Brief", "e": "Answer", "left": "Brief",
	} {
		m, _ := open(t, framework.Architecture)
		m.Update(sessiontest.Key("tab"))
		m.Update(sessiontest.Key(key))
		if got := tab(m); got != want {
			t.Errorf("from the answer %s opens %s, want %s", key, got, want)
		}
	}
}

func TestNextGoesThroughTheStepsAndThenToTheScorecard(t *testing.T) {
	m, o := open(t, framework.Evaluation)
	m.Update(sessiontest.Key("tab"))
	m.Update(sessiontest.Key("n"))
	if o.Rules.State().Step != framework.Serving || tab(m) != "Brief" {
		t.Errorf("at %s in %s", o.Rules.State().Step, tab(m))
	}
	m.Update(sessiontest.Key("f2"))
	if tab(m) != "Score" || !strings.Contains(ansi.Strip(m.View()), "Scorecard") {
		t.Errorf("after the last step it shows\n%s", ansi.Strip(m.View()))
	}
}

func TestAFunctionKeyLeavesTheFieldAndCommitsTheAnswer(t *testing.T) {
	m, o := open(t, framework.Architecture)
	m.Update(sessiontest.Key("enter"))
	for _, key := range []string{"h", "n", "s", "w"} {
		m.Update(sessiontest.Key(key))
	}
	if !frame.TakesText(m) {
		t.Fatal("the field was left by a letter")
	}
	m.Update(sessiontest.Key("f3"))
	a, _ := o.Rules.State().StepState(framework.Architecture).Answer("")
	if a.Text != "hnsw" || tab(m) != "Lab" || frame.TakesText(m) {
		t.Errorf("the answer is %q, open is %s", a.Text, tab(m))
	}
}

func TestTheLineOnExitSaysHowToComeBack(t *testing.T) {
	m, o := open(t, framework.Architecture)
	if got := m.NextCommand(); !strings.Contains(got, "dryrun practice visual-search --data-dir /d") {
		t.Errorf("it says %q", got)
	}
	if _, err := o.Rules.Do(rehearse.End{}); err != nil {
		t.Fatal(err)
	}
	if got := m.NextCommand(); !strings.Contains(got, "dryrun review s1 --data-dir /d") {
		t.Errorf("after the end it says %q", got)
	}
}
