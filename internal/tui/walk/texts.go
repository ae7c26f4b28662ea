package walk

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
	"dryrun/internal/report"
	"dryrun/internal/tui/frame"
)

// texts renders Markdown and reports in commands, since that takes milliseconds, and keeps what was rendered. Until it
// is there the text is shown plainly wrapped.
type texts struct {
	md      *draw.Markdown
	wanted  map[wanted]func() []string // asked for by the last layout and not there
	flying  map[wanted]bool
	done    map[wanted][]string
	resized bool
}

// wanted names one rendering. A report is known by its address: reports are immutable.
type wanted struct {
	text   string
	report *report.Step
	xray   *xray
	w      int
}

// rendered brings one.
type rendered struct {
	key   wanted
	lines []string
}

// settleTime is how long a window must keep its size before texts are rendered for it.
const settleTime = 100 * time.Millisecond

// textsKept bounds the cache.
const textsKept = 200

func (t *texts) init(md *draw.Markdown) {
	t.md = md
	t.wanted, t.flying, t.done = map[wanted]func() []string{}, map[wanted]bool{}, map[wanted][]string{}
}

func (t *texts) settle() { t.resized = true }

// get returns a rendering, or asks for it and returns meanwhile.
func (t *texts) get(key wanted, work func() []string, meanwhile []string) []string {
	if lines, ok := t.done[key]; ok {
		return lines
	}
	t.wanted[key] = work
	return meanwhile
}

// prose is Markdown at a width.
func (t *texts) prose(text string, w int) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	plain := frame.Wrap(text, w)
	return t.get(wanted{text: text, w: w}, func() []string {
		out, err := t.md.Render(text, w)
		if err != nil {
			return plain // readable as it is
		}
		return strings.Split(out, "\n")
	}, plain)
}

// render returns commands for what the last layout asked for.
func (t *texts) render(_ *Model) tea.Cmd {
	var cmds []tea.Cmd
	pause := time.Duration(0)
	if t.resized {
		pause, t.resized = settleTime, false
	}
	for key, work := range t.wanted {
		delete(t.wanted, key)
		if t.flying[key] {
			continue
		}
		t.flying[key] = true
		if pause == 0 {
			cmds = append(cmds, func() tea.Msg { return rendered{key, work()} })
			continue
		}
		cmds = append(cmds, tea.Tick(pause, func(time.Time) tea.Msg { return rendered{key, work()} }))
	}
	return tea.Batch(cmds...)
}

func (t *texts) take(msg rendered) {
	if !t.flying[msg.key] {
		return
	}
	delete(t.flying, msg.key)
	if len(t.done) >= textsKept {
		clear(t.done)
	}
	t.done[msg.key] = msg.lines
}
