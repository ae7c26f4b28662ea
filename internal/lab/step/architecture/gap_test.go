package architecture

import (
	"strings"
	"testing"

	"dryrun/internal/metrics"
)

func TestAGapIsSaidByItsInterval(t *testing.T) {
	for _, c := range []struct {
		name  string
		gap   metrics.Interval
		words string
	}{
		{"a loss", metrics.Interval{Mean: -0.03, Lo: -0.05, Hi: -0.01}, "lose against"},
		{"a gain", metrics.Interval{Mean: 0.03, Lo: 0.01, Hi: 0.05}, "do better than"},
		{"no telling, whatever the mean", metrics.Interval{Mean: 0.3, Lo: 0, Hi: 0.5}, "can't be distinguished from"},
	} {
		got := gap{c.gap, 15}.words("ndcg_at_10", 200, 20_000)
		if !strings.Contains(got, c.words) || !strings.Contains(got, "15 requests") {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
