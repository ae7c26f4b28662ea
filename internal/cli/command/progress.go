package command

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

// Progress is one line on a terminal's stderr that is overwritten as work goes on; anywhere else it writes nothing.
type Progress struct {
	w     io.Writer // nil: writes nothing
	name  string
	width int
	clock framework.Clock

	mu   sync.Mutex
	last time.Time
	long int // cells of the line on the screen
}

// progressEvery is how often the line may change.
const progressEvery = 80 * time.Millisecond

// Progress starts a progress line for the work called name. In plain mode and on a dumb terminal nothing is redrawn.
func (io *IO) Progress(clock framework.Clock, name string) *Progress {
	p := &Progress{name: name, width: io.Width() - 1, clock: clock}
	if io.ErrTerm && !io.PlainMode() {
		p.w = io.Err
	}
	return p
}

// Show may be called from any goroutine.
func (p *Progress) Show(r report.Progress) {
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
	line := fmt.Sprintf("%s: %s", p.name, safetext.Clean(r.Words()))
	p.write(runewidth.Truncate(line, p.width, "…"))
}

// Clear removes the line.
func (p *Progress) Clear() {
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

// write replaces the line, with spaces over what is left of a longer one: it needs no control sequence.
func (p *Progress) write(line string) {
	cells := runewidth.StringWidth(line)
	fmt.Fprint(p.w, "\r"+line+strings.Repeat(" ", max(0, p.long-cells)))
	p.long = cells
}
