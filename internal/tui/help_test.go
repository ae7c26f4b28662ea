package tui

import (
	"slices"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session/sessiontest"
)

// everyKey are the keys that the help is checked against: those of a plain keyboard.
func everyKey() []string {
	keys := strings.Split("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?/.-+,;:!#*= ", "")
	return append(keys, "enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pgup", "pgdown",
		"f2", "f3", "f4", "f5", "f6", "f7", "f8", "ctrl+c", "ctrl+d", "ctrl+u", "ctrl+z")
}

// states are the states of the screens, each reached by a setup and keys.
func states() map[string]func(t *testing.T) *driver {
	at := func(step framework.StepID, keys ...string) func(t *testing.T) *driver {
		return func(t *testing.T) *driver {
			d := practising(t, 80, 24, step)
			d.press(keys...)
			return d
		}
	}
	const arch = framework.Architecture
	home := func(keys ...string) func(t *testing.T) *driver {
		return func(t *testing.T) *driver {
			d := drive(t, setup{theme: "none", w: 80, h: 24, saved: sessions()})
			d.sees("Not finished")
			d.press(keys...)
			return d
		}
	}
	ran := func(keys ...string) func(t *testing.T) *driver {
		return func(t *testing.T) *driver {
			d := at(arch, "f3", "f3")(t)
			d.sees("Two stages keep")
			d.press(keys...)
			return d
		}
	}
	marking := func(keys ...string) func(t *testing.T) *driver {
		return func(t *testing.T) *driver {
			d := at(arch, "tab", "enter")(t)
			d.write("hnsw finds the candidates and trees rank them")
			d.press("esc", "v", "y", "tab")
			d.sees("Mark your own answer")
			d.press(keys...)
			return d
		}
	}
	return map[string]func(t *testing.T) *driver{
		"home": home(), "home, a case": home("end"), "the filter": home("/"),
		"review": func(t *testing.T) *driver { d := home("v")(t); d.sees("unfinished"); return d },
		"brief":  at(arch), "asking": at(arch, "a"), "steps": at(arch, "s"),
		"answer": at(arch, "tab"), "writing": at(arch, "enter"),
		"a decision": at(arch, "tab", "tab"), "the whiteboard": at(arch, "tab", "tab", "w"),
		"a prediction": at(arch, "tab", "tab", "j", "j"), "a range": at(arch, "tab", "tab", "j", "j", "enter"),
		"running without a range": at(arch, "f3"),
		"lab":                     at(arch, "tab", "tab", "tab"), "lab after a run": ran(), "a fault to run": ran("f"),
		"running lab": func(t *testing.T) *driver {
			d := practising(t, 80, 24, arch)
			d.lab.Release = make(chan struct{})
			d.press("f3", "f3")
			d.sees("building the index")
			return d
		},
		"reference": at(arch, "tab", "tab", "tab", "tab"), "the reveal": at(arch, "v"), "the open reference": marking("shift+tab"),
		"score": at(arch, "shift+tab"), "marks": marking(), "scorecard": at(arch, "shift+tab", "c"), "finishing": at(arch, "shift+tab", "c", "f"),
	}
}

// told are the keys that the list of all keys tells in this state, with what they do.
func (d *driver) told() map[string]string {
	before, after := d.root.bindings()
	keys := map[string]string{}
	for _, b := range frame.Active(slices.Concat(before, d.root.screen.Bindings(), after)) {
		for _, k := range b.Keys {
			if b.Does != "" {
				keys[k] = b.Does
			}
		}
	}
	return keys
}

// acts says whether a key changes the screen or sets something going.
func (d *driver) acts(key string) bool {
	before := d.root.View()
	_, cmd := d.root.Update(sessiontest.Key(key))
	return cmd != nil || d.root.View() != before
}

func TestEveryKeyThatDoesSomethingIsInTheHelp(t *testing.T) {
	for name, open := range states() {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			told := d.told()
			for _, key := range everyKey() {
				text := frame.TakesText(d.root.screen) && len(key) == 1
				if !text && told[key] == "" && d.acts(key) &&
					name != "the reveal" && name != "running without a range" { // any other key closes these
					t.Errorf("%q isn't told and does something; the screen is\n%s", key, d.root.View())
					d = open(t)
				}
			}
		})
	}
}

func TestEveryKeyInTheHelpDoesSomething(t *testing.T) {
	known := everyKey()
	editing := strings.Fields("backspace up down left right home end ctrl+d ctrl+u") // of a field, which may be empty
	shared := states()["answer"](t).told()                                           // the keys of every pane are tried in one
	for name, open := range states() {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			typing := frame.TakesText(d.root.screen)
			for key, does := range d.told() {
				if !slices.Contains(known, key) || typing && slices.Contains(editing, key) || key == "ctrl+c" || // which has its own tests
					name != "answer" && shared[key] == does {
					continue
				}
				if d == nil {
					d = open(t)
				}
				// A key that moves does nothing at one end: then it must at the other.
				if !d.acts(key) && !slices.ContainsFunc([]string{"end", "home", "j", "pgdown"}, func(first string) bool {
					d.press(first)
					return d.told()[key] != "" && d.acts(key)
				}) {
					t.Errorf("%q is told and does nothing; the screen is\n%s", key, d.root.View())
				}
				d = nil
			}
		})
	}
}

func TestTheListOfAllKeysIsItselfScrolledByKeysThatAreTold(t *testing.T) {
	d := practising(t, 60, 20, "")
	d.press("?")
	d.sees("j k scroll")
	first := d.root.View()
	d.press("j")
	if d.root.View() == first {
		t.Error("it doesn't scroll")
	}
	d.press("x")
	d.sees("[Brief]")
}
