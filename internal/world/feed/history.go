package feed

import (
	"cmp"
	"context"
	"slices"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// visit is one viewer opening the home page.
type visit struct {
	user int32
	day  float64
}

// visitLog is what happened on some visits, in order of time.
type visitLog struct {
	visits      []visit
	impressions []problem.Impression // Request is an index into visits
}

func (p *visitLog) log() *problem.Log {
	return &problem.Log{
		Impressions: p.impressions, Propensity: sim.Examination(sim.ListLength),
		Policy: "most viewed, with topics guessed for the viewer and some new uploads, lists made anew each night",
	}
}

// engagements collects what users did on the visits of a log: weight 1 for a click, 2 for a success. Engagements that are
// in known already are left out; known may be nil.
func engagements(ctx context.Context, known *problem.History, p *visitLog, users, items int) (*problem.History, error) {
	perUser := make([][]sim.Engagement, users)
	for k, im := range p.impressions {
		if k%sim.CheckEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !im.Clicked {
			continue
		}
		v := p.visits[im.Request]
		if known != nil {
			if _, found := sim.Strength(known, v.user, im.Item); found >= 0 {
				continue
			}
		}
		grade := uint8(1)
		if im.Bought {
			grade = 2
		}
		perUser[v.user] = append(perUser[v.user], sim.Engagement{Item: im.Item, Grade: grade, Day: float32(v.day)})
	}
	for u, of := range perUser {
		if u%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// A viewer may be shown a video twice in a day: the first engagement gives the day, the stronger one the grade.
		slices.SortStableFunc(of, func(a, b sim.Engagement) int { return cmp.Compare(a.Item, b.Item) })
		kept := of[:0]
		for _, e := range of {
			if n := len(kept); n > 0 && kept[n-1].Item == e.Item {
				kept[n-1].Grade = max(kept[n-1].Grade, e.Grade)
				continue
			}
			kept = append(kept, e)
		}
		perUser[u] = kept
	}
	return sim.NewHistory(ctx, perUser, items)
}
