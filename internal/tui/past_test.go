package tui

import (
	"context"
	"strings"
	"testing"

	"dryrun/framework"
)

func TestReviewShowsASessionsResultAndItsWords(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.press("enter")
	d.write("purchases within a day count, clicks don't")
	d.press("esc", "v", "y")
	d.until("opened", func() bool { return strings.Contains(d.store.kinds(), "Revealed") })
	d.press("tab", "1")
	d.until("marked", func() bool { return strings.Contains(d.store.kinds(), "Marked") })
	d.root.o.Start = Start{}
	d.root.o.Sessions.List = func(context.Context) ([]framework.Summary, error) { return sessions(), nil }
	d.press("q")
	d.sees("Not finished")
	d.press("v")
	d.sees("unfinished")
	d.press("enter")
	d.sees("1 Requirements")
	d.sees("“purchases within a day")
	d.fits("a reviewed session")
	d.press("esc")
	d.sees("unfinished")
	d.press("q")
	d.sees("Cases")
}

func TestAnEmptyHistorySaysWhatToDo(t *testing.T) {
	d := drive(t, setup{theme: "dark", w: 80, h: 24, start: Start{Review: true}})
	d.sees("No sessions yet")
	d.press("q")
	d.until("leaving", func() bool { return d.quit })
}
