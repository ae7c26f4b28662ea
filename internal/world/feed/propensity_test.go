package feed

import (
	"cmp"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/world/worldtest"
)

// clicksOf estimates how many clicks a visit would bring if each logged list were shown in the order of a policy's scores:
// as the clicks stand, with each click divided by the probability that its logged position was looked at (inverse
// propensity scoring, Joachims et al. 2017), and as it truly is, by the viewers' own rules.
func clicksOf(p *problem.Problem, score func(im *problem.Impression) float64) (raw, corrected, truly float64) {
	f := p.People.(people).f
	log := p.Log.Impressions
	for a := 0; a < len(log); {
		b := a
		for b < len(log) && log[b].Request == log[a].Request {
			b++
		}
		type scored struct {
			im *problem.Impression
			by float64
		}
		var order []scored
		for at := a; at < b; at++ {
			order = append(order, scored{&log[at], score(&log[at])})
		}
		slices.SortStableFunc(order, func(x, y scored) int { return cmp.Compare(y.by, x.by) })
		for rank, at := range order {
			im := at.im
			q := &p.Train[im.Request]
			looked := p.Log.Propensity[rank]
			truly += looked * f.wants(q.User, im.Item, q.Day).Click
			if im.Clicked {
				raw += looked
				corrected += looked / p.Log.Propensity[im.Pos]
			}
		}
		a = b
	}
	n := float64(len(p.Train))
	return raw / n, corrected / n, truly / n
}

// Two policies order the lists of the log: the old system's own score, and what is known of the viewer and the video
// without it. Raw clicks prefer the old system, because it chose what was looked at; weighed by propensity they find
// the better one.
func TestPropensitiesFindTheBetterPolicyWhereRawClicksDoNot(t *testing.T) {
	const seeds = 20
	right := 0
	for seed := range int64(seeds) {
		s := smallFeed(seed + 1)
		s.Items, s.Users = 1000, 200
		p := fed(t, s, 1)
		f := worldtest.Bind(t, p, nil)
		columns := f.Columns()
		row := make([]float32, len(columns))
		topic, ctr := slices.Index(columns, "topic_share"), slices.Index(columns, "ctr_smoothed")
		old := func(im *problem.Impression) float64 { return float64(im.Score) }
		better := func(im *problem.Impression) float64 {
			f.Fill(&p.Train[im.Request], problem.Candidate{Item: im.Item}, row)
			return float64(row[topic]) + 3*float64(row[ctr])
		}
		rawOld, fairOld, trueOld := clicksOf(p, old)
		rawNew, fairNew, trueNew := clicksOf(p, better)
		ok := trueNew > trueOld && rawNew < rawOld && fairNew > fairOld
		if ok {
			right++
		}
		t.Logf("seed %d: true %.3f > %.3f, raw %.3f < %.3f, corrected %.3f > %.3f: %v", s.Seed, trueNew, trueOld, rawNew, rawOld, fairNew,
			fairOld, ok)
	}
	if right < 19 {
		t.Errorf("propensities put right what raw clicks got wrong in %d of %d seeds, expected 19 or more", right, seeds)
	}
}
