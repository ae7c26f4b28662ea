package feed

import (
	"math"
	"slices"
	"strings"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
	"dryrun/internal/world/worldtest"
)

// byFeatures orders all videos for a request by a score of their features and returns the first twenty.
func byFeatures(p *problem.Problem, f problem.Features, score func(row []float32) float64) func(q *problem.Query) []int32 {
	row := make([]float32, len(f.Columns()))
	return func(q *problem.Query) []int32 {
		var items []int32
		var scores []float64
		for i := range int32(p.Items) {
			if _, seen := slices.BinarySearch(q.Filter.Except, i); seen || p.Born(i) > q.Day {
				continue
			}
			f.Fill(q, problem.Candidate{Item: i}, row)
			x := score(row)
			at := len(items)
			for at > 0 && scores[at-1] < x {
				at--
			}
			if at < sim.ListLength {
				items, scores = slices.Insert(items, at, i), slices.Insert(scores, at, x)
				items, scores = items[:min(len(items), sim.ListLength)], scores[:min(len(scores), sim.ListLength)]
			}
		}
		return items
	}
}

// outcomes are sums over a play.
type outcomes struct{ clicks, watches, returns int }

func playing(p *problem.Problem, visits int, list func(q *problem.Query) []int32) (problem.Play, outcomes) {
	play, ask := p.People.Begin(1), sim.Stream(1, 901, 0)
	var out outcomes
	for i := range visits {
		q := play.Request(float64(i)*7/float64(visits), ask)
		r := play.React(&q, list(&q), sim.Stream(1, 902, uint64(i)))
		out.clicks += len(r.Clicks)
		if r.Bought >= 0 {
			out.watches++
		}
		if r.Returns {
			out.returns++
		}
	}
	return play, out
}

// gainAt10 is the mean NDCG@10 of lists for the judged requests, gains 2^grade-1.
func gainAt10(p *problem.Problem, list func(q *problem.Query) []int32) (mean float64) {
	for n := range p.Test {
		q := &p.Test[n]
		var got, best float64
		for k, item := range list(q)[:10] {
			got += (math.Exp2(float64(p.Truth.Grade(q, item))) - 1) / math.Log2(float64(k)+2)
		}
		positives := p.Truth.Positives(q)
		for k, g := range positives[:min(len(positives), 10)] {
			best += (math.Exp2(float64(g.Grade)) - 1) / math.Log2(float64(k)+2)
		}
		mean += got / best / float64(len(p.Test))
	}
	return mean
}

// The planted tension: what follows clicks and the old system's score wins on held-out engagement, because that was
// clicked among what the old system showed, and loses where it counts.
func TestWhatWinsOfflineByClicksLosesOnline(t *testing.T) {
	s := smallFeed(1)
	s.Users, s.Queries = 600, 80
	p := fed(t, s, 2)
	f := worldtest.Bind(t, p, nil)
	at := func(column string) int { return slices.Index(f.Columns(), column) }
	topic, ctr, finish, old := at("topic_share"), at("ctr_smoothed"), at("finish_smoothed"), at("old_score")
	byClicks := byFeatures(p, f, func(row []float32) float64 {
		return 2*float64(row[topic]) + 2*math.Log(float64(row[ctr])) + float64(row[old])
	})
	byWatches := byFeatures(p, f, func(row []float32) float64 {
		return 2*float64(row[topic]) + 2*math.Log(float64(row[finish]))
	})
	offClicks, offWatches := gainAt10(p, byClicks), gainAt10(p, byWatches)
	_, clicks := playing(p, 400, byClicks)
	_, watches := playing(p, 400, byWatches)
	t.Logf("by clicks: NDCG@10 %.3f, online %+v; by finished watches: %.3f, %+v", offClicks, clicks, offWatches, watches)
	if offClicks < 1.2*offWatches || clicks.clicks <= watches.clicks {
		t.Error("what follows clicks doesn't win on held-out engagement and clicks")
	}
	if watches.watches <= clicks.watches || watches.returns <= clicks.returns {
		t.Error("what follows finished watches doesn't win online")
	}
}

func TestWhatIsShownBecomesPopularInThatPlayOnly(t *testing.T) {
	s := smallFeed(2)
	p := fed(t, s, 1)
	before := worldtest.Fingerprint(p)
	pushed := make([]int32, sim.ListLength) // the same for everybody
	for k := range pushed {
		pushed[k] = int32(k)
	}
	play, _ := playing(p, 500, func(*problem.Query) []int32 { return pushed })
	learned, err := play.(problem.Learner).Learn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(learned.Train) != len(p.Train)+500 || len(learned.Test) != 0 ||
		len(learned.Log.Impressions) != len(p.Log.Impressions)+500*sim.ListLength {
		t.Fatalf("%d past requests, %d judged, %d impressions after the play", len(learned.Train), len(learned.Test),
			len(learned.Log.Impressions))
	}
	for i := range learned.Train {
		if learned.Train[i].ID != int32(i) || i > 0 && learned.Train[i].Day < learned.Train[i-1].Day {
			t.Fatalf("past request %d after the play is %+v", i, learned.Train[i])
		}
	}
	clicksOn := func(p *problem.Problem, day float64) (n float64) {
		f := worldtest.Bind(t, p, nil)
		row, column := make([]float32, len(f.Columns())), slices.Index(f.Columns(), "clicks")
		for _, i := range pushed {
			f.Fill(&problem.Query{ID: 1 << 30, From: problem.Live, User: 3, Day: day}, problem.Candidate{Item: i}, row)
			n += math.Expm1(float64(row[column]))
		}
		return n
	}
	end := float64(s.Days) + 8
	if was, is := clicksOn(p, end), clicksOn(learned, end); is < was+100 {
		t.Errorf("the pushed videos had %.0f clicks, %.0f after the play: expected many more", was, is)
	}
	if len(learned.History.Item) <= len(p.History.Item) {
		t.Error("the play left nothing in the history")
	}
	if worldtest.Fingerprint(p) != before {
		t.Error("a play changed the world that it was played in")
	}
	q := learned.People.Begin(1).Request(0, sim.Stream(1, 903, 0))
	if q.Day < learned.Train[len(learned.Train)-1].Day || int(q.ID) < len(learned.Train) {
		t.Errorf("after learning the play goes on with %+v", q)
	}
}

func TestNobodyIsAskedToWatchTwice(t *testing.T) {
	p := fed(t, smallFeed(3), 1)
	play, ask := p.People.Begin(4), sim.Stream(4, 904, 0)
	clicked := map[int32][]int32{}
	for i := range 600 {
		q := play.Request(0.01*float64(i), ask)
		if row, _ := p.History.Row(q.User); len(q.Filter.Except) < len(row) || !slices.IsSorted(q.Filter.Except) {
			t.Fatalf("visit %d has seen %v, the log says %v", i, q.Filter.Except, row)
		}
		for _, item := range clicked[q.User] {
			if _, seen := slices.BinarySearch(q.Filter.Except, item); !seen {
				t.Fatalf("visit %d: video %d was clicked in this play and isn't marked as seen", i, item)
			}
		}
		list := []int32{int32(i), int32(i + 1), int32(i + 2), int32(i + 3)}
		for _, at := range play.React(&q, list, ask).Clicks {
			clicked[q.User] = append(clicked[q.User], list[at])
		}
	}
	if len(clicked) == 0 {
		t.Fatal("nobody clicked")
	}
}

func TestTheSamePlayIsPlayedForTheSameSeed(t *testing.T) {
	p := fed(t, smallFeed(5), 1)
	list := func(q *problem.Query) []int32 { return []int32{1, 2, 3, q.User} }
	_, a := playing(p, 300, list)
	_, b := playing(p, 300, list)
	if a != b {
		t.Errorf("two plays of one seed: %+v and %+v", a, b)
	}
}

func TestDriftMovesTastesLateInTheLog(t *testing.T) {
	s := smallFeed(10)
	p := fed(t, s, 1)
	if got := worldtest.Fingerprint(worldtest.Drifted(t, p, 0)); got != worldtest.Fingerprint(p) {
		t.Error("drift of strength 0 changed the world")
	}
	later := worldtest.Drifted(t, p, 1)
	surge := int32(s.Classes - 1)
	// Of those who didn't like it best before: those who did have moved on as well.
	rate := func(p *problem.Problem, from, to float64) float64 {
		n, of := 0.0, 0.0
		for _, im := range p.Log.Impressions {
			q := &p.Train[im.Request]
			if p.Labels[im.Item] == surge && q.Day >= from && q.Day < to && int32(feedOf(p).view.favoriteBefore[q.User]) != surge {
				of++
				if im.Clicked {
					n++
				}
			}
		}
		return n / of
	}
	moved := float64(s.Days - sim.TestDays)
	if a, b := rate(p, 0, moved), rate(later, 0, moved); a != b {
		t.Errorf("before the drift others click the topic that surges at a rate of %.4f, at %.4f in the drifted world", a, b)
	}
	if a, b := rate(p, moved, float64(s.Days)), rate(later, moved, float64(s.Days)); b < 1.5*a {
		t.Errorf("others click the topic that surges at a rate of %.4f, at %.4f after the drift: expected half as much again", a, b)
	}
	near := func(p *problem.Problem) (mean float64) {
		f := feedOf(p)
		for u := range int32(s.Users) {
			row, _ := p.History.Row(u)
			for _, i := range row {
				mean += f.taste(u, i, float64(s.Days)) / float64(len(p.History.Item))
			}
		}
		return mean
	}
	if a, half, b := near(p), near(worldtest.Drifted(t, p, 0.5)), near(later); !(a > half && half > b) {
		t.Errorf("what was clicked lies at %.3f of the tastes, %.3f after half the drift, %.3f after all of it: expected a fall", a, half, b)
	}
	if !slices.Equal(p.Labels, later.Labels) {
		t.Error("drift changed the catalog")
	}
}

func TestFeedFeaturesKnowOnlyWhatWasKnownBefore(t *testing.T) {
	p := fed(t, smallFeed(12), 1)
	f := worldtest.Bind(t, p, nil)
	row := make([]float32, len(f.Columns()))
	at := func(column string) int { return slices.Index(f.Columns(), column) }
	for _, n := range []int{0, len(p.Train) / 2, len(p.Train) - 1} {
		q := &p.Train[n]
		for _, im := range p.Log.Impressions {
			if im.Request != q.ID {
				continue
			}
			var shown, clicked, onTopic, past float64
			for _, other := range p.Log.Impressions {
				if p.Train[other.Request].Day >= q.Day {
					break
				}
				if other.Item == im.Item {
					shown++
					if other.Clicked {
						clicked++
					}
				}
			}
			for _, i := range q.Filter.Except {
				past++
				if p.Labels[i] == p.Labels[im.Item] {
					onTopic++
				}
			}
			f.Fill(q, problem.Candidate{Item: im.Item}, row)
			for column, want := range map[string]float64{
				"impressions": math.Log1p(shown), "clicks": math.Log1p(clicked),
				"past_clicks_log": math.Log1p(past), "topic_share": onTopic / max(past, 1), "old_score": float64(im.Score),
			} {
				if got := float64(row[at(column)]); math.Abs(got-want) > 1e-5 {
					t.Fatalf("request %d, item %d: %s is %v, the log before it says %v", n, im.Item, column, got, want)
				}
			}
		}
	}
}

func TestFeedFillReadsTheEmbeddingAndDoesNotAllocate(t *testing.T) {
	p := fed(t, smallFeed(13), 1)
	emb := &problem.Embedding{Dim: 2, Items: make([]float32, 2*p.Items), Encode: func(_ *problem.Query, into []float32) {
		into[0], into[1] = 0.6, 0.8
	}}
	emb.Items[14], emb.Items[15] = 1, 0.5
	f := worldtest.Bind(t, p, emb)
	row := make([]float32, len(f.Columns()))
	q := &p.Test[5]
	f.Fill(q, problem.Candidate{Item: 7}, row)
	if math.Abs(float64(row[0])-1.0) > 1e-6 {
		t.Errorf("embedding_dot %v, expected 0.6 x 1 + 0.8 x 0.5 = 1", row[0])
	}
	if n := testing.AllocsPerRun(100, func() { f.Fill(q, problem.Candidate{Item: 7}, row) }); n > 0 {
		t.Errorf("Fill allocates %v times", n)
	}
	other := *q
	other.User = (q.User + 1) % 200
	f.Fill(q, problem.Candidate{Item: 7}, row)
	own := slices.Clone(row)
	f.Fill(&other, problem.Candidate{Item: 7}, row)
	if slices.Equal(own, row) {
		t.Error("another user with the same number of request is taken for the first")
	}
}

func TestContentPlacesNewVideosNearTheirViewers(t *testing.T) {
	p := fed(t, smallFeed(14), 1)
	f := feedOf(p)
	request, item := make([]float32, p.Inputs.Width()), make([]float32, p.Inputs.Width())
	var liked, other float64
	for n := range p.Test {
		q := &p.Test[n]
		if len(q.Filter.Except) == 0 {
			p.Inputs.Request(q, request)
			if slices.Max(request) != 0 {
				t.Fatal("a viewer without a past has content")
			}
			continue
		}
		p.Inputs.Request(q, request)
		for _, g := range p.Truth.Positives(q)[:1] {
			p.Inputs.Item(g.Item, item)
			liked += float64(dot(request, item))
			p.Inputs.Item((g.Item*7+int32(n))%int32(p.Items), item)
			other += float64(dot(request, item))
		}
		if lo, hi := slices.Min(request), slices.Max(request); lo < 0 || hi > 1 {
			t.Fatalf("content from %v to %v, expected [0, 1]", lo, hi)
		}
	}
	if liked < other {
		t.Errorf("content brings a viewer to what is liked with %.1f, to anything with %.1f", liked, other)
	}
	loud, calm := 0, 0
	for i := range int32(p.Items) {
		shouts := strings.Contains(p.Look.Item(i), "nobody tells you") || strings.Contains(p.Look.Item(i), "believe")
		if shouts && f.lib.items[i].bait > 0.8 {
			loud++
		} else if shouts {
			calm++
		}
	}
	if loud == 0 || calm > 0 {
		t.Errorf("%d loud titles are clickbait and %d aren't: expected all", loud, calm)
	}
	for n := range p.Test {
		if p.Look.Request(&p.Test[n]) == "" {
			t.Fatal("a request without words")
		}
	}
}

// What viewers are expected to do with a video is what they do when it is the first of their page, which everybody looks at.
func TestViewersDoWhatTheyAreExpectedToDo(t *testing.T) {
	p := fed(t, smallFeed(1), 1)
	ask := p.People.(problem.Oracle)
	var expected problem.Expected
	var clicks, finished float64
	const visits = 4000
	play, rng := p.People.Begin(1), sim.Stream(1, 903, 0)
	for n := range visits {
		q := play.Request(7*float64(n)/visits, rng)
		item := rng.Int32N(int32(p.Items))
		if _, seen := slices.BinarySearch(q.Filter.Except, item); seen {
			continue
		}
		e := ask.Expect(&q, item)
		expected.Click, expected.Success = expected.Click+e.Click, expected.Success+e.Success
		r := play.React(&q, []int32{item}, rng)
		clicks += float64(len(r.Clicks))
		if r.Bought == 0 {
			finished++
		}
	}
	if math.Abs(clicks-expected.Click) > 4*math.Sqrt(expected.Click) || math.Abs(finished-expected.Success) > 4*math.Sqrt(expected.Success) {
		t.Errorf("%v clicks and %v finished watches, %v and %v expected", clicks, finished, expected.Click, expected.Success)
	}
}

func TestFewViewersPressLike(t *testing.T) {
	p := fed(t, smallFeed(1), 1)
	ask := p.People.(problem.Liker)
	ever := 0
	for u := range int32(p.History.Users) {
		likes := 0
		for i := range int32(40) {
			if ask.Likes(&problem.Query{User: u}, i) {
				likes++
			}
		}
		if likes > 0 {
			ever++
			if likes < 8 || likes > 32 {
				t.Errorf("viewer %d likes %d of 40 finished videos", u, likes)
			}
		}
	}
	if share := float64(ever) / float64(p.History.Users); share < 0.07 || share > 0.18 {
		t.Errorf("%.2f of the viewers press like", share)
	}
}
