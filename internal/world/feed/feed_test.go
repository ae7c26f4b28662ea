package feed

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
	"dryrun/internal/world/worldtest"
)

// smallFeed is a world that takes some hundredths of a second.
func smallFeed(seed int64) problem.Spec {
	return problem.Spec{Kind: "interactions", Items: 2000, Queries: 200, Classes: 12, Users: 300, Days: 28, Seed: seed}
}

func fed(t testing.TB, s problem.Spec, workers int) *problem.Problem {
	t.Helper()
	p, err := generate(context.Background(), s, workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func feedOf(p *problem.Problem) *snapshot { return p.People.(people).f }

func TestTheSameSeedMakesTheSameFeedAtAnyNumberOfWorkers(t *testing.T) {
	s := smallFeed(7)
	s.Items, s.Users, s.Queries = 1000, 100, 30
	want := worldtest.Fingerprint(fed(t, s, 1))
	for _, workers := range []int{2, 5} {
		if got := worldtest.Fingerprint(fed(t, s, workers)); got != want {
			t.Errorf("%d workers made another world than one", workers)
		}
	}
	s.Seed++
	if worldtest.Fingerprint(fed(t, s, 2)) == want {
		t.Error("another seed made the same world")
	}
}

func TestHeldOutEngagementIsLaterAndNew(t *testing.T) {
	s := smallFeed(1)
	p := fed(t, s, 1)
	users := map[int32]bool{}
	for i := range p.Test {
		q := &p.Test[i]
		if users[q.User] || q.ID != int32(i) || q.From != problem.Test || q.Day < float64(s.Days) {
			t.Fatalf("request %d: %+v: expected one of each user, after day %d", i, q, s.Days)
		}
		users[q.User] = true
		if row, _ := p.History.Row(q.User); !slices.Equal(row, q.Filter.Except) || !slices.IsSorted(q.Filter.Except) {
			t.Fatalf("request %d has seen %v, its user's training items are %v", i, q.Filter.Except, row)
		}
		positives := p.Truth.Positives(q)
		if len(positives) == 0 {
			t.Fatalf("request %d has no positive", i)
		}
		agree(t, p, q, positives)
	}
	for i := 0; i < len(p.Train); i += 97 {
		q := &p.Train[i]
		if i > 0 && q.Day < p.Train[i-1].Day {
			t.Fatalf("past request %d is before the one that came first", i)
		}
		agree(t, p, q, p.Truth.Positives(q))
	}
	for _, d := range p.History.Day {
		if d < 0 || d >= float32(s.Days) {
			t.Fatalf("the history holds day %v, the log has %d days", d, s.Days)
		}
	}
}

// agree checks that Grade and Positives say the same, and that nothing seen before is a positive.
func agree(t *testing.T, p *problem.Problem, q *problem.Query, positives []problem.Graded) {
	t.Helper()
	grade := map[int32]uint8{}
	for k, g := range positives {
		grade[g.Item] = g.Grade
		if _, seen := slices.BinarySearch(q.Filter.Except, g.Item); seen {
			t.Fatalf("request %d: positive %d was seen before", q.ID, g.Item)
		}
		if p.Born(g.Item) > q.Day {
			t.Fatalf("request %d: positive %d came later", q.ID, g.Item)
		}
		if k > 0 && g.Grade > positives[k-1].Grade {
			t.Fatalf("request %d: positives aren't the best first: %v", q.ID, positives)
		}
	}
	for i := range int32(p.Items) {
		if got := p.Truth.Grade(q, i); got != grade[i] {
			t.Fatalf("request %d, item %d: Grade says %d, Positives %d", q.ID, i, got, grade[i])
		}
	}
}

func TestAPastRequestIsJudgedByTheWeekAfterIt(t *testing.T) {
	p := fed(t, smallFeed(2), 1)
	for at := 0; at < len(p.Train); at += 211 {
		q := &p.Train[at]
		want := map[int32]bool{}
		for _, im := range p.Log.Impressions {
			later := &p.Train[im.Request]
			if im.Clicked && later.User == q.User && later.Day >= q.Day && later.Day < q.Day+sim.TestDays && p.Born(im.Item) <= q.Day {
				want[im.Item] = true
			}
		}
		for _, item := range q.Filter.Except {
			delete(want, item)
		}
		if got := p.Truth.Positives(q); len(got) != len(want) {
			t.Fatalf("past request %d: %d positives, the log has %d clicks on new videos in the week after", at, len(got), len(want))
		}
	}
}

func TestActivityAndPopularityHaveALongTail(t *testing.T) {
	s := smallFeed(3)
	p := fed(t, s, 1)
	perItem, perUser := make([]int, s.Items), make([]int, s.Users)
	for _, i := range p.History.Item {
		perItem[i]++
	}
	for i := range p.Train {
		perUser[p.Train[i].User]++
	}
	for name, c := range map[string]struct {
		counts []int
		top    int // how many are the head
		least  float64
	}{"clicks": {perItem, s.Items / 100, 0.1}, "visits": {perUser, s.Users / 10, 0.25}} {
		slices.Sort(c.counts)
		slices.Reverse(c.counts)
		head, all := 0, 0
		for k, n := range c.counts {
			if all += n; k < c.top {
				head += n
			}
		}
		if share := float64(head) / float64(all); share < c.least || share > 0.7 {
			t.Errorf("%s: the head of %d has %.0f%%, expected %.0f to 70%%", name, c.top, 100*share, 100*c.least)
		}
	}
}

func TestEverySliceOfViewersIsThere(t *testing.T) {
	s := smallFeed(4)
	s.Users = 1500
	p := fed(t, s, 2)
	for _, slice := range p.Slices {
		n := 0
		for i := range p.Test {
			if slice.Has(&p.Test[i]) {
				n++
			}
		}
		if share := float64(n) / float64(len(p.Test)); share < 0.03 || share > 0.6 {
			t.Errorf("slice %q holds %.0f%% of the judged requests, expected 3 to 60%%", slice.Name, 100*share)
		}
	}
	cold, last := 0, 0
	seen := make([]bool, s.Items)
	for _, im := range p.Log.Impressions {
		seen[im.Item] = true
	}
	for i := range int32(s.Items) {
		if b := p.Born(i); b > float64(s.Days)-3 && b <= float64(s.Days) {
			if last++; !seen[i] {
				cold++
			}
		}
	}
	if cold == 0 || last == cold {
		t.Errorf("of %d videos of the last three days %d were never shown: expected some and not all", last, cold)
	}
}

// The propensities in the log are estimated back from the clicks alone, by weighing each impression with what would have
// attracted the viewer, and must come out as declared.
func TestFeedClicksFallWithPositionAsDeclared(t *testing.T) {
	s := smallFeed(5)
	s.Users = 1000
	p := fed(t, s, 2)
	f := feedOf(p)
	clicks, expected := make([]float64, sim.ListLength), make([]float64, sim.ListLength)
	for _, im := range p.Log.Impressions {
		q := &p.Train[im.Request]
		expected[im.Pos] += f.wants(q.User, im.Item, q.Day).Click
		if im.Clicked {
			clicks[im.Pos]++
		}
	}
	for pos, e := range expected {
		got, want := clicks[pos]/e, p.Log.Propensity[pos]
		if tolerance := 4 * math.Sqrt(want/e); math.Abs(got-want) > tolerance { // four standard errors of a Poisson count
			t.Errorf("position %d: looked at with probability %.3f by the clicks, %.3f declared (tolerance %.3f)", pos, got, want, tolerance)
		}
	}
}

func TestTheOldSystemShowsWhatIsNewToTheViewerAndCounts(t *testing.T) {
	p := fed(t, smallFeed(6), 1)
	clicks := 0
	for k, im := range p.Log.Impressions {
		q := &p.Train[im.Request]
		if p.Born(im.Item) > q.Day {
			t.Fatalf("impression %d shows a video before its upload", k)
		}
		if seen := sim.EngagedBefore(p.History, q.User, math.Floor(q.Day)); len(seen) > 0 {
			if _, known := slices.BinarySearch(seen, im.Item); known {
				t.Fatalf("impression %d shows what the viewer had clicked before that night", k)
			}
		}
		if im.Bought && !im.Clicked {
			t.Fatal("something was watched that wasn't clicked")
		}
		if k > 0 && im.Request == p.Log.Impressions[k-1].Request &&
			(im.Score > p.Log.Impressions[k-1].Score || im.Pos != p.Log.Impressions[k-1].Pos+1) {
			t.Fatal("the old system's list isn't in the order of its scores")
		}
		if im.Clicked {
			clicks++
		}
	}
	if rate := float64(clicks) / float64(len(p.Train)); rate < 0.5 || rate > 4 {
		t.Errorf("%.2f clicks a visit, expected one or two", rate)
	}
}

// A louder title raises clicks and leaves finished watches as they are; quality raises both.
func TestClickbaitSellsClicksAndQualitySellsWatches(t *testing.T) {
	f := feedOf(fed(t, smallFeed(8), 1))
	v := &f.lib.items[11]
	was := *v
	defer func() { *v = was }()
	watches := func(a sim.Appeal) float64 { return a.Click * a.Take }
	v.bait, v.quality = -1, 0
	calm := f.wants(3, 11, 5)
	v.bait = 2
	loud := f.wants(3, 11, 5)
	if loud.Click < 2*calm.Click {
		t.Errorf("a loud title is clicked with %.3f, a calm one with %.3f: expected twice as often", loud.Click, calm.Click)
	}
	if math.Abs(watches(loud)-watches(calm)) > 1e-12 {
		t.Errorf("under a loud title it is watched with %.5f, under a calm one with %.5f: expected the same", watches(loud), watches(calm))
	}
	v.quality = 2
	if good := watches(f.wants(3, 11, 5)); good < 2*watches(loud) {
		t.Errorf("of high quality it is watched with %.4f, of middling with %.4f: expected twice as often", good, watches(loud))
	}
}

func TestSizesOutOfRangeAreRefusedWithTheRange(t *testing.T) {
	for says, change := range map[string]func(*problem.Spec){
		"1000 to 10000000": func(s *problem.Spec) { s.Items = 10 },
		"items asked for":  func(s *problem.Spec) { s.Items = sim.MaxItems + 1 },
		"4 to 40":          func(s *problem.Spec) { s.Classes = 1000 },
		"users asked for":  func(s *problem.Spec) { s.Users = 3 },
		"visits (users":    func(s *problem.Spec) { s.Users, s.Days = 1_000_000, 300 },
		"unknown task":     func(s *problem.Spec) { s.Task = "paint" },
	} {
		s := smallFeed(1)
		change(&s)
		if _, err := Make(t.Context(), s, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, expected one that says %q", err, says)
		}
	}
}

func TestCancellingStopsTheFeed(t *testing.T) {
	for _, after := range []int{0, 1, 5, 40} {
		if _, err := generate(worldtest.EndsAfter(after), smallFeed(11), 1, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("after %d looks at the context: error %v, expected that it ended", after, err)
		}
	}
}

func BenchmarkGenerateFeed(b *testing.B) { // about 70,000 clicks in 49,000 visits
	s := Kind().Fill(problem.Spec{Kind: "interactions", Seed: 1})
	for b.Loop() {
		p := fed(b, s, 1)
		b.ReportMetric(float64(len(p.History.Item)), "clicks")
	}
}

func BenchmarkFeedFill(b *testing.B) {
	p := fed(b, smallFeed(1), 1)
	f := worldtest.Bind(b, p, nil)
	row := make([]float32, len(f.Columns()))
	for b.Loop() {
		f.Fill(&p.Test[3], problem.Candidate{Item: 7}, row)
	}
}

func TestTheFeedStopsWithItsContext(t *testing.T) {
	p := fed(t, smallFeed(1), 2)
	play := p.People.Begin(1)
	for i := range 50 {
		q := play.Request(float64(i), sim.Stream(1, 901, uint64(i)))
		play.React(&q, []int32{1, 2, 3}, sim.Stream(1, 901, uint64(i)))
	}
	worldtest.StopsWithContext(t, "making a feed", func(ctx context.Context) (*problem.Problem, error) { return Make(ctx, smallFeed(2), nil) })
	worldtest.StopsWithContext(t, "the drift of a feed", func(ctx context.Context) (*problem.Problem, error) { return p.Drift.At(ctx, 1) })
	worldtest.StopsWithContext(t, "learning from a play", func(ctx context.Context) (*problem.Problem, error) {
		return play.(problem.Learner).Learn(ctx)
	})
	worldtest.StopsWithContext(t, "the features of a feed", func(ctx context.Context) (problem.Features, error) {
		return p.Pairs.Bind(ctx, nil)
	})
}
