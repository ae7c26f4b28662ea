package feed

import (
	"context"
	"math"
	"slices"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// nightly is what the old system has counted in a play.
type nightly struct {
	views  *viewCounts // nil before it is asked for the first time
	visits int         // of the play, counted
	day    float64     // up to which they are
}

// Today is the list that the old system would show on a live visit. It counts the clicks of this play once a night, as it
// counted those of the log.
func (p *play) Today(ctx context.Context, q *problem.Query) ([]int32, error) {
	if err := p.countViews(ctx, math.Floor(q.Day)); err != nil {
		return nil, err
	}
	var out sim.List
	const live = 2 * sim.TestOffset // visits of the log and of the judged days have lower numbers
	p.f.oldSystem().list(live+uint64(q.ID), visit{q.User, q.Day}, p.old.views, p.seenBy(q.User), p.f.lib.newUploads(math.Floor(q.Day)), &out)
	return slices.Clone(out.Items), nil
}

// countViews brings the old system's counts up to the night before a day.
func (p *play) countViews(ctx context.Context, day float64) error {
	if p.old.views != nil && day <= p.old.day {
		return nil
	}
	if p.old.views == nil {
		counts, err := newViewCounts(ctx, p.f.lib)
		if err != nil {
			return err
		}
		if err := counts.accumulate(ctx, p.f.lib, day); err != nil { // uploads first: a video's views begin at its upload
			return err
		}
		for k, im := range p.f.log.Impressions {
			if k%sim.CheckEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if im.Clicked {
				counts.click(im.Item)
			}
		}
		p.old.views = counts
	}
	for ; p.old.visits < len(p.visits) && p.visits[p.old.visits].day < day; p.old.visits++ {
		n := p.old.visits
		for at, item := range p.shown[n*sim.ListLength : (n+1)*sim.ListLength] {
			if item >= 0 && p.clicked[n]>>at&1 == 1 {
				p.old.views.click(item)
			}
		}
	}
	p.old.day = day
	return p.old.views.accumulate(ctx, p.f.lib, day)
}
