package problem_test

import (
	"cmp"
	"context"
	"math"
	"slices"
	"testing"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
)

// Four tiny worlds that differ as much as the planned ones do, each answered by the same two stages and measured by the same
// code. That they compile shows that the types fit; that each scores what was worked out by hand shows that they measure.

// retrieve is any stage one: the first k items of a list of scores, best first.
func retrieve(scores []float32, k int) []problem.Candidate {
	var out []problem.Candidate
	for item, score := range scores {
		out = append(out, problem.Candidate{Item: int32(item), Score: score})
	}
	slices.SortStableFunc(out, func(a, b problem.Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(k, len(out))]
}

// quality measures answers to a problem's test requests as the lab does.
func quality(p *problem.Problem, answers [][]problem.Candidate) metrics.Judged {
	out := metrics.Judged{Judge: &p.Judge}
	for i := range p.Test {
		q := &p.Test[i]
		g := problem.GroundTruth{Query: q, Truth: p.Truth, Positives: p.Truth.Positives(q)}
		out.Outcomes = append(out.Outcomes, p.Judge.Answer(g, answers[i]))
	}
	return out
}

func requests(n int) []problem.Query {
	out := make([]problem.Query, n)
	for i := range out {
		out[i] = problem.Query{ID: int32(i), From: problem.Test, User: -1}
	}
	return out
}

// grades is a truth by request and item.
type grades [][]uint8

func (t grades) Grade(q *problem.Query, item int32) uint8 { return t[q.ID][item] }

func (t grades) Positives(q *problem.Query) []problem.Graded {
	var out []problem.Graded
	for item, grade := range t[q.ID] {
		if grade > 0 {
			out = append(out, problem.Graded{Item: int32(item), Grade: grade})
		}
	}
	slices.SortStableFunc(out, func(a, b problem.Graded) int { return cmp.Compare(b.Grade, a.Grade) })
	return out
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > 1e-9 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestAFeedIsJudgedByTheMeanNDCGOfItsRequests(t *testing.T) {
	p := &problem.Problem{Items: 3, Test: requests(3), Truth: grades{{2, 1, 0}, {0, 0, 1}, {0, 0, 0}}, Judge: metrics.NDCGAt(10), Positive: 1}
	answers := [][]problem.Candidate{
		retrieve([]float32{3, 2, 1}, 3), // in the ideal order: 1
		retrieve([]float32{3, 1, 2}, 3), // the one positive second: 1/log2(3)
		retrieve([]float32{3, 2, 1}, 3), // nothing to find: not defined, and left out
	}
	near(t, p.Judge.Name, quality(p, answers).Quality(), (1+1/math.Log2(3))/2)
}

// macroF1 judges a classifier whose candidates are classes.
func macroF1(classes int) problem.Judge {
	answer := func(g problem.GroundTruth, answer []problem.Candidate) problem.Outcome {
		row := problem.Row{Score: answer[0].Score, Class: answer[0].Item, Truth: g.Positives[0].Item}
		return problem.Outcome{Value: math.NaN(), Rows: []problem.Row{row}}
	}
	return problem.Judge{
		Name: "macro_f1", Label: "macro F1", Better: problem.Higher, Cut: 1, Answer: answer,
		Ideal: func(g problem.GroundTruth, candidates []problem.Candidate) problem.Outcome {
			for _, c := range candidates {
				if g.Truth.Grade(g.Query, c.Item) > 0 {
					return answer(g, []problem.Candidate{c})
				}
			}
			return answer(g, candidates)
		},
		Over: func(outcomes []problem.Outcome, idx []int) float64 {
			var predicted, actual []int32
			for _, i := range idx {
				predicted, actual = append(predicted, outcomes[i].Rows[0].Class), append(actual, outcomes[i].Rows[0].Truth)
			}
			return metrics.MacroF1(predicted, actual, classes)
		},
	}
}

func TestAClassifierIsJudgedByMacroF1OverAllRequests(t *testing.T) {
	// Classes 0, 0, 0 and 1; one picture of class 0 is taken for class 1.
	p := &problem.Problem{Items: 2, Test: requests(4), Truth: grades{{1, 0}, {1, 0}, {1, 0}, {0, 1}}, Judge: macroF1(2), Positive: 1}
	var answers [][]problem.Candidate
	for _, scores := range [][]float32{{2, 1}, {2, 1}, {1, 2}, {1, 2}} {
		answers = append(answers, retrieve(scores, 2))
	}
	judged := quality(p, answers)
	near(t, p.Judge.Name, judged.Quality(), (4.0/5+2.0/3)/2)
	if i := judged.Interval(context.Background(), 200, 1); !(i.Lo < i.Mean && i.Mean < i.Hi) {
		t.Errorf("interval %+v over resampled requests", i)
	}
	g := problem.GroundTruth{Query: &p.Test[2], Truth: p.Truth, Positives: p.Truth.Positives(&p.Test[2])}
	perfect := metrics.Judged{Judge: &p.Judge, Outcomes: slices.Clone(judged.Outcomes)}
	perfect.Outcomes[2] = p.Judge.Ideal(g, answers[2])
	near(t, "macro F1 of a perfect second stage", perfect.Quality(), 1)
	near(t, "its gain", perfect.Gain(context.Background(), judged, 10, 1).Mean, 1-(4.0/5+2.0/3)/2)
}

// box is a labeled interval: the street pictures here have one dimension.
type box struct {
	class      int32
	start, end float64
}

func overlap(a, b box) float64 {
	both := min(a.end, b.end) - max(a.start, b.start)
	if a.class != b.class || both <= 0 {
		return 0
	}
	return both / (max(a.end, b.end) - min(a.start, b.start))
}

// street is the truth about pictures: items are boxes of a fixed grid, targets the objects in each picture.
type street struct {
	grid    []box
	objects [][]box // by request
}

func (s street) Overlap(q *problem.Query, item int32) (target int, most float64) {
	target = -1
	for k, o := range s.objects[q.ID] {
		if v := overlap(s.grid[item], o); v > most {
			target, most = k, v
		}
	}
	return target, most
}

func (s street) Grade(q *problem.Query, item int32) uint8 {
	if _, most := s.Overlap(q, item); most >= 0.5 {
		return 1
	}
	return 0
}

// Positives is the best box of the grid for each object.
func (s street) Positives(q *problem.Query) []problem.Graded {
	var out []problem.Graded
	for _, o := range s.objects[q.ID] {
		best := int32(0)
		for item := range s.grid {
			if overlap(s.grid[item], o) > overlap(s.grid[best], o) {
				best = int32(item)
			}
		}
		out = append(out, problem.Graded{Item: best, Grade: 1})
	}
	return out
}

// map50 is mean average precision: by class, over the boxes of all pictures, where each object is found once.
func map50(s street) problem.Judge {
	answer := func(g problem.GroundTruth, answer []problem.Candidate) problem.Outcome {
		truth := g.Truth.(problem.OverlapTruth)
		out := problem.Outcome{Value: math.NaN()}
		found := map[int]bool{}
		for _, c := range answer {
			if math.IsInf(float64(c.Score), -1) {
				continue // suppressed: another box covers the same
			}
			row := problem.Row{Score: c.Score, Class: s.grid[c.Item].class, Truth: problem.NoClass}
			if target, most := truth.Overlap(g.Query, c.Item); most >= 0.5 && !found[target] {
				found[target] = true
				row.Truth = row.Class
			}
			out.Rows = append(out.Rows, row)
		}
		for k, o := range s.objects[g.Query.ID] {
			if !found[k] {
				out.Rows = append(out.Rows, problem.Row{Score: float32(math.Inf(-1)), Class: problem.NoClass, Truth: o.class})
			}
		}
		return out
	}
	return problem.Judge{
		Name: "map_50", Label: "mAP at 0.5", Better: problem.Higher, Answer: answer,
		Ideal: func(g problem.GroundTruth, candidates []problem.Candidate) problem.Outcome {
			right := slices.DeleteFunc(slices.Clone(candidates), func(c problem.Candidate) bool { return g.Truth.Grade(g.Query, c.Item) == 0 })
			return answer(g, right)
		},
		Over: func(outcomes []problem.Outcome, idx []int) float64 {
			rows := map[int32][]problem.Row{}
			targets := map[int32]int{}
			for _, i := range idx {
				for _, r := range outcomes[i].Rows {
					if r.Truth != problem.NoClass {
						targets[r.Truth]++
					}
					if r.Class != problem.NoClass {
						rows[r.Class] = append(rows[r.Class], r)
					}
				}
			}
			var sum float64
			for class, n := range targets {
				of := rows[class]
				slices.SortStableFunc(of, func(a, b problem.Row) int { return cmp.Compare(b.Score, a.Score) })
				right := make([]bool, len(of))
				for k, r := range of {
					right[k] = r.Truth == class
				}
				sum += metrics.AveragePrecision(right, n)
			}
			return sum / float64(len(targets))
		},
	}
}

func TestBoxesAreJudgedByMeanAveragePrecisionOverAllPictures(t *testing.T) {
	const face, plate = 0, 1
	s := street{
		grid:    []box{{face, 0, 10}, {face, 1, 11}, {face, 40, 50}, {plate, 20, 30}, {plate, 60, 70}},
		objects: [][]box{{{face, 0, 9}, {plate, 21, 30}}, {{face, 41, 50}}},
	}
	p := &problem.Problem{Items: len(s.grid), Test: requests(2), Truth: s, Judge: map50(s), Positive: 1}
	off := float32(math.Inf(-1))
	answers := [][]problem.Candidate{
		// The face and a second box on it, the plate not at all, one box suppressed.
		retrieve([]float32{0.9, 0.8, off, off, 0.3}, 5),
		// The face below a box on nothing.
		retrieve([]float32{0.7, off, 0.6, off, off}, 5),
	}
	judged := quality(p, answers)
	// Faces by score: right, double, nothing, right of two: (1 + 2/4)/2. Plates: none of one found.
	near(t, p.Judge.Name, judged.Quality(), (0.75+0)/2)
	g := problem.GroundTruth{Query: &p.Test[0], Truth: s, Positives: s.Positives(&p.Test[0])}
	if got := metrics.Found(g, answers[0][:2], p.Positive); got != 1 {
		t.Errorf("stage one found %d objects by two boxes on one face, want 1", got)
	}
	possible := metrics.Judged{Judge: &p.Judge}
	for i := range p.Test {
		q := &p.Test[i]
		possible.Outcomes = append(possible.Outcomes, p.Judge.Possible(problem.GroundTruth{Query: q, Truth: s, Positives: s.Positives(q)}))
	}
	near(t, "the best that the grid allows", possible.Quality(), 1)
}

// Actions on a payment.
const (
	approve = iota
	review
	decline
)

// payments is what each action on each transaction costs in hindsight, in dollars.
type payments [][]float64

func (t payments) Cost(q *problem.Query, action int32) float64 { return t[q.ID][action] }

func (t payments) Grade(q *problem.Query, action int32) uint8 {
	if t[q.ID][action] == slices.Min(t[q.ID]) {
		return 1
	}
	return 0
}

func (t payments) Positives(q *problem.Query) []problem.Graded {
	at := slices.Index(t[q.ID], slices.Min(t[q.ID]))
	return []problem.Graded{{Item: int32(at), Grade: 1}}
}

func expectedCost() problem.Judge {
	cost := func(g problem.GroundTruth, action int32) float64 {
		return g.Truth.(problem.CostTruth).Cost(g.Query, action)
	}
	return problem.Judge{
		Name: "expected_cost", Label: "dollars a transaction", Better: problem.Lower, Cut: 1,
		Answer: func(g problem.GroundTruth, answer []problem.Candidate) problem.Outcome {
			return problem.Outcome{Value: cost(g, answer[0].Item)}
		},
		Ideal: func(g problem.GroundTruth, candidates []problem.Candidate) problem.Outcome {
			least := math.Inf(1)
			for _, c := range candidates {
				least = min(least, cost(g, c.Item))
			}
			return problem.Outcome{Value: least}
		},
	}
}

func TestPaymentsAreJudgedByWhatTheChosenActionCosts(t *testing.T) {
	p := &problem.Problem{Items: 3, Test: requests(2), Truth: payments{{0, 3, 12}, {250, 3, 0}}, Judge: expectedCost(), Positive: 1}
	answers := [][]problem.Candidate{
		{{Item: approve}}, // the rules were sure
		{{Item: review, Score: 2}, {Item: decline, Score: 1}},
	}
	judged := quality(p, answers)
	near(t, p.Judge.Name, judged.Quality(), 1.5)
	approved := quality(p, [][]problem.Candidate{{{Item: approve}}, {{Item: approve}}})
	if g := judged.Gain(context.Background(), approved, 100, 1); g.Mean != 123.5 {
		t.Errorf("reviewing saves %v a transaction, want 123.5: less is better", g.Mean)
	}
	g := problem.GroundTruth{Query: &p.Test[1], Truth: p.Truth, Positives: p.Truth.Positives(&p.Test[1])}
	if got := p.Judge.Possible(g).Value; got != 0 {
		t.Errorf("the cheapest action costs %v, want 0", got)
	}
	if !p.Judge.Better.Better(1, 2) || p.Judge.Better.Better(2, 1) {
		t.Error("a lower cost isn't better")
	}
}
