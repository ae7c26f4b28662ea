package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dryrun/framework"
)

// tall is the height of a terminal on which every view fits whole.
const tall = 300

// parts are the texts on the screen between the edges of its boxes, without the cursor.
func (d *driver) parts() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(plain(d.root.View())) {
		if d.w >= 160 { // what stands beside the open pane has a pane of its own
			line = ansi.Truncate(line, 140, "")
		}
		for _, part := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("│╭╮╰╯\n", r) }) {
			if part = strings.Join(strings.Fields(strings.ReplaceAll(part, "▸", " ")), " "); part != "" {
				out[part] = true
			}
		}
	}
	return out
}

// paged are the parts that are seen by paging from the beginning to the end.
func (d *driver) paged() map[string]bool {
	d.press("home")
	seen := d.parts()
	for range tall / 4 {
		before := d.root.View()
		d.press("pgdown")
		for part := range d.parts() {
			seen[part] = true
		}
		if d.root.View() == before {
			return seen
		}
	}
	d.t.Fatal("paging never reaches an end")
	return nil
}

// reachable are the states whose every line must be reached.
func reachable() map[string]func(t *testing.T, w, h int) *driver {
	at := func(step framework.StepID, keys ...string) func(t *testing.T, w, h int) *driver {
		return func(t *testing.T, w, h int) *driver {
			d := practising(t, w, h, step)
			d.press(keys...)
			return d
		}
	}
	home := func(keys ...string) func(t *testing.T, w, h int) *driver {
		return func(t *testing.T, w, h int) *driver {
			d := drive(t, setup{theme: "none", w: w, h: h, saved: sessions()})
			d.sees("Not finished")
			d.press(keys...)
			return d
		}
	}
	const req = framework.Requirements
	marking := func(keys ...string) func(t *testing.T, w, h int) *driver {
		return func(t *testing.T, w, h int) *driver {
			d := at(req, "a")(t, w, h)
			d.write("how many listings are there")
			d.press("enter", "esc", "tab", "enter")
			d.write(strings.Repeat("The goal is a purchase within a day, so we measure purchases and never clicks. ", 12))
			d.press("esc", "v", "y")
			d.until("opened", func() bool { return strings.Contains(d.store.kinds(), "Revealed") })
			d.press("tab")
			d.sees("Coach:")
			d.press(keys...)
			return d
		}
	}
	ran := func(keys ...string) func(t *testing.T, w, h int) *driver {
		return func(t *testing.T, w, h int) *driver {
			d := at(framework.Architecture, "f3", "f3")(t, w, h)
			d.sees("Two stages keep")
			d.press(keys...)
			return d
		}
	}
	return map[string]func(t *testing.T, w, h int) *driver{
		"home": home(), "review": func(t *testing.T, w, h int) *driver { d := home("v")(t, w, h); d.sees("unfinished"); return d },
		"brief": at(req), "steps": at(req, "s"), "decide": at(req, "tab", "tab"), "lab": at(req, "tab", "tab", "tab"),
		"all keys": at(req, "?"), "running without a range": at(req, "f3"), "report": ran("m"), "the reference's report": ran("m", "o"),
		"score": marking(), "a sentence": marking("p"), "the criterion in full": marking("i"), "scorecard": marking("c"),
		"reference": marking("shift+tab"), "scope": marking("S"), "answer": marking("tab", "tab"),
		"decide, revealed": marking("tab", "tab", "tab"),
	}
}

func TestEveryLineOfEveryScreenIsReached(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {80, 24}, {200, 60}} {
		if testing.Short() && size[0] != 60 {
			continue
		}
		for name, open := range reachable() {
			t.Run(fmt.Sprintf("%s at %dx%d", name, size[0], size[1]), func(t *testing.T) {
				d := open(t, size[0], size[1])
				d.until("drawn", func() bool { return !strings.Contains(d.root.View(), "drawing …") })
				seen := d.paged()
				if name == "score" || name == "a sentence" { // the two halves scroll apart
					for _, key := range []string{"p", "esc"} {
						d.press(key)
						for part := range d.paged() {
							seen[part] = true
						}
					}
				}
				d.press("home")
				d.resize(size[0], tall)
				d.settle()
				for part := range d.parts() {
					if !seen[part] && !layoutOnly(part) {
						t.Errorf("%q is never reached", part)
					}
				}
			})
		}
	}
}

// layoutOnly says that a part isn't content: rules, the help line, and what says which keys there are.
func layoutOnly(part string) bool {
	for _, words := range []string{"all keys", "next pane ·", "practice · step"} {
		if strings.Contains(part, words) {
			return true
		}
	}
	return strings.Trim(part, "─├┤┬┴ ") == "" || strings.HasPrefix(part, "──")
}

// settle lets what was asked for in the background arrive.
func (d *driver) settle() {
	for range 3 {
		d.until("drawn", func() bool { return !strings.Contains(d.root.View(), "drawing …") })
	}
}

// The list of states would be of no use if a session could be shown without its texts.
func TestTheStatesThatAreReachedHoldWhatTheyAreAbout(t *testing.T) {
	d := reachable()["scorecard"](t, 80, 24)
	d.resize(80, tall)
	for _, want := range []string{"Scorecard", "Asked for: 1 fact", "Never asked for"} {
		d.sees(want)
	}
	d = reachable()["a sentence"](t, 80, 24)
	d.sees("the mark rests on this")
}
