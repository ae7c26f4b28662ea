package frame

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"

	"dryrun/internal/draw"
)

func keyOf(r rune) tea.KeyMsg {
	switch r {
	case '\n':
		return tea.KeyMsg{Type: tea.KeyEnter}
	case ' ':
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	case '\b':
		return tea.KeyMsg{Type: tea.KeyBackspace}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
}

func write(f *Field, text string) {
	for _, r := range text {
		f.Key(keyOf(r))
	}
}

func undoKey() tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyCtrlUnderscore} }

// Whatever was typed, undoing all of it leads back to where it began, and each undo to an earlier text.
func TestUndoGoesAllTheWayBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := NewField(draw.Theme{}, "", true)
		f.SetSize(12, 4)
		f.Focus()
		f.SetValue("first line\nsecond")
		write(&f, rapid.StringOfN(rapid.SampledFrom([]rune("ab \n\b日")), 0, 60, -1).Draw(t, "text"))
		for range 100 {
			before := f.Value()
			if !f.Key(undoKey()) {
				break
			}
			if f.Value() == before {
				t.Fatalf("an undo changed nothing at %q", before)
			}
		}
		if f.Value() != "first line\nsecond" {
			t.Fatalf("undone to %q", f.Value())
		}
	})
}

func TestUndoPutsTheCursorBack(t *testing.T) {
	f := NewField(draw.Theme{}, "", true)
	f.SetSize(40, 6)
	f.Focus()
	f.SetValue("one\ntwo\nthree")
	f.Key(tea.KeyMsg{Type: tea.KeyUp})
	f.Key(tea.KeyMsg{Type: tea.KeyHome})
	write(&f, "X")
	f.Key(undoKey())
	write(&f, "Y")
	if got := f.Value(); got != "one\nYtwo\nthree" {
		t.Errorf("%q", got)
	}
}

func TestAOneLineFieldStaysOneLine(t *testing.T) {
	f := NewField(draw.Theme{}, "", false)
	f.SetSize(40, 1)
	f.Focus()
	write(&f, "a\nb")
	f.Key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("c\nd\re"), Paste: true})
	if got := f.Value(); got != "abc d e" {
		t.Errorf("%q", got)
	}
}

func TestAnAnswerOfHundredsOfLinesIsKept(t *testing.T) {
	f := NewField(draw.Theme{}, "", true)
	f.SetSize(40, 6)
	f.Focus()
	text := strings.Repeat("a line of the answer\n", 400)
	f.Key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
	if got := f.Value(); got != text {
		t.Errorf("%d of %d bytes are kept", len(got), len(text))
	}
}

func TestScrollShowsEveryLineAndWhereItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, h := rapid.IntRange(0, 90).Draw(t, "lines"), rapid.IntRange(2, 30).Draw(t, "height")
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprintf("<%d>", i))
		}
		var s Scroll
		s.Set(lines, 40, h)
		seen := map[string]bool{}
		for range n + 2 {
			view := s.View(draw.Theme{})
			if got := len(strings.Split(view, "\n")); got != h {
				t.Fatalf("%d lines in a height of %d", got, h)
			}
			if n > h && !strings.Contains(view, fmt.Sprintf("of %d", n)) {
				t.Fatalf("it doesn't say where it is:\n%s", view)
			}
			for _, l := range lines {
				if strings.Contains(view, l) {
					seen[l] = true
				}
			}
			s.key("down")
		}
		if len(seen) != n {
			t.Fatalf("%d of %d lines can be seen", len(seen), n)
		}
		if n > 0 {
			i := rapid.IntRange(0, n-1).Draw(t, "show")
			if s.Show(i); !strings.Contains(s.View(draw.Theme{}), lines[i]) {
				t.Fatalf("line %d isn't shown", i)
			}
		}
	})
}

func TestTheHelpLineAlwaysNamesTheKeyForAllKeys(t *testing.T) {
	bindings := []Binding{
		{Keys: []string{"enter"}, Does: "answer the question"},
		{Keys: []string{"a"}, Does: "ask"},
		{Keys: []string{"h"}, Does: "hint"},
		{Keys: []string{"n"}, Does: "next step"},
	}
	list := Binding{Keys: []string{"?", "f8"}, Does: "all keys"}
	for w := 20; w < 120; w++ {
		line := HelpLine(draw.Theme{}, bindings, list, w)
		if Width(line) > w || !strings.HasSuffix(line, "? all keys") {
			t.Errorf("width %d: %q", w, line)
		}
		if strings.Contains(line, "next step") == strings.Contains(line, "…") {
			t.Errorf("width %d: what is left out isn't said: %q", w, line)
		}
	}
}
