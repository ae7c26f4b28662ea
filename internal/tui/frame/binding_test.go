package frame

import (
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
)

func TestOfTwoBindingsOfAKeyTheFirstHasItInHelpAndInBehavior(t *testing.T) {
	var did []string
	row := func(does string, lead int, keys ...string) Binding {
		return Binding{Keys: keys, Lead: lead, Does: does, Do: Set(func() { did = append(did, does) })}
	}
	never := row("nothing", 0, "z")
	never.When = func() bool { return false }
	bindings := []Binding{row("decide", 2, "a", "b"), {Keys: []string{"x"}}, never, row("ask", 0, "a", "f5"), row("pass over", 0, "x")}
	for _, key := range []string{"a", "f5", "x", "z"} {
		Press(bindings, namedKey(key))
	}
	if want := []string{"decide", "ask"}; !slices.Equal(did, want) {
		t.Errorf("the keys did %q, want %q", did, want)
	}
	line := HelpLine(draw.Theme{}, bindings, Binding{Keys: []string{"?"}, Does: "all keys"}, 80)
	if want := " a b decide · F5 ask · ? all keys"; line != want {
		t.Errorf("the help line is %q, want %q", line, want)
	}
}

func namedKey(name string) tea.KeyMsg {
	if name == "f5" {
		return tea.KeyMsg{Type: tea.KeyF5}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

func TestTheListOfAllKeysFitsAndNamesEachKey(t *testing.T) {
	f := NewField(draw.Theme{}, "", true)
	var s Scroll
	rows := append(s.Bindings(), f.Bindings(nil)...)
	for _, w := range []int{60, 80, 200} {
		list := KeyList(draw.Theme{}, rows, w)
		for _, l := range list {
			if Width(l) > w || strings.Contains(l, "…") {
				t.Errorf("at a width of %d a line is cut: %q", w, l)
			}
		}
		words := strings.Fields(strings.Join(list, " "))
		for _, b := range Active(rows) {
			for _, name := range strings.Fields(keyNames(b.Keys)) {
				if !slices.Contains(words, name) {
					t.Errorf("at a width of %d %s isn't listed in\n%s", w, name, strings.Join(list, "\n"))
				}
			}
		}
	}
}
