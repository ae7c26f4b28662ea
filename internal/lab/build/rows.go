package build

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sort"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/kind"
	"dryrun/internal/lab/seed"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/retrieval"
)

// The rows that a ranker learns from: for a past request, the relevant items among stage one's candidates and some
// negatives, labeled by the problem's judged grades.
const (
	trainDepth   = 200 // stage one's candidates that rows are drawn from, whatever k is at serving
	rowStrangers = 8   // random ones among the negatives where the others are hard: a ranker must have seen what stage one never brings
	validShare   = 0.2 // of the requests, newest, to stop by
)

// Rows are training and validation rows, every column filled.
type Rows struct {
	Train, Valid *ranking.Dataset
}

// Bytes is the memory of the rows.
func (r *Rows) Bytes() int64 { return int64(4 * (len(r.Train.X) + len(r.Valid.X))) }

// Cleared is the rows with the blank columns 0: a copy, unless none is blank.
func (r *Rows) Cleared(c Columns) *Rows {
	train, valid := *r.Train, *r.Valid
	train.X, valid.X = c.Cleared(train.X, train.Width()), c.Cleared(valid.X, valid.Width())
	return &Rows{&train, &valid}
}

// rowFields are what rows depend on. Of the past they are always what was known before the requests that they come from, and
// of the index always a whole one.
const rowFields = IndexFields&^(FieldPast|FieldItems|FaultAtIndex) | FieldRates | FieldNegatives | FieldLabel |
	FieldPosition | FieldScore | FieldLog | FaultAtRows | FaultAtFeatures

// rowStage draws the ranker's rows.
func rowStage() Stage[*Rows] {
	return Stage[*Rows]{Name: "training rows", Needs: rowFields, Build: drawRows}
}

func drawRows(ctx context.Context, b *Builder, s Scenario) (*Rows, error) {
	if s.faultAt(fault.AtRows).Clicks {
		log, err := b.LogRows(ctx, s)
		if err != nil {
			return nil, err
		}
		part := func(later bool) *ranking.Dataset {
			return log.Select(func(i int) bool { return log.IsLater(i) == later }, Columns{}, Clicked)
		}
		return &Rows{Train: part(false), Valid: part(true)}, nil
	}
	collect := b.judgedRows
	if s.fromSlots() {
		collect = b.shownRows
	}
	out, err := collect(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("collecting training rows: %w", err)
	}
	return out, nil
}

// TrainingRows returns the rows that the scenario's ranker learns from.
func (b *Builder) TrainingRows(ctx context.Context, s Scenario) (*Rows, error) {
	return Get(ctx, b, rowStage(), s)
}

// judgedRows are rows of past requests, labeled by grade.
func (b *Builder) judgedRows(ctx context.Context, s Scenario) (*Rows, error) {
	past, err := b.RankersPast(ctx, s)
	if err != nil {
		return nil, err
	}
	first, err := past.Retriever(ctx, b)
	if err != nil {
		return nil, err
	}
	p, size := past.Learned, kind.ByID(s.World.Kind).Training
	features, err := s.TrainingFeatures(ctx, p, past.Embedding)
	if err != nil {
		return nil, err
	}
	requests := newestRequests(past.Requests, s.Log, size.Requests)
	n := len(requests)
	label, err := s.labels(p)
	if err != nil {
		return nil, err
	}
	draw := rowDraw{problem: p, first: first, size: size, negatives: s.Negatives, popular: PopularItems(p)}
	sets := make([]*ranking.Dataset, n)
	b.progress.Report("collecting training rows", 0, n)
	err = b.Each(ctx, n, func(i int) error {
		q := Encoded(requests[i], past.Embedding)
		rng := rand.New(rand.NewPCG(seed.Of(p.Seed, "rows"), uint64(q.ID)))
		candidates, err := draw.candidates(ctx, q, rng)
		if err != nil {
			return err
		}
		// Rows that tie keep their order: positives first would flatter every model that can't tell yet.
		rng.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
		sets[i] = gradedRows(p, features, &q, candidates, label)
		return nil
	})
	if err != nil {
		return nil, err
	}
	cut := n - int(validShare*float64(n))
	out := &Rows{Train: join(features, sets[:cut]), Valid: join(features, sets[cut:])}
	if out.Train.Rows() == 0 {
		return nil, errNoRows
	}
	return out, nil
}

// errNoRows says that a ranker has nothing to learn from.
var errNoRows = errors.New("stage one finds nothing for the past requests; choose another encoder or engine, or a longer log")

// newestRequests are a share of the past requests, newest, and at most a given number.
func newestRequests(past []problem.Query, share float64, most int) []problem.Query {
	n := min(max(int(share*float64(len(past))), 20), most, len(past))
	if share < 1 {
		n = min(n, max(int(share*float64(most)), 20))
	}
	return past[len(past)-n:]
}

// rowDraw draws a past request's rows.
type rowDraw struct {
	problem   *problem.Problem
	first     retrieval.Retriever
	size      kind.TrainingSize
	negatives string
	popular   *Popularity
}

// candidates returns a request's positives among stage one's candidates and its negatives.
func (d *rowDraw) candidates(ctx context.Context, q problem.Query, rng *rand.Rand) ([]problem.Candidate, error) {
	found, err := d.first.Retrieve(ctx, q, min(trainDepth, d.problem.Items), nil)
	if err != nil {
		return nil, err
	}
	var good, bad []problem.Candidate
	for _, c := range found {
		if d.problem.Truth.Grade(&q, c.Item) > 0 {
			good = append(good, c)
		} else {
			bad = append(bad, c)
		}
	}
	rng.Shuffle(len(good), func(i, j int) { good[i], good[j] = good[j], good[i] })
	good = good[:min(len(good), d.size.Positives)]
	drawn := d.size.Negatives
	if d.negatives == "hard" {
		rng.Shuffle(len(bad), func(i, j int) { bad[i], bad[j] = bad[j], bad[i] })
		good = append(good, bad[:min(len(bad), d.size.Negatives-rowStrangers)]...)
		drawn = rowStrangers
	}
	for range drawn {
		item := rng.Int32N(int32(d.problem.Items))
		if d.negatives == "popular" && d.popular != nil {
			item = d.popular.item(rng)
		}
		if d.problem.Truth.Grade(&q, item) == 0 {
			good = append(good, problem.Candidate{Item: item})
		}
	}
	return good, nil
}

// labeler is the label of a row about an item that a request's person gave a grade.
type labeler func(q *problem.Query, item int32, grade uint8) float32

// A watch of an hour and a half or more is worth the most that a score of minutes can be; who leaves early has watched a tenth.
const (
	mostMinutes = 90
	leftAfter   = 0.1
)

// labels is how the scenario labels rows: by what its score estimates, else by what its positives are.
func (s Scenario) labels(p *problem.Problem) (labeler, error) {
	switch s.Score {
	case catalog.Satisfied: // both parts are in the grade
		return func(_ *problem.Query, _ int32, grade uint8) float32 { return float32(grade) }, nil
	case catalog.ScoreClicks:
		return func(_ *problem.Query, _ int32, grade uint8) float32 { return float32(min(grade, 1)) }, nil
	case catalog.ScoreMinutes:
		if p.Value == nil {
			return nil, &catalog.BadKnob{Knob: "score", Value: s.Score, Line: "needs the length of each item, which this data lacks"}
		}
		return func(_ *problem.Query, item int32, grade uint8) float32 {
			watched := min(p.Value(item)/mostMinutes, 1)
			switch grade {
			case 0:
				return 0
			case 1:
				return float32(leftAfter * watched)
			}
			return float32(watched)
		}, nil
	}
	switch s.Label {
	case catalog.Clicked:
		return func(_ *problem.Query, _ int32, grade uint8) float32 { return float32(min(grade, 1)) }, nil
	case catalog.Satisfied:
		return func(_ *problem.Query, _ int32, grade uint8) float32 { return float32(grade / 2) }, nil
	case catalog.Liked:
		people, ok := p.People.(problem.Liker)
		if !ok {
			return nil, &catalog.BadKnob{Knob: "label", Value: s.Label, Line: "needs to know who liked what, which this data doesn't say"}
		}
		return func(q *problem.Query, item int32, grade uint8) float32 {
			if grade >= 2 && people.Likes(q, item) {
				return 1
			}
			return 0
		}, nil
	}
	return func(_ *problem.Query, _ int32, grade uint8) float32 { return float32(grade) }, nil
}

// gradedRows turns one request's candidates into rows labeled by grade.
func gradedRows(p *problem.Problem, f problem.Features, q *problem.Query, candidates []problem.Candidate, by labeler) *ranking.Dataset {
	n, width := len(candidates), len(f.Columns())
	d := &ranking.Dataset{X: make([]float32, n*width), Y: make([]float32, n), Group: []int32{int32(n)}}
	for j, c := range candidates {
		f.Fill(q, c, d.X[j*width:(j+1)*width])
		d.Y[j] = by(q, c.Item, p.Truth.Grade(q, c.Item))
	}
	return d
}

// join puts the rows of many requests after each other.
func join(f problem.Features, sets []*ranking.Dataset) *ranking.Dataset {
	out := &ranking.Dataset{Columns: f.Columns()}
	for _, s := range sets {
		if len(s.Y) == 0 {
			continue
		}
		out.X, out.Y, out.Group = append(out.X, s.X...), append(out.Y, s.Y...), append(out.Group, s.Group...)
	}
	return out
}

// Popularity draws items in proportion to how often they were engaged with.
type Popularity struct {
	items []int32
	sum   []float64
}

// PopularItems counts a problem's engagements; nil where nothing says what is popular.
func PopularItems(p *problem.Problem) *Popularity {
	counts := make([]float64, p.Items)
	switch {
	case p.Log != nil:
		for _, im := range p.Log.Impressions {
			if im.Clicked {
				counts[im.Item]++
			}
		}
	case p.History != nil:
		for i, item := range p.History.Item {
			counts[item] += float64(p.History.Weight[i])
		}
	default:
		return nil
	}
	out := &Popularity{}
	total := 0.0
	for i, c := range counts {
		if c > 0 {
			total += c
			out.items, out.sum = append(out.items, int32(i)), append(out.sum, total)
		}
	}
	if total == 0 {
		return nil
	}
	return out
}

func (p *Popularity) item(rng *rand.Rand) int32 {
	x := rng.Float64() * p.sum[len(p.sum)-1]
	return p.items[min(sort.SearchFloat64s(p.sum, x), len(p.items)-1)]
}
