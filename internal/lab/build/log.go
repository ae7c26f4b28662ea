package build

import (
	"context"
	"fmt"
	"math"
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
)

// LogRows is the newest part of a problem's log as rows of features, one an impression.
type LogRows struct {
	Impressions []problem.Impression
	Width       int
	X           []float32 // row-major
	Later       int32     // the first request of the newest lists, which no model here learns from

	columns []string
}

// Bytes is the memory of the rows.
func (g *LogRows) Bytes() int64 { return int64(4*len(g.X) + 20*len(g.Impressions)) }

// loggedRequests is how many of the newest past requests the log's rows come from, as far as what was learned doesn't know
// their outcome.
const loggedRequests = 4000

// laterShare of the log, newest, is what came later: nothing may be learned from it.
const laterShare = 0.2

// LogFields are what the log's rows depend on.
const LogFields = vectorFields&^FieldPast | FieldRates | FaultAtFeatures

func logStage() Stage[*LogRows] {
	return Stage[*LogRows]{Name: "rows of the log", Needs: LogFields, Build: readLogRows}
}

func readLogRows(ctx context.Context, b *Builder, s Scenario) (*LogRows, error) {
	g, err := b.readLog(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("reading the log's rows: %w", err)
	}
	return g, nil
}

// LogRows returns the rows of the log of the problem that the models learned from.
func (b *Builder) LogRows(ctx context.Context, s Scenario) (*LogRows, error) {
	return Get(ctx, b, logStage(), s)
}

func (b *Builder) readLog(ctx context.Context, s Scenario) (*LogRows, error) {
	past, err := b.RankersPast(ctx, s)
	if err != nil {
		return nil, err
	}
	p := past.Learned
	var lists [][]problem.Impression // of one request each
	for _, list := range byRequest(p.Log.Impressions) {
		if !past.Knows(&p.Train[list[0].Request]) {
			lists = append(lists, list)
		}
	}
	lists = lists[max(0, len(lists)-loggedRequests):]
	f, err := s.TrainingFeatures(ctx, p, past.Embedding)
	if err != nil {
		return nil, err
	}
	g := &LogRows{columns: f.Columns(), Width: len(f.Columns())}
	starts := make([]int, len(lists))
	for i, list := range lists {
		starts[i] = len(g.Impressions)
		g.Impressions = append(g.Impressions, list...)
	}
	if len(lists) > 0 {
		later := 1 - laterShare
		g.Later = lists[int(later*float64(len(lists)))][0].Request
	}
	g.X = make([]float32, len(g.Impressions)*g.Width)
	b.progress.Report("reading the log", 0, len(lists))
	err = b.Each(ctx, len(lists), func(i int) error {
		q := Encoded(p.Train[lists[i][0].Request], past.Embedding)
		for j, im := range lists[i] {
			row := starts[i] + j
			f.Fill(&q, problem.Candidate{Item: im.Item, Score: im.Score}, g.Row(row))
		}
		return nil
	})
	return g, err
}

// byRequest cuts impressions into the lists of one request each.
func byRequest(log []problem.Impression) [][]problem.Impression {
	var lists [][]problem.Impression
	for from := 0; from < len(log); {
		to := from
		for to < len(log) && log[to].Request == log[from].Request {
			to++
		}
		lists = append(lists, log[from:to])
		from = to
	}
	return lists
}

// Row is the features of impression i.
func (g *LogRows) Row(i int) []float32 { return g.X[i*g.Width : (i+1)*g.Width] }

// IsLater says whether impression i belongs to what came later.
func (g *LogRows) IsLater(i int) bool { return g.Impressions[i].Request >= g.Later }

// LaterLists are the lists of what came later, one of each request, by the place of their first impression and the number of
// impressions.
func (g *LogRows) LaterLists(do func(from, n int)) {
	from := 0
	for _, list := range byRequest(g.Impressions) {
		if list[0].Request >= g.Later {
			do(from, len(list))
		}
		from += len(list)
	}
}

// Select returns a data set of the impressions that keep wants, labeled and weighted by label, in order, with the blank
// columns 0.
func (g *LogRows) Select(keep func(i int) bool, blank Columns, label func(im *problem.Impression) (y, weight float32)) *ranking.Dataset {
	d := &ranking.Dataset{Columns: g.columns}
	last := int32(-1)
	for i := range g.Impressions {
		if !keep(i) {
			continue
		}
		im := &g.Impressions[i]
		y, w := label(im)
		d.Y, d.Weight = append(d.Y, y), append(d.Weight, w)
		d.X = append(d.X, g.Row(i)...)
		if im.Request != last {
			d.Group = append(d.Group, 0)
			last = im.Request
		}
		d.Group[len(d.Group)-1]++
	}
	blank.Clear(d.X, g.Width)
	return d
}

// Clicked labels an impression by its click.
func Clicked(im *problem.Impression) (y, weight float32) {
	if im.Clicked {
		return 1, 1
	}
	return 0, 1
}

// fromSlots says whether the ranker's rows are the log's impressions, each in the slot where it was shown.
func (s Scenario) fromSlots() bool { return s.Position != "" && s.Position != catalog.NoSlot }

// mostWeight clips the weight of a click in a slot that is hardly ever looked at.
const mostWeight = 5

// shownRows are the rows of the log's impressions, labeled by what was done with each, with their slots handled as the scenario
// says: left out, as a last column, as an offset of the log odds (a click takes a look first, so the slot's part of its odds is the
// logarithm of how often the slot is looked at), or by weighting each positive by one over that.
func (b *Builder) shownRows(ctx context.Context, s Scenario) (*Rows, error) {
	p, err := b.Learned(ctx, s)
	if err != nil {
		return nil, err
	}
	if p.Log == nil || p.Log.Propensity == nil {
		line := "needs a log of what was shown in which slot, which this data lacks"
		return nil, &catalog.BadKnob{Knob: "position", Value: s.Position, Line: line}
	}
	log, err := b.LogRows(ctx, s)
	if err != nil {
		return nil, err
	}
	by, err := s.labels(p)
	if err != nil {
		return nil, err
	}
	label := func(im *problem.Impression) (y, weight float32) {
		grade := uint8(0)
		if im.Clicked {
			grade = 1
		}
		if im.Bought {
			grade = 2
		}
		if y = by(&p.Train[im.Request], im.Item, grade); y > 0 && s.Position == catalog.SlotWeights {
			return y, min(float32(1/p.Log.Propensity[im.Pos]), mostWeight)
		}
		return y, 1
	}
	first := int32(0) // of the newest share of the requests
	if n := len(log.Impressions); n > 0 {
		first = log.Impressions[min(int(float64(n)*(1-s.Log)), n-1)].Request
	}
	part := func(later bool) *ranking.Dataset {
		keep := func(i int) bool { return log.IsLater(i) == later && log.Impressions[i].Request >= first }
		d := log.Select(keep, Columns{}, label)
		var slots []int16
		for i, im := range log.Impressions {
			if keep(i) {
				slots = append(slots, im.Pos)
			}
		}
		switch s.Position {
		case catalog.SlotFeature:
			return withSlots(d, slots)
		case catalog.SlotOffset:
			d.Offset = make([]float32, len(slots))
			for i, at := range slots {
				d.Offset[i] = float32(math.Log(p.Log.Propensity[at]))
			}
		}
		return d
	}
	return &Rows{Train: part(false), Valid: part(true)}, nil
}

// withSlots is the rows with their slots as a last column.
func withSlots(d *ranking.Dataset, slots []int16) *ranking.Dataset {
	out := *d
	out.Columns = append(slices.Clone(d.Columns), "slot")
	width := d.Width()
	out.X = make([]float32, 0, len(d.X)+len(slots))
	for i, at := range slots {
		out.X = append(append(out.X, d.X[i*width:(i+1)*width]...), float32(at))
	}
	return &out
}
