package serving

import (
	"context"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// A page that is computed ahead doesn't know what its viewer has watched since. This experiment plays one day of viewers who come
// back within it: the same viewers, the same moments, and pages that are computed at each load, at each full hour, or at
// midnight.

const (
	dayViewers   = 150 // who open the page on the day
	sessions     = 2   // a viewer's, at random hours between 8 and 22
	sessionLoads = 4   // page loads of one session
	loadGap      = 0.1 // hours between two loads of a session
)

// opened is one page load of the day.
type opened struct {
	viewer int     // of dayViewers
	hour   float64 // since midnight
}

// pagesOf is what a mode did on the day.
type pagesOf struct {
	successes []float64 // by viewer
	ages      []float64 // hours, by page load
	computed  int       // pages, for those who came
}

// freshness reports what answers that are computed ahead are worth.
func (r run) freshness(ctx context.Context) error {
	p := r.Pipeline
	if p.Problem.People == nil || p.Learned.History == nil {
		r.MissAll("a request brings content that nobody has seen before, so that no answer can be computed ahead",
			"success_per_load", "pages_per_load")
		return nil
	}
	day, err := r.newDay(ctx)
	if err != nil {
		return err
	}
	b := report.Block{
		Kind: report.Table, Title: "A day of pages, computed at the load or ahead of it",
		Columns: []string{"computed", "successes a load", "against at the load, paired", "age in hours", "pages computed for each load"},
	}
	var online pagesOf
	for _, mode := range catalog.Offers(r.Config.World.Kind, "mode") {
		if mode != catalog.Online && mode != r.Settings.Mode {
			continue
		}
		pages, err := day.play(ctx, mode)
		if err != nil {
			return err
		}
		loads := float64(len(day.loads)) / dayViewers
		perLoad := slices.Clone(pages.successes)
		for i := range perLoad {
			perLoad[i] /= loads
		}
		success := r.Bootstrap(ctx, "pages", perLoad)
		row := report.Row{report.Text(mode), measure.Number(success), report.Text("")}
		made := day.computedPerLoad(mode, pages)
		if mode == catalog.Online {
			online = pagesOf{successes: perLoad}
		} else {
			gap := metrics.PairedBootstrap(ctx, online.successes, perLoad, measure.Resamples, r.Seed("pages"))
			row[2] = measure.Difference(gap)
			r.Interval("success_gap", gap)
		}
		b.Rows = append(b.Rows, append(row, report.Num(metrics.Mean(pages.ages)), report.Num(made)))
		if mode == r.Settings.Mode {
			r.Interval("success_per_load", success)
			r.Sample("success_per_load", report.Sample{
				Unit: "viewers", Same: r.Seed("a day"), N: len(perLoad), Of: func(idx []int) float64 { return metrics.MeanAt(perLoad, idx) },
			})
			r.Metric("pages_per_load", made)
			if mode != catalog.Online {
				r.Metric("staleness_hours", metrics.Mean(pages.ages))
			}
			b.Alt = freshAlt(mode, success.Mean, metrics.Mean(pages.ages), made)
		}
	}
	r.Block(b)
	return nil
}

// day is who opens the page on one day, and when.
type day struct {
	run
	live    *measure.Live
	viewers []problem.Query // a first request of each
	loads   []opened        // in order of time
	share   float64         // of the viewers with a history who open the page on a day
}

// newDay draws the day's viewers by how active they are.
func (r run) newDay(ctx context.Context) (*day, error) {
	live, err := measure.NewLive(ctx, r.Pipeline)
	if err != nil {
		return nil, err
	}
	d := &day{run: r, live: live}
	play := r.Pipeline.Problem.People.Begin(r.Seed("a day"))
	rng := rand.New(rand.NewPCG(r.Seed("a day"), 1))
	met := map[int32]bool{}
	h := r.Pipeline.Learned.History
	for tries := 0; len(d.viewers) < dayViewers && tries < 20*dayViewers; tries++ {
		if q := play.Request(0, rng); !met[q.User] && h.Start[q.User] < h.Start[q.User+1] {
			met[q.User] = true
			d.viewers = append(d.viewers, q)
		}
	}
	for v := range d.viewers {
		for range sessions {
			from := 8 + 14*rng.Float64()
			for k := range sessionLoads {
				d.loads = append(d.loads, opened{v, from + float64(k)*loadGap})
			}
		}
	}
	slices.SortStableFunc(d.loads, func(a, b opened) int {
		switch {
		case a.hour < b.hour:
			return -1
		case a.hour > b.hour:
			return 1
		}
		return a.viewer - b.viewer
	})
	d.share = r.openADay()
	return d, nil
}

// openADay is the mean share of the users with a history who were there on a day of the log.
func (r run) openADay() float64 {
	p := r.Pipeline.Learned
	known, there := 0, map[[2]int32]bool{}
	for u := range p.History.Users {
		if p.History.Start[u] < p.History.Start[u+1] {
			known++
		}
	}
	last := int32(0)
	for i := range p.Train {
		day := int32(p.Train[i].Day)
		there[[2]int32{p.Train[i].User, day}] = true
		last = max(last, day)
	}
	return float64(len(there)) / float64(last+1) / float64(max(known, 1))
}

// computedPerLoad is how many pages are computed for each one that is shown. Ahead of time, a page is made for everybody who
// may come; only a share does.
func (d *day) computedPerLoad(mode string, of pagesOf) float64 {
	perViewer := float64(len(d.loads)) / float64(len(d.viewers))
	switch mode {
	case catalog.Online:
		return float64(of.computed) / float64(len(d.loads))
	case catalog.Hourly:
		return 24 / d.share / perViewer
	}
	return 1 / d.share / perViewer
}

// play plays the day. What a viewer clicks is never shown again on a page that is computed later.
func (d *day) play(ctx context.Context, mode string) (pagesOf, error) {
	p := d.Pipeline
	play := p.Problem.People.Begin(d.Seed("a day"))
	out := pagesOf{successes: make([]float64, len(d.viewers))}
	seen := make([][]int32, len(d.viewers))
	page, made := make([][]int32, len(d.viewers)), make([]float64, len(d.viewers))
	for v, q := range d.viewers {
		seen[v], made[v] = slices.Clone(q.Filter.Except), -1
	}
	model := measure.Policy{ID: mode, Blank: p.Columns}
	if p.Model != nil {
		model.Model = p.Model.Model
	}
	for n, load := range d.loads {
		v := load.viewer
		q := d.viewers[v]
		q.ID += int32(n + 1)
		q.Day += load.hour / 24
		at := load.hour
		switch mode {
		case catalog.Hourly:
			at = float64(int(load.hour))
		case catalog.Batch:
			at = 0
		}
		if made[v] != at || mode == catalog.Online {
			q.Filter = problem.Filter{Except: slices.Clone(seen[v])}
			lists, err := d.live.Answer(ctx, play, q, []measure.Policy{model})
			if err != nil {
				return out, err
			}
			page[v], made[v] = lists[0], at
			out.computed++
		}
		re := play.React(&q, page[v], rand.New(rand.NewPCG(d.Seed("a day's people"), uint64(n))))
		for _, click := range re.Clicks {
			item := page[v][click]
			if place, known := slices.BinarySearch(seen[v], item); !known {
				seen[v] = slices.Insert(seen[v], place, item)
			}
		}
		if re.Bought >= 0 {
			out.successes[v]++
		}
		out.ages = append(out.ages, load.hour-at)
	}
	return out, nil
}
