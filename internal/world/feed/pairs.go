package feed

import (
	"context"
	"math"
	"slices"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// pairs are stage two's features of a visit and a video.
type pairs struct {
	*snapshot
	counts *sim.LogCounts
	old    oldSystem
	rates  problem.Rates // "": smoothed
}

func newPairs(ctx context.Context, f *snapshot) (*pairs, error) {
	tallies, err := sim.CountLog(ctx, f.log, func(request int32) float64 { return f.visits[request].day }, len(f.lib.items))
	return &pairs{snapshot: f, counts: tallies, old: f.oldSystem()}, err
}

// Rated returns the features with past success written in another way.
func (p *pairs) Rated(as problem.Rates) problem.PairSource {
	out := *p
	out.rates = as
	return &out
}

// Groups returns the columns by hypothesis.
func (p *pairs) Groups() []problem.FeatureGroup {
	return []problem.FeatureGroup{
		{ID: "similarity", Why: "What lies near the viewer's past is liked.", Columns: []string{"embedding_dot"}},
		{
			ID: "history", Why: "People stay with their topics and their creators for a while.",
			Columns: []string{"topic_share", "topic_days_ago", "creator_count"},
		},
		{
			ID: "popularity", Why: "What many finished is good; what many clicked may only have a good title.",
			Columns: []string{"views_before_log", "impressions", "clicks", "ctr_smoothed", "finish_smoothed"},
		},
		{
			ID: "freshness", Why: "New videos have no history yet; their counts must be read with their age.",
			Columns: []string{"age_days_log", "uploaded_this_week"},
		},
		{
			ID: "value", Why: "A long video is worth more minutes and is finished less.",
			Columns: []string{"minutes_log", "minutes_per_impression"},
		},
		{
			ID: "user", Why: "Who comes often answers otherwise than who comes for the first time.",
			Columns: []string{"past_clicks_log", "finish_share", "days_known"},
		},
		{ID: "logged", Why: "The old system knew something, and its choices are in every click.", Columns: []string{"old_score"}},
	}
}

// Bind returns the features with similarities read from emb, which may be nil.
func (p *pairs) Bind(ctx context.Context, emb *problem.Embedding) (problem.Features, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := &features{pairs: p, emb: emb}
	for _, g := range p.Groups() {
		f.columns = append(f.columns, g.Columns...)
	}
	return f, nil
}

type features struct {
	*pairs
	emb     *problem.Embedding
	columns []string
	cache   sim.RequestCache[visitFacts]
}

// visitFacts is what the log says about a visitor, computed once for each request.
type visitFacts struct {
	guess    [guesses]int16
	topics   []float32 // share of the past by topic
	last     []float32 // days since the last engagement by topic, longAgo at most
	creators []int32   // of the videos clicked, ascending, with repeats
	clicks   int
	finished float32 // share of clicks that were finished, smoothed toward one half
	known    float32 // days since the viewer joined
}

// longAgo caps ages in days, and stands for never.
const longAgo = 60

// pastOf computes what the log says about q's viewer before q's day.
func (f *snapshot) pastOf(q *problem.Query) visitFacts {
	out := visitFacts{topics: make([]float32, f.lib.topics), last: make([]float32, f.lib.topics)}
	for t := range out.last {
		out.last[t] = longAgo
	}
	finished := 0
	a, b := f.history.Start[q.User], f.history.Start[q.User+1]
	for k := a; k < b; k++ {
		if f.history.Day[k] >= float32(q.Day) {
			continue
		}
		v := &f.lib.items[f.history.Item[k]]
		out.clicks++
		out.topics[v.topic]++
		out.last[v.topic] = min(out.last[v.topic], float32(q.Day)-f.history.Day[k])
		out.creators = append(out.creators, v.creator)
		if f.history.Weight[k] >= 2 {
			finished++
		}
	}
	for t := range out.topics {
		out.topics[t] /= float32(max(out.clicks, 1))
	}
	slices.Sort(out.creators)
	out.finished = (float32(finished) + 1) / (float32(out.clicks) + 2)
	out.known = float32(max(q.Day-float64(f.view.joined[q.User]), 0))
	return out
}

// Columns names what Fill fills.
func (f *features) Columns() []string { return f.columns }

// noiseNumber is the request's number for the old system's noise: judged requests have numbers of their own.
func noiseNumber(q *problem.Query) uint64 {
	if q.From == problem.Test {
		return sim.TestOffset + uint64(q.ID)
	}
	return uint64(q.ID)
}

// Fill fills the columns in the order of Groups.
func (f *features) Fill(q *problem.Query, cand problem.Candidate, into []float32) {
	known := f.cache.Get(q, f.emb, func() visitFacts {
		facts := f.pastOf(q)
		facts.guess = f.old.guess(q.User)
		return facts
	})
	facts, i := &known.Own, cand.Item
	v := &f.lib.items[i]
	_ = into[16]
	into[0] = known.Dot(q, f.emb, i)

	into[1] = facts.topics[v.topic]
	into[2] = facts.last[v.topic]
	from, _ := slices.BinarySearch(facts.creators, v.creator)
	to, _ := slices.BinarySearch(facts.creators, v.creator+1)
	into[3] = float32(to - from)

	had := f.counts.Before(i, q.Day)
	into[4] = sim.Log1p(float64(v.prior))
	into[5] = sim.Log1p(float64(had.Impressions))
	into[6] = sim.Log1p(float64(had.Clicks))
	into[7], into[8] = had.Rates(7, 3) // smoothed toward 7% clicks and 3% finished: ten impressions say little
	sim.WriteRates(f.rates, had, into[4:7], into[7:9])

	age := max(q.Day-float64(v.born), 0)
	into[9] = sim.Log1p(age)
	into[10] = sim.Indicator(age < 7)

	into[11] = sim.Log1p(float64(v.minutes))
	into[12] = into[8] * v.minutes

	into[13] = sim.Log1p(float64(facts.clicks))
	into[14] = facts.finished
	into[15] = min(facts.known, longAgo)

	night := f.counts.Before(i, math.Floor(q.Day))
	into[16] = f.old.score(noiseNumber(q), &facts.guess, i, q.Day, night.Clicks)
}

// inputs is content: what is known about a video before anybody has seen it, and for a viewer the mean of what the viewer
// engaged with. A tower that learned from content can therefore place new videos and new viewers.
type inputs struct{ *snapshot }

// contentNoise is how far the content vector is from the video's true vector.
const contentNoise = 0.5

// Width is the topic, a content vector, eight bits of the creator, the length, and how much is known (1 for an item).
func (in inputs) Width() int { return in.lib.topics + tasteDim + 8 + 2 }

// Item fills into with video i's content.
func (in inputs) Item(i int32, into []float32) {
	clear(into[:in.Width()])
	in.add(i, into)
	into[in.Width()-1] = 1
}

// Request fills into with the mean content of what q's viewer engaged with before q's day, at most the first thousand
// by item; zeros for a viewer without a history.
func (in inputs) Request(q *problem.Query, into []float32) {
	width := in.Width()
	clear(into[:width])
	row, _ := in.history.Row(q.User)
	days := in.history.Day[in.history.Start[q.User]:]
	n := 0
	for k, i := range row {
		if days[k] < float32(q.Day) && n < 1000 {
			in.add(i, into)
			n++
		}
	}
	if n == 0 {
		return
	}
	by := 1 / float32(n)
	for k := range into[:width] {
		into[k] *= by
	}
	into[width-1] = float32(1 - 1/float64(n+1))
}

// add adds video i's content to into, each value in [0, 1].
func (in inputs) add(i int32, into []float32) {
	lib := in.lib
	v := &lib.items[i]
	into[v.topic]++
	at := lib.topics
	seed := uint64(i) * tasteDim
	for k, x := range lib.vecOf(i) {
		noise := 2*sim.Uniform(lib.seed, purposeContent, seed, uint64(k)) - 1 // standard deviation 1/√3
		into[at+k] += min(max(0.5+0.5*(x+contentNoise*float32(noise)), 0), 1)
	}
	at += tasteDim
	bits := sim.Mix(uint64(v.creator) + 1)
	for k := range 8 {
		into[at+k] += float32(bits >> k & 1)
	}
	into[at+8] += min(sim.Log1p(float64(v.minutes))/5.2, 1)
}
