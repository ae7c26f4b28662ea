package images

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

// small is a world that takes a few hundredths of a second.
func small(seed int64) problem.Spec {
	return problem.Spec{Kind: "images", Items: 2000, Queries: 60, Classes: 12, Users: 100, Days: 28, Seed: seed}
}

func generated(t testing.TB, s problem.Spec, workers int) *problem.Problem {
	t.Helper()
	p, err := generate(t.Context(), s, workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheSameSeedMakesTheSameWorldAtAnyNumberOfWorkers(t *testing.T) {
	s := small(7)
	s.Items, s.Queries = 1000, 10
	want := worldtest.Fingerprint(generated(t, s, 1))
	for _, workers := range []int{2, 5} {
		if got := worldtest.Fingerprint(generated(t, s, workers)); got != want {
			t.Errorf("%d workers made another world than one", workers)
		}
	}
	s.Seed++
	if worldtest.Fingerprint(generated(t, s, 2)) == want {
		t.Error("another seed made the same world")
	}
}

func TestPicturesDrawnOnDemandAreThoseThatWouldBeKept(t *testing.T) {
	p := generated(t, small(1), 1)
	in := p.Inputs.(inputs)
	kept, drawn := make([]float32, in.Width()), make([]float32, in.Width())
	cat := *in.s.cat
	cat.pix = nil
	lazy := newInputs(&shoppers{cat: &cat})
	for i := range int32(50) {
		in.Item(i, kept)
		lazy.Item(i, drawn)
		if !slices.Equal(kept, drawn) {
			t.Fatalf("product %d is drawn differently when it isn't kept", i)
		}
	}
}

func TestGradesAgreeWithPositives(t *testing.T) {
	p := generated(t, small(2), 1)
	for i := range p.Test {
		q := &p.Test[i]
		positives := map[int32]uint8{}
		for k, g := range p.Truth.Positives(q) {
			if k == 0 && g.Grade != 2 {
				t.Fatalf("query %d: the best positive has grade %d", i, g.Grade)
			}
			positives[g.Item] = g.Grade
		}
		for item := range int32(p.Items) {
			if got := p.Truth.Grade(q, item); got != positives[item] {
				t.Fatalf("query %d, item %d: Grade says %d, Positives %d", i, item, got, positives[item])
			}
		}
	}
}

func TestPopularityAndClassesHaveALongTail(t *testing.T) {
	s := small(3)
	s.Queries = 300
	p := generated(t, s, 1)
	wanted := map[int32]int{}
	for i := range p.Train {
		wanted[p.Truth.Positives(&p.Train[i])[0].Item]++
	}
	var counts []int
	for _, n := range wanted {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	slices.Reverse(counts)
	head := 0
	for _, n := range counts[:p.Items/100] {
		head += n
	}
	if share := float64(head) / float64(len(p.Train)); share < 0.2 {
		t.Errorf("the most wanted 1%% of the products get %.0f%% of the requests, expected a fifth or more", 100*share)
	}
	if len(wanted) < p.Items/4 {
		t.Errorf("only %d of %d products are ever wanted: no tail", len(wanted), p.Items)
	}
	perClass := make([]int, s.Classes)
	for _, l := range p.Labels {
		perClass[l]++
	}
	if perClass[0] < 4*perClass[s.Classes-1] || slices.Min(perClass) == 0 {
		t.Errorf("classes have %v products: the first should have several times the last, and none be empty", perClass)
	}
}

func TestSlicesHoldAFairShare(t *testing.T) {
	s := small(4)
	s.Queries = 400
	p := generated(t, s, 1)
	for _, slice := range p.Slices {
		n := 0
		for i := range p.Test {
			if slice.Has(&p.Test[i]) {
				n++
			}
		}
		if share := float64(n) / float64(len(p.Test)); share < 0.08 || share > 0.5 {
			t.Errorf("slice %q holds %.0f%% of the judged requests, expected 8 to 50%%", slice.Name, 100*share)
		}
	}
}

// The propensities in the log are estimated back from the clicks alone, by weighting each impression with what would have
// attracted the shopper, and must come out as declared.
func TestClicksFallWithPositionAsDeclared(t *testing.T) {
	s := small(5)
	s.Queries = 1000
	p := generated(t, s, 1)
	shop := p.Truth.(truth).s
	clicks, expected := make([]float64, sim.ListLength), make([]float64, sim.ListLength)
	for _, im := range p.Log.Impressions {
		r := shop.train[im.Request]
		expected[im.Pos] += shop.wants(&r, im.Item, p.Train[im.Request].Day).Click
		if im.Clicked {
			clicks[im.Pos]++
		}
	}
	for pos, e := range expected {
		got, want := clicks[pos]/e, p.Log.Propensity[pos]
		// Four standard errors of a Poisson count.
		if tolerance := 4 * math.Sqrt(want/e); math.Abs(got-want) > tolerance {
			t.Errorf("position %d: looked at with probability %.3f by the clicks, %.3f declared (tolerance %.3f)", pos, got, want, tolerance)
		}
	}
	if p.Log.Propensity[0] != 1 || p.Log.Propensity[9] > 0.25 {
		t.Errorf("propensities %v: expected 1 at the top and a strong fall by position 10", p.Log.Propensity)
	}
}

func TestTheOldSystemsListsTeachSomething(t *testing.T) {
	s := small(6)
	s.Queries = 200
	p := generated(t, s, 1)
	relevant, bought := map[int32]bool{}, 0
	for i, im := range p.Log.Impressions {
		if p.Truth.Grade(&p.Train[im.Request], im.Item) > 0 {
			relevant[im.Request] = true
		}
		if im.Bought {
			bought++
			if !im.Clicked {
				t.Fatal("something was bought that wasn't clicked")
			}
		}
		if i > 0 && im.Request == p.Log.Impressions[i-1].Request && im.Score > p.Log.Impressions[i-1].Score {
			t.Fatal("the old system's list isn't in the order of its scores")
		}
	}
	n := float64(len(p.Train))
	if share := float64(len(relevant)) / n; share < 0.5 {
		t.Errorf("%.0f%% of the lists hold something relevant, expected half or more", 100*share)
	}
	if rate := float64(bought) / n; rate < 0.02 || rate > 0.2 {
		t.Errorf("success rate %.3f, expected a few in a hundred", rate)
	}
}

// A pretty picture raises clicks and leaves purchases as they are; a low price raises purchases.
func TestBeautySellsClicksAndPriceSellsPurchases(t *testing.T) {
	p := generated(t, small(8), 1)
	shop := p.Truth.(truth).s
	r := shop.train[0]
	l := &shop.cat.items[r.item]
	was := *l
	defer func() { *l = was }()
	buys := func(a sim.Appeal) float64 { return a.Click * a.Take }
	l.photo = 40
	plain := shop.wants(&r, r.item, 28)
	l.photo = 220
	pretty := shop.wants(&r, r.item, 28)
	if pretty.Click < 1.5*plain.Click {
		t.Errorf("a pretty picture is clicked with %.3f, a plain one with %.3f: expected half as much again", pretty.Click, plain.Click)
	}
	if math.Abs(buys(pretty)-buys(plain)) > 1e-9 {
		t.Errorf("a pretty picture is bought with %.4f, a plain one with %.4f: expected the same", buys(pretty), buys(plain))
	}
	l.price = float32(r.budget / 2)
	cheap := buys(shop.wants(&r, r.item, 28))
	l.price = float32(r.budget * 2)
	if dear := buys(shop.wants(&r, r.item, 28)); cheap < 5*dear {
		t.Errorf("at half the budget it is bought with %.4f, at twice with %.4f: expected a steep fall", cheap, dear)
	}
}

func TestBetterListsSellMoreAndBringPeopleBack(t *testing.T) {
	p := generated(t, small(9), 1)
	shop := p.Truth.(truth).s
	run := func(list func(q *problem.Query) []int32) (bought, back int) {
		play, ask := p.People.Begin(1), sim.Stream(1, 901, 0)
		for i := range 1500 {
			q := play.Request(float64(i)/100, ask)
			r := play.React(&q, list(&q), sim.Stream(1, 902, uint64(i)))
			if r.Bought >= 0 {
				bought++
				if r.Revenue <= 0 {
					t.Fatal("a purchase without revenue")
				}
			}
			if r.Returns {
				back++
			}
		}
		return bought, back
	}
	best, bestBack := run(func(q *problem.Query) []int32 {
		var list []int32
		for _, g := range p.Truth.Positives(q) {
			list = append(list, g.Item)
		}
		return list[:min(len(list), sim.ListLength)]
	})
	old, oldBack := run(func(q *problem.Query) []int32 {
		r := shop.of(q)
		return textSearch{shop}.list(q, &r).Items
	})
	if best < 3*old/2 || bestBack <= oldBack {
		t.Errorf("the right products: %d purchases, %d returns; the old system: %d, %d: expected clearly more", best, bestBack, old, oldBack)
	}
}

func TestDriftDarkensTheRequestsAndLeavesTheCorpus(t *testing.T) {
	p := generated(t, small(10), 1)
	light := func(p *problem.Problem) (mean float64) {
		buf := make([]float32, p.Inputs.Width())
		for i := range p.Test {
			p.Inputs.Request(&p.Test[i], buf)
			for _, v := range buf[:thumbBytes] {
				mean += float64(v)
			}
		}
		return mean / float64(len(p.Test)*thumbBytes)
	}
	before := light(p)
	if got := light(worldtest.Drifted(t, p, 0)); got != before {
		t.Errorf("drift of strength 0 moved the mean light from %.4f to %.4f", before, got)
	}
	half, full := light(worldtest.Drifted(t, p, 0.5)), light(worldtest.Drifted(t, p, 1))
	if full > 0.75*before || half < full || half > before {
		t.Errorf("mean light %.3f, half drifted %.3f, drifted %.3f: expected a clear fall", before, half, full)
	}
	a, b := make([]float32, p.Inputs.Width()), make([]float32, p.Inputs.Width())
	p.Inputs.Item(3, a)
	worldtest.Drifted(t, p, 1).Inputs.Item(3, b)
	if !slices.Equal(a, b) {
		t.Error("drift changed a catalog picture")
	}
}

// A batch takes about 10 ms, so a generation that looks at its context once a batch stops in time.
func TestCancellingStopsAtTheNextBatch(t *testing.T) {
	s := small(11)
	s.Items = 100_000
	told := 0
	_, err := generate(worldtest.EndsAfter(3), s, 1, func(_ string, done, _ int) { told = max(told, done) })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, expected that the context ended", err)
	}
	if told != 3*256 {
		t.Errorf("%d products were drawn, expected the three batches before the end", told)
	}
}

func TestSpecsOutOfRangeAreRefusedWithTheRange(t *testing.T) {
	for name, change := range map[string]func(*problem.Spec){
		"1000 to":      func(s *problem.Spec) { s.Items = 10 },
		"2 to 160":     func(s *problem.Spec) { s.Classes = 1000 },
		"unknown task": func(s *problem.Spec) { s.Task = "paint" },
		"10 to":        func(s *problem.Spec) { s.Queries = 1 },
	} {
		s := small(1)
		change(&s)
		if _, err := Make(t.Context(), s, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, expected one that says %q", err, name)
		}
	}
}

func TestImagesStopWithTheirContext(t *testing.T) {
	p := generated(t, small(1), 2)
	worldtest.StopsWithContext(t, "making images", func(ctx context.Context) (*problem.Problem, error) { return Make(ctx, small(2), nil) })
	worldtest.StopsWithContext(t, "the drift of images", func(ctx context.Context) (*problem.Problem, error) { return p.Drift.At(ctx, 1) })
	worldtest.StopsWithContext(t, "the features of images", func(ctx context.Context) (problem.Features, error) {
		return p.Pairs.Bind(ctx, nil)
	})
}
