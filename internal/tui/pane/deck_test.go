package pane_test

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dryrun/framework"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/pane"
	"dryrun/internal/tui/session/sessiontest"
)

// stub is a one-line pane that may be modal, as a field or as a question.
type stub struct {
	name                  string
	holds, typing         bool
	entered, released     int
	w, h                  int
	did, other, heardKeys []string
}

func (p *stub) Name() string          { return p.name }
func (p *stub) Enter()                { p.entered++ }
func (p *stub) SetSize(w, h int)      { p.w, p.h = w, h }
func (p *stub) View() string          { return "this is " + p.name }
func (p *stub) IsModal() bool         { return p.holds }
func (p *stub) TakesText() bool       { return p.typing }
func (p *stub) KeyPressed(key string) { p.heardKeys = append(p.heardKeys, key) }
func (p *stub) CloseModal() tea.Cmd {
	p.released++
	p.holds, p.typing = false, false
	return nil
}

func (p *stub) Bindings() []frame.Binding {
	return []frame.Binding{{Keys: []string{"x"}, Does: "x of " + p.name, Do: frame.Set(func() { p.did = append(p.did, "x") })}}
}

func (p *stub) Update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyMsg); ok {
		p.other = append(p.other, key.String())
	}
	return nil
}

type deck struct {
	*pane.Deck
	a, b *stub
	next int // how often the shared key was run
}

func open(t *testing.T, w, h int) *deck {
	r := sessiontest.Open(t, framework.Architecture)
	d := &deck{a: &stub{name: "First"}, b: &stub{name: "Second"}}
	d.Deck = pane.NewDeck(r.S, []pane.Pane{d.a, d.b}, func() []frame.Binding {
		return []frame.Binding{
			d.Everywhere("next", func() tea.Cmd { d.next++; return nil }, "n", "f2"),
			d.Everywhere("turn", func() tea.Cmd { d.Turn(1); return nil }, "tab", "right"),
			d.Everywhere("steps", func() tea.Cmd { d.OpenSteps(); return nil }, "s"),
			d.Everywhere("x of every pane", nil, "x"),
		}
	})
	d.SetSize(w, h)
	return d
}

func (d *deck) press(keys ...string) {
	for _, k := range keys {
		d.Update(sessiontest.Key(k))
	}
}

func TestTheDeckFitsItsSizeAndGivesThePaneItsRoom(t *testing.T) {
	for _, size := range [][2]int{{60, 18}, {80, 22}, {100, 28}, {120, 38}, {200, 58}} {
		d := open(t, size[0], size[1])
		for _, where := range []string{"pane", "steps"} {
			lines := strings.Split(d.View(), "\n")
			if len(lines) != size[1] {
				t.Errorf("%v: %s has %d lines", size, where, len(lines))
			}
			for _, l := range lines {
				if ansi.StringWidth(l) > size[0] {
					t.Errorf("%v: %s has a line of %d cells: %q", size, where, ansi.StringWidth(l), ansi.Strip(l))
				}
			}
			if rail := strings.Contains(ansi.Strip(d.View()), "─ Scope"); rail != d.Full() {
				t.Errorf("%v: the rail is shown %v, want %v", size, rail, d.Full())
			}
			d.OpenSteps()
		}
		if d.a.w <= 0 || d.a.w >= size[0] || d.a.h <= 0 || d.a.h >= size[1] {
			t.Errorf("%v: the pane has %dx%d", size, d.a.w, d.a.h)
		}
	}
}

func TestAPanesKeyComesBeforeThatOfEveryPane(t *testing.T) {
	d := open(t, 80, 22)
	d.press("x", "n")
	if len(d.a.did) != 1 || d.next != 1 {
		t.Errorf("the pane did %v, next was run %d times", d.a.did, d.next)
	}
	d.press("tab", "x")
	if len(d.b.did) != 1 || !d.IsOpen(d.b) {
		t.Errorf("the second pane did %v, open %v", d.b.did, d.IsOpen(d.b))
	}
	d.press("tab")
	if !d.IsOpen(d.a) {
		t.Error("after the last pane comes no first one")
	}
}

func TestInAFieldLettersAreTextAndFunctionKeysLeaveIt(t *testing.T) {
	d := open(t, 80, 22)
	d.a.holds, d.a.typing = true, true
	d.press("n", "right", "s")
	if got := strings.Join(d.a.other, " "); got != "n right s" || d.next != 0 {
		t.Errorf("the field got %q, next was run %d times", got, d.next)
	}
	d.press("f2")
	if d.next != 1 || d.a.released != 1 {
		t.Errorf("next was run %d times, the field left %d times", d.next, d.a.released)
	}
	d.a.holds, d.a.typing = true, true
	d.press("tab")
	if d.a.released != 2 || !d.IsOpen(d.b) {
		t.Errorf("tab left the field %d times, the second pane is open: %v", d.a.released, d.IsOpen(d.b))
	}
}

func TestAQuestionTakesEveryKeyButFunctionKeys(t *testing.T) {
	d := open(t, 80, 22)
	d.a.holds = true
	d.press("n", "tab")
	if got := strings.Join(d.a.other, " "); got != "n tab" || d.next != 0 || !d.IsOpen(d.a) {
		t.Errorf("the question got %q, next was run %d times", got, d.next)
	}
	d.press("f2")
	if d.next != 1 || d.a.holds {
		t.Error("a function key doesn't end the question")
	}
}

func TestEveryKeyIsHeardByThePaneThatIsOpen(t *testing.T) {
	d := open(t, 80, 22)
	d.press("n", "z", "x")
	if got := strings.Join(d.a.heardKeys, " "); got != "n z x" {
		t.Errorf("heard %q", got)
	}
}

func TestTheListOfStepsGoesToAStep(t *testing.T) {
	d := open(t, 80, 22)
	entered := d.a.entered
	d.press("tab", "s")
	if view := ansi.Strip(d.View()); !strings.Contains(view, "Go to a step") || !strings.Contains(view, "▸   2 Two-stage architecture") {
		t.Fatalf("it shows\n%s", view)
	}
	d.press("x", "j", "enter")
	if d.Where() != "3 of 7" || d.a.entered != entered+1 || !d.IsOpen(d.a) || len(d.b.did) > 0 {
		t.Errorf("at %s, entered %d times, the list's key reached the pane: %v", d.Where(), d.a.entered-entered, d.b.did)
	}
	d.press("s", "3", "s", "7")
	if d.Where() != "7 of 7" || d.a.entered != entered+2 {
		t.Errorf("at %s, entered %d times: going to the step one is at enters it again", d.Where(), d.a.entered-entered)
	}
	d.press("s", "esc")
	if strings.Contains(d.View(), "Go to a step") {
		t.Error("esc doesn't close the list")
	}
}

func TestBackGoesToTheFirstPaneAndThenHome(t *testing.T) {
	d := open(t, 80, 22)
	d.press("tab")
	if cmd := d.Back(); cmd != nil || !d.IsOpen(d.a) {
		t.Error("not back at the first pane")
	}
	if cmd := d.Back(); cmd == nil || cmd() != (frame.Home{}) {
		t.Error("not home from the first pane")
	}
}
