package trees

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"dryrun/internal/nn"
	"dryrun/internal/ranking"
)

// Objective names what boosted trees minimize.
type Objective string

// The objectives.
const (
	Binary     Objective = "binary"     // log loss; labels 0 to 1, scores are log odds
	Regression Objective = "regression" // half the squared error; scores are predictions
	Quantile   Objective = "quantile"   // pinball loss at Alpha; scores are that quantile
	LambdaRank Objective = "lambdarank" // NDCG of each group; labels are grades
)

// objective is a loss as boosting sees it: its first and second derivatives by each row's score, weights included.
type objective interface {
	// start is the constant score that training begins with.
	start(d *ranking.Dataset) float64
	// gradients fills g and h for every row of d.
	gradients(ctx context.Context, d *ranking.Dataset, score []float64, g, h []float32) error
	// loss is the weighted mean loss; lower is better.
	loss(d *ranking.Dataset, score []float64) float64
}

// leafValuer is an objective that knows a leaf's best value better than −Σg/(Σh + λ).
type leafValuer interface {
	leafValue(d *ranking.Dataset, rows []int32, score []float64) float64
}

func newObjective(o Options, train, valid *ranking.Dataset) (objective, error) {
	want, ok := "", func(float32) bool { return true }
	var obj objective
	switch o.Objective {
	case Binary:
		obj, want, ok = logisticLoss{}, "0 to 1", func(y float32) bool { return y >= 0 && y <= 1 }
	case Regression:
		obj = squaredLoss{}
	case Quantile:
		obj = pinballLoss{o.Alpha}
	case LambdaRank:
		want, ok = "whole grades from 0 to 31", func(y float32) bool { return y >= 0 && y <= 31 && y == float32(int(y)) }
		obj = newLambdaLoss(o.Truncation, o.Workers)
		if train.Group == nil || valid != nil && valid.Group == nil {
			return nil, errors.New("training trees by lambdarank: the rows have no groups; set ranking.Dataset.Group")
		}
	default:
		return nil, fmt.Errorf("training trees: objective of unknown name %q; use binary, regression, quantile or lambdarank", o.Objective)
	}
	if err := train.CheckLabels("training", want, ok); err != nil {
		return nil, err
	}
	if valid != nil {
		if err := valid.CheckLabels("validation", want, ok); err != nil {
			return nil, err
		}
	}
	return obj, nil
}

// logisticLoss is L = ln(1 + eˢ) − y·s: g = p − y, h = p(1 − p), with p the sigmoid of s.
type logisticLoss struct{}

func (logisticLoss) start(d *ranking.Dataset) float64 {
	p := ranking.WeightedMean(d, func(i int) float64 { return float64(d.Y[i]) })
	p = min(max(p, 1e-6), 1-1e-6)
	start := math.Log(p / (1 - p))
	if d.Offset == nil {
		return start
	}
	for range startSteps { // Newton's method: with offsets the best constant has no closed form
		slope, bend := 0.0, 0.0
		for i := range d.Y {
			q, w := nn.Sigmoid(start+d.RowOffset(i)), d.RowWeight(i)
			slope += w * (float64(d.Y[i]) - q)
			bend += w * q * (1 - q)
		}
		if bend == 0 {
			break
		}
		start += min(max(slope/bend, -1), 1)
	}
	return start
}

// startSteps are enough for the constant of a log loss with offsets: each step doubles the right digits.
const startSteps = 12

func (logisticLoss) gradients(_ context.Context, d *ranking.Dataset, score []float64, g, h []float32) error {
	for i, s := range score {
		p := nn.Sigmoid(s)
		g[i], h[i] = float32(p-float64(d.Y[i])), float32(p*(1-p))
	}
	applyWeights(d, g, h)
	return nil
}

func (logisticLoss) loss(d *ranking.Dataset, score []float64) float64 {
	return ranking.WeightedMean(d, func(i int) float64 { return ranking.LogLoss(score[i], float64(d.Y[i])) })
}

// squaredLoss is L = (s − y)²/2: g = s − y, h = 1.
type squaredLoss struct{}

func (squaredLoss) start(d *ranking.Dataset) float64 {
	return ranking.WeightedMean(d, func(i int) float64 { return float64(d.Y[i]) })
}

func (squaredLoss) gradients(_ context.Context, d *ranking.Dataset, score []float64, g, h []float32) error {
	for i, s := range score {
		g[i], h[i] = float32(s-float64(d.Y[i])), 1
	}
	applyWeights(d, g, h)
	return nil
}

func (squaredLoss) loss(d *ranking.Dataset, score []float64) float64 {
	return ranking.WeightedMean(d, func(i int) float64 { r := score[i] - float64(d.Y[i]); return r * r / 2 })
}

// pinballLoss is L = α(y − s) above the prediction and (1 − α)(s − y) below it (Koenker and Bassett 1978): g is −α or
// 1 − α. It has no curvature, so h is 1 and each leaf takes the α-quantile of its residuals (Friedman 2001, for the
// absolute loss).
type pinballLoss struct{ alpha float64 }

func (l pinballLoss) start(d *ranking.Dataset) float64 {
	rows := make([]int32, d.Rows())
	for i := range rows {
		rows[i] = int32(i)
	}
	return l.leafValue(d, rows, make([]float64, d.Rows()))
}

func (l pinballLoss) gradients(_ context.Context, d *ranking.Dataset, score []float64, g, h []float32) error {
	for i, s := range score {
		g[i], h[i] = float32(-l.alpha), 1
		if s > float64(d.Y[i]) {
			g[i] = float32(1 - l.alpha)
		}
	}
	applyWeights(d, g, h)
	return nil
}

func (l pinballLoss) loss(d *ranking.Dataset, score []float64) float64 {
	return ranking.WeightedMean(d, func(i int) float64 {
		r := float64(d.Y[i]) - score[i]
		return math.Max(l.alpha*r, (l.alpha-1)*r)
	})
}

func (l pinballLoss) leafValue(d *ranking.Dataset, rows []int32, score []float64) float64 {
	type residual struct{ r, w float64 }
	all, total := make([]residual, len(rows)), 0.0
	for i, row := range rows {
		all[i] = residual{float64(d.Y[row]) - score[row], d.RowWeight(int(row))}
		total += all[i].w
	}
	slices.SortFunc(all, func(a, b residual) int { return cmp.Compare(a.r, b.r) })
	below := 0.0
	for i, x := range all {
		if below += x.w; below >= l.alpha*total {
			if i+1 < len(all) && below == l.alpha*total {
				return (x.r + all[i+1].r) / 2 // any value between them is a quantile
			}
			return x.r
		}
	}
	return all[len(all)-1].r
}

// applyWeights multiplies both derivatives by the rows' weights.
func applyWeights(d *ranking.Dataset, g, h []float32) {
	for i, w := range d.Weight {
		g[i] *= w
		h[i] *= w
	}
}
