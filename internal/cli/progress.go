package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-runewidth"

	"dryrun/framework"
	"dryrun/internal/report"
	"dryrun/internal/safetext"
)

// progress is one line on a terminal's stderr that is written over; anywhere else it is silent.
type progress struct {
	w     io.Writer // nil: silent
	name  string
	width int
	clock framework.Clock

	mu   sync.Mutex
	last time.Time
	long int // cells of the line that stands
}

// progressEvery is how often the line is written over.
const progressEvery = 80 * time.Millisecond

// progress begins a line for what is called name. In plain mode and on a dumb terminal nothing is redrawn.
func (a *app) progress(name string) *progress {
	p := &progress{name: name, width: a.width() - 1, clock: a.clock}
	if a.ErrTerm && !a.plain() {
		p.w = a.Err
	}
	return p
}

// show is called from any goroutine.
func (p *progress) show(r report.Progress) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if now.Sub(p.last) < progressEvery {
		return
	}
	p.last = now
	line := fmt.Sprintf("%s: %s", p.name, safetext.Clean(r.What))
	if r.Of > 0 {
		line += fmt.Sprintf(" %d of %d", r.Done, r.Of)
	}
	p.write(runewidth.Truncate(line, p.width, "…"))
}

// clear takes the line away.
func (p *progress) clear() {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.long > 0 {
		p.write("")
		fmt.Fprint(p.w, "\r")
	}
}

// write puts line over the one that stands, with blanks over what is longer: no control sequence is needed.
func (p *progress) write(line string) {
	cells := runewidth.StringWidth(line)
	fmt.Fprint(p.w, "\r"+line+strings.Repeat(" ", max(0, p.long-cells)))
	p.long = cells
}
