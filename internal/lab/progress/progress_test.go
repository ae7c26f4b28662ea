package progress

import (
	"testing"

	"dryrun/internal/report"
)

func TestTheShareOfTheWholeNeverFalls(t *testing.T) {
	var shares []float64
	s := New(func(p report.Progress) { shares = append(shares, p.Share) })
	for _, phase := range []string{"drawing", "encoding", "drawing", "training", "encoding"} {
		for done := range 4 {
			s.Report(phase, done, 3)
		}
	}
	last := 0.0
	for i, v := range shares {
		if v < last || v >= 1 {
			t.Errorf("report %d: %.3f after %.3f", i, v, last)
		}
		last = v
	}
	if last < 0.4 {
		t.Errorf("after three phases the share is %.3f", last)
	}
}
