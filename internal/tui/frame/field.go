package frame

import (
	"strings"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
)

// Field is a text field of one line or several, in the theme's own styles, with undo (ctrl+_, which is also ctrl+/).
type Field struct {
	area  textarea.Model
	lines bool
	past  []snapshot
	typed bool // the last edit was a typed character: the next one joins it
}

type snapshot struct {
	text     string
	row, col int
}

// undoDepth bounds the memory of undo.
const undoDepth = 200

// NewField returns an empty field; lines says whether enter begins a new line.
func NewField(t draw.Theme, placeholder string, lines bool) Field {
	area := textarea.New()
	area.Placeholder = placeholder
	area.ShowLineNumbers = false
	area.Prompt = ""
	area.MaxHeight = 0
	plain, faint := t.Plain(), t.Faint
	style := textarea.Style{
		Base: plain, CursorLine: plain, CursorLineNumber: plain, EndOfBuffer: plain, LineNumber: plain,
		Placeholder: faint, Prompt: plain, Text: plain,
	}
	area.FocusedStyle, area.BlurredStyle = style, style
	area.Blur() // takes up the style
	area.Cursor.Style, area.Cursor.TextStyle = t.Cursor, plain
	area.Cursor.SetMode(cursor.CursorStatic)
	area.KeyMap.Paste = key.NewBinding() // would run a program to read the clipboard; terminals paste by themselves
	if !lines {
		area.KeyMap.InsertNewline = key.NewBinding()
	}
	return Field{area: area, lines: lines}
}

// SetSize sets the field's width and height in cells.
func (f *Field) SetSize(w, h int) {
	f.area.SetWidth(max(w, 4))
	f.area.SetHeight(max(h, 1))
}

// Focus focuses the field.
func (f *Field) Focus() { f.area.Focus() }

// Blur removes focus.
func (f *Field) Blur() { f.area.Blur() }

// Focused says whether the field has focus.
func (f *Field) Focused() bool { return f.area.Focused() }

// Value returns the text.
func (f *Field) Value() string { return f.area.Value() }

// SetValue replaces the text and forgets what could be undone; the cursor is at the end.
func (f *Field) SetValue(s string) {
	f.area.SetValue(s)
	f.showCursor()
	f.past, f.typed = nil, false
}

// showCursor scrolls to the cursor. The area scrolls by the lines that it drew last: those of a paste or of another text
// are there only once they have been drawn.
func (f *Field) showCursor() {
	_ = f.area.View()
	f.area, _ = f.area.Update(nil)
}

// Bindings are the editing keys of a focused field, for the list of all keys; every other key is text. changed runs after one
// of them has changed the text; it may be nil.
func (f *Field) Bindings(changed func() tea.Cmd) []Binding {
	do := func(msg tea.KeyMsg) tea.Cmd {
		if f.Key(msg) && changed != nil {
			return changed()
		}
		return nil
	}
	row := func(does string, keys ...string) Binding { return Binding{Keys: keys, Does: does, Quiet: true, Do: do} }
	rows := []Binding{
		row("undo", "ctrl+_"),
		row("move", "left", "right", "ctrl+b", "ctrl+f", "home", "end", "ctrl+a", "ctrl+e"),
		row("move by words", "alt+left", "alt+right", "alt+b", "alt+f"),
		row("delete a character", "backspace", "ctrl+h", "delete", "ctrl+d"),
		row("delete a word", "ctrl+w", "alt+backspace", "alt+d", "alt+delete"),
		row("delete to the beginning, or the end", "ctrl+u", "ctrl+k"),
		row("swap, or change case", "ctrl+t", "alt+u", "alt+l", "alt+c"),
		row("move by lines", "up", "down", "ctrl+p", "ctrl+n"),
		row("to the first line, or the last", "ctrl+home", "alt+<", "ctrl+end", "alt+>"),
	}
	if f.lines {
		rows = append(rows, row("new line", "enter"))
	}
	return rows
}

// Key edits the text and says whether it changed.
func (f *Field) Key(msg tea.KeyMsg) bool {
	before := snapshot{f.area.Value(), f.area.Line(), f.area.LineInfo().StartColumn + f.area.LineInfo().ColumnOffset}
	if msg.String() == "ctrl+_" {
		return f.undo()
	}
	if !f.lines && msg.Type == tea.KeyRunes {
		for i, r := range msg.Runes {
			if r == '\n' || r == '\r' {
				msg.Runes[i] = ' '
			}
		}
	}
	f.area, _ = f.area.Update(msg)
	if f.area.Value() == before.text {
		f.typed = false
		return false
	}
	typed := msg.Type == tea.KeyRunes && len(msg.Runes) == 1 && !msg.Paste
	if !typed {
		f.showCursor()
	}
	if !typed || !f.typed {
		f.past = append(f.past, before)
		if len(f.past) > undoDepth {
			f.past = f.past[1:]
		}
	}
	f.typed = typed
	return true
}

func (f *Field) undo() bool {
	if len(f.past) == 0 {
		return false
	}
	last := f.past[len(f.past)-1]
	f.past, f.typed = f.past[:len(f.past)-1], false
	f.area.SetValue(last.text)
	// SetValue leaves the cursor at the end; lines on the screen may be parts of one line of the text.
	for range strings.Count(last.text, "\n") + len(last.text) {
		if f.area.Line() <= last.row {
			break
		}
		f.area.CursorUp()
	}
	f.area.SetCursor(last.col)
	return true
}

// View draws the field.
func (f *Field) View() string { return f.area.View() }
