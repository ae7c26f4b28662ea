package build

import (
	"context"
	"fmt"

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
const LogFields = vectorFields&^FieldPast | FaultAtFeatures

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
