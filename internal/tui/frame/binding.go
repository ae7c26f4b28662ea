package frame

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
)

// Binding is a key, or several that do the same, with what it does. The help line, the list of all keys and the behavior
// all come from this one table, so that none can differ from the others.
type Binding struct {
	Keys  []string // as tea.KeyMsg.String names them, the most used first
	Lead  int      // how many of Keys the help line shows; 0 shows one
	Does  string   // "" for keys that do nothing, and that no later binding gets
	Quiet bool     // shown in the list of all keys, not on the help line
	When  func() bool
	Do    func(tea.KeyMsg) tea.Cmd
}

// Run makes a command for Binding.Do that doesn't depend on which of the keys was pressed.
func Run(do func() tea.Cmd) func(tea.KeyMsg) tea.Cmd {
	return func(tea.KeyMsg) tea.Cmd { return do() }
}

// Set makes a Binding.Do of a change that needs no command.
func Set(do func()) func(tea.KeyMsg) tea.Cmd {
	return func(tea.KeyMsg) tea.Cmd { do(); return nil }
}

// Active returns the bindings that apply now. Where two bind the same key, the first one gets it.
func Active(all []Binding) []Binding {
	var out []Binding
	taken := map[string]bool{}
	for _, b := range all {
		if b.When != nil && !b.When() {
			continue
		}
		lead := max(b.Lead, 1)
		var keys []string
		b.Lead = 0
		for i, k := range b.Keys {
			if taken[k] {
				continue
			}
			taken[k] = true
			keys = append(keys, k)
			if i < lead {
				b.Lead++
			}
		}
		if b.Keys = keys; len(keys) > 0 {
			out = append(out, b)
		}
	}
	return out
}

// Press runs the binding of a key and says whether there is one.
func Press(all []Binding, msg tea.KeyMsg) (cmd tea.Cmd, bound bool) {
	for _, b := range Active(all) {
		if !slices.Contains(b.Keys, msg.String()) {
			continue
		}
		if b.Do == nil {
			return nil, true
		}
		return b.Do(msg), true
	}
	return nil, false
}

// Bound says whether a binding that applies now has the key.
func Bound(all []Binding, key string) bool {
	return slices.ContainsFunc(Active(all), func(b Binding) bool { return slices.Contains(b.Keys, key) })
}

// label is how the help line writes the binding's keys.
func (b Binding) label() string {
	return keyNames(b.Keys[:min(max(b.Lead, 1), len(b.Keys))])
}

// keyNames writes keys as they are printed on a keyboard.
func keyNames(keys []string) string {
	printed := map[string]string{
		"up": "↑", "down": "↓", "left": "←", "right": "→", " ": "space", "pgup": "PgUp", "pgdown": "PgDn", "home": "Home", "end": "End",
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		switch name, ok := printed[k]; {
		case ok:
			names[i] = name
		case FunctionKey(k):
			names[i] = strings.ToUpper(k)
		default:
			names[i] = k
		}
	}
	return strings.Join(names, " ")
}

// FunctionKey says whether a key is one of F1 to F12, which are text nowhere.
func FunctionKey(key string) bool {
	return len(key) > 1 && key[0] == 'f' && strings.Trim(key[1:], "0123456789") == ""
}

// HelpLine shows as many of the bindings as fit, and always the one that lists them all.
func HelpLine(t draw.Theme, bindings []Binding, list Binding, w int) string {
	last := list.label() + " " + list.Does
	line := " "
	for _, b := range Active(bindings) {
		if b.Quiet || b.Does == "" {
			continue
		}
		entry := t.Accent.Render(b.label()) + " " + b.Does
		if Width(line)+Width(entry)+3+Width(last)+4 > w {
			line += "… · "
			break
		}
		line += entry + " · "
	}
	return Fit(line+last, w)
}

// keyColumn is the widest column of key names in the list of all keys, in cells.
const keyColumn = 24

// KeyList lists all the bindings that apply now, those of the help line first.
func KeyList(t draw.Theme, bindings []Binding, w int) []string {
	active := slices.DeleteFunc(Active(bindings), func(b Binding) bool { return b.Does == "" })
	slices.SortStableFunc(active, func(a, b Binding) int {
		switch {
		case a.Quiet == b.Quiet:
			return 0
		case b.Quiet:
			return -1
		}
		return 1
	})
	widest := 0
	for _, b := range active {
		widest = max(widest, Width(keyNames(b.Keys)))
	}
	widest = min(widest, keyColumn)
	var lines []string
	for _, b := range active {
		names, does := Wrap(keyNames(b.Keys), widest), Wrap(b.Does, w-widest-4)
		for i := range max(len(names), len(does)) {
			name, text := "", ""
			if i < len(names) {
				name = names[i]
			}
			if i < len(does) {
				text = does[i]
			}
			lines = append(lines, "  "+t.Accent.Render(Pad(name, widest))+"  "+text)
		}
	}
	return lines
}
