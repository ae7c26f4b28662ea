package data

import (
	"strings"
	"testing"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
)

// scored is answers of a mean quality.
func scored(quality float64) metrics.Judged {
	judge := metrics.NDCGAt(10)
	return metrics.Judged{Judge: &judge, Outcomes: []problem.Outcome{{Value: quality}}}
}

// within is a paired gain with an interval of a half width.
func within(half float64) func(a, b metrics.Judged) metrics.Interval {
	return func(a, b metrics.Judged) metrics.Interval {
		d := a.Quality() - b.Quality()
		return metrics.Interval{Mean: d, Lo: d - half, Hi: d + half}
	}
}

func TestNegativesMatterOnlyAsFarAsTheIntervalsBearItOut(t *testing.T) {
	c := comparison{order: scored(0.83), sources: []source{{"hard", scored(0.816)}, {"random", scored(0.814)}}}
	if got := sourcesHeadline(c.told(within(0.01))); !strings.Contains(got, "no difference that these requests can tell") {
		t.Error(got)
	}
	if got := sourcesAlt(c.told(within(0.01))); !strings.Contains(got, "clearly more than a ranker from any") {
		t.Errorf("that no ranker is worth having isn't said: %s", got)
	}
	c.sources[0].answers, c.sources[1].answers = scored(0.9), scored(0.7)
	if got := sourcesHeadline(c.told(within(0.01))); !strings.HasPrefix(got, "Negatives decide") {
		t.Error(got)
	}
	if got := sourcesAlt(c.told(within(0.01))); !strings.Contains(got, "clearly more than a ranker from random negatives") {
		t.Error(got)
	}
}

func TestASplitClaimsTooMuchOnlyOutsideTheIntervals(t *testing.T) {
	judged := metrics.Interval{Mean: 0.3, Lo: 0.29, Hi: 0.31}
	at := func(mean float64) metrics.Interval {
		return metrics.Interval{Mean: mean, Lo: mean - 0.01, Hi: mean + 0.01}
	}
	splits := []string{"global-time", "random"}
	for _, c := range []struct {
		said  []metrics.Interval
		words string
	}{
		{[]metrics.Interval{at(0.3), at(0.36)}, "too much is claimed by random"},
		{[]metrics.Interval{at(0.25), at(0.31)}, "too little is claimed by global-time"},
		{[]metrics.Interval{at(0.3), at(0.31)}, "can't tell any of the claims"},
	} {
		if got := historyAlt([]string{"a claims b"}, splits, c.said, judged); !strings.Contains(got, c.words) {
			t.Errorf("%q is missing in %q", c.words, got)
		}
	}
}
