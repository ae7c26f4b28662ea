package lab

import (
	"context"
	"fmt"

	"dryrun/internal/problem"
	"dryrun/internal/ranking"
)

// logged is the newest part of a problem's log as rows of features, one an impression.
type logged struct {
	columns     []string
	width       int
	impressions []problem.Impression
	x           []float32 // row-major
	later       int32     // the first request of the newest lists, which no model here learns from
}

func (g *logged) bytes() int64 { return int64(4*len(g.x) + 20*len(g.impressions)) }

// loggedRequests is how many of the newest past requests the log's rows come from, as far as what was learned doesn't know
// their outcome.
const loggedRequests = 4000

// logged fills the rows of the log.
func (l *Lab) logged(ctx context.Context, p *pipeline, tell *teller) (*logged, error) {
	type key struct {
		vectors vectorKey
		leak    bool
	}
	return once(ctx, l.cache, key{p.key.index.vectors, p.fault == leakage}, func(ctx context.Context) (*logged, error) {
		before, err := l.before(ctx, p, tell)
		if err != nil {
			return nil, err
		}
		var lists [][]problem.Impression // of one request each
		log := p.base.Log.Impressions
		for a := 0; a < len(log); {
			b := a
			for b < len(log) && log[b].Request == log[a].Request {
				b++
			}
			if !before.knows(&p.base.Train[log[a].Request]) {
				lists = append(lists, log[a:b])
			}
			a = b
		}
		lists = lists[max(0, len(lists)-loggedRequests):]
		emb := before.emb
		f, err := p.whole().bound(ctx, p.base, emb) // each model clears what it doesn't read
		if err != nil {
			return nil, err
		}
		g := &logged{columns: f.Columns(), width: len(f.Columns())}
		for _, list := range lists {
			g.impressions = append(g.impressions, list...)
		}
		if len(lists) > 0 {
			g.later = lists[int((1-laterShare)*float64(len(lists)))][0].Request
		}
		g.x = make([]float32, len(g.impressions)*g.width)
		starts := make([]int, len(lists)+1)
		for i, list := range lists {
			starts[i+1] = starts[i] + len(list)
		}
		tell.say("reading the log", 0, len(lists))
		err = each(ctx, len(lists), l.workers, func(i int) error {
			q := p.base.Train[lists[i][0].Request]
			if emb != nil {
				q.Vec = make([]float32, emb.Dim)
				emb.Encode(&q, q.Vec)
			}
			for j, im := range lists[i] {
				row := starts[i] + j
				f.Fill(&q, problem.Candidate{Item: im.Item, Score: im.Score}, g.x[row*g.width:(row+1)*g.width])
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("reading the log's rows: %w", err)
		}
		return g, nil
	})
}

// rows returns a data set of the impressions that keep wants, labelled and weighed by label, in order.
func (g *logged) rows(keep func(i int) bool, blank columns, label func(im *problem.Impression) (y, weight float32)) *ranking.Dataset {
	d := &ranking.Dataset{Columns: g.columns}
	last := int32(-1)
	for i := range g.impressions {
		if !keep(i) {
			continue
		}
		im := &g.impressions[i]
		y, w := label(im)
		d.Y, d.Weight = append(d.Y, y), append(d.Weight, w)
		d.X = append(d.X, g.x[i*g.width:(i+1)*g.width]...)
		if im.Request != last {
			d.Group = append(d.Group, 0)
			last = im.Request
		}
		d.Group[len(d.Group)-1]++
	}
	blank.clear(d.X, g.width)
	return d
}

// clicked labels an impression by its click.
func clicked(im *problem.Impression) (y, weight float32) { return one(im.Clicked), 1 }
