package evaluation

import (
	"context"
	"math"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// A change draws attention because it is new. This experiment assumes that it moves the measure by firstDay on its first day,
// and that half of that is gone every halfLife days, though nothing lasts.
const (
	firstDay = 0.05 // relative
	halfLife = 2    // days
	rushed   = 2    // days of a test that takes all of its people at once
)

// stopping reports how often a test of a change without a lasting effect is called a win or a loss, by the rule in force. detects
// is the relative lift that the test would see with 80% power: it says how large the noise of the whole test is.
func (r run) stopping(ctx context.Context, detects float64) error {
	b := report.Block{
		Kind: report.Bars, Title: "A change without a lasting effect that is called significant, by stopping rule", Unit: "%",
	}
	for _, rule := range catalog.Offers(r.Config.World.Kind, "stop") {
		i := metrics.StoppedByNovelty(ctx, r.rule(rule, detects), peekingTests, r.Seed("stop"))
		b.Rows = append(b.Rows, report.Row{report.Text(rule), report.Share(i.Mean)})
		if rule == r.Settings.Stop {
			r.Interval("false_launch", i)
			b.Alt = stopAlt(rule, r.Settings.Days, i.Mean)
		}
	}
	r.Block(b)
	return ctx.Err()
}

// rule is a stopping rule as what a simulated test is: its looks, and the drift of the measure between them.
func (r run) rule(id string, detects float64) metrics.Stop {
	days := r.Settings.Days
	noise := detects / (1.96 + 0.84) // standard error of the lift after the whole test
	if id == catalog.StopEarly {
		days = rushed
	}
	s := metrics.Stop{EveryLook: id == catalog.StopSignificant, Drift: make([]float64, days)}
	perDay := noise * math.Sqrt(float64(days)) // of one day's lift
	for d := range s.Drift {
		s.Drift[d] = firstDay * math.Pow(0.5, float64(d)/halfLife) / perDay
	}
	return s
}
