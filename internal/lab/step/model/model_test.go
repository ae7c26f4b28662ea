package model

import (
	"slices"
	"strings"
	"testing"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// entry is a model of a quality and a time.
func entry(id, stage string, quality, millis float64) contender {
	judge := metrics.NDCGAt(10)
	return contender{
		id: id, stage: stage, millis: millis,
		quality: metrics.Judged{Judge: &judge, Outcomes: []problem.Outcome{{Value: quality}}},
	}
}

func TestTheFrontHoldsWhatNoOtherOfItsStageBeats(t *testing.T) {
	entries := []contender{
		entry("popularity", "one", 0.1, 1), entry("als", "one", 0.3, 2), entry("slow", "one", 0.3, 3), entry("bad", "one", 0.05, 1),
		entry("none", "two", 0.2, 0), entry("trees", "two", 0.4, 5),
	}
	if got := pareto(entries); !slices.Equal(got, []bool{true, true, false, false, true, true}) {
		t.Errorf("on the front: %v", got)
	}
	if got := simplest(entries, "two"); got.id != "none" {
		t.Errorf("the simplest of stage two is %s", got.id)
	}
}

func TestAHeadlineClaimsNoMoreThanTheIntervalBearsOut(t *testing.T) {
	best, base := entry("trees", "two", 0.4, 5), entry("none", "two", 0.2, 0)
	clear, unclear := metrics.Interval{Mean: 0.2, Lo: 0.1, Hi: 0.3}, metrics.Interval{Mean: 0.2, Lo: -0.1, Hi: 0.5}
	if got := bestHeadline(best, base, clear, "NDCG@10"); !strings.HasPrefix(got, "trees beats none by 0.200") {
		t.Error(got)
	}
	if got := bestHeadline(best, base, unclear, "NDCG@10"); !strings.Contains(got, "not clearly better") {
		t.Error(got)
	}
}

func TestALossThatRisesIsntSaidToFall(t *testing.T) {
	up := curveAlt([]report.Series{{Name: "validation", Y: []float64{0.724, 0.71, 0.949}}})
	down := curveAlt([]report.Series{{Name: "validation", Y: []float64{0.9, 0.7}}})
	if strings.Contains(up, "falls") || !strings.Contains(down, "falls") {
		t.Errorf("%s\n%s", up, down)
	}
}
