// Package lightgbm is stage two by LightGBM (Ke et al. 2017): it trains in a process of its own where this machine has it, and
// its models are scored here. Training rows come in, or a model that LightGBM saved as text; a Model comes out whose
// predictions are LightGBM's own.
package lightgbm

import (
	"math"
	"sync"

	"dryrun/internal/nn"
	"dryrun/internal/ranking/tree"
)

// Model is a model trained by LightGBM (Ke et al. 2017) and read from its text format: LightGBM trains, this program
// serves. Rows are float32, as everywhere here; on them every prediction is LightGBM's own, sums in float64 included.
type Model struct {
	columns   []string
	objective objective
	classes   int // trees of one round; 1 but for several classes
	average   bool
	trees     []boostedTree // round by round, within a round class by class
	buffers   sync.Pool     // of *lightBuffer
}

// boostedTree is one tree; leaf values stay float64, by node.
type boostedTree struct {
	tree.Tree
	values []float64
	masked *tree.Masked[float64] // nil where the tree must be walked
}

type scratch struct {
	block  tree.Block
	leaves [tree.ScoreRows]int32
	raw    []float64
}

// objective is what the model's raw scores mean.
type objective struct {
	name    string
	sigmoid float64 // slope of the sigmoid
	sqrt    bool    // regression on square roots
}

// Columns are the columns of a row, in order, by the names LightGBM was given.
func (m *Model) Columns() []string { return m.columns }

// Objective is the objective's name in LightGBM: "binary", "lambdarank", "multiclass".
func (m *Model) Objective() string { return m.objective.name }

// Classes is the number of predictions for a row: 1 but for several classes.
func (m *Model) Classes() int { return m.classes }

// Len is the number of trees.
func (m *Model) Len() int { return len(m.trees) }

// MB is the model's size in memory.
func (m *Model) MB() float64 {
	bytes := 0
	for i := range m.trees {
		t := &m.trees[i]
		bytes += (16 + 8) * len(t.Nodes)
		for _, s := range t.Sets {
			bytes += 4 * len(s)
		}
		if t.masked != nil {
			bytes += t.masked.Bytes()
		}
	}
	return float64(bytes) / 1e6
}

// Score fills out with one number a row to rank by: the raw score (log odds for binary), and for several classes the
// expected class Σ k·p_k, which is how grades learned as classes are ranked (Li, Burges and Wu 2007).
func (m *Model) Score(rows []float32, out []float32) {
	buf := m.buffer()
	defer m.buffers.Put(buf)
	width := len(m.columns)
	for from := 0; from < len(out); from += tree.ScoreRows {
		part := out[from:min(from+tree.ScoreRows, len(out))]
		raw := m.sum(buf, rows[from*width:(from+len(part))*width], len(part))
		if m.classes == 1 {
			m.mean(raw)
			for i := range part {
				part[i] = float32(raw[i])
			}
			continue
		}
		m.convert(raw)
		for i := range part {
			expected := 0.0
			for k, p := range raw[i*m.classes : (i+1)*m.classes] {
				expected += float64(k) * p
			}
			part[i] = float32(expected)
		}
	}
}

// Raw fills out with the sums of the trees, LightGBM's raw_score: Classes for each row.
func (m *Model) Raw(rows []float32, out []float64) { m.each(rows, out, func([]float64) {}) }

// Predict fills out with what LightGBM's predict gives: a probability for binary and for each class, a prediction in the
// label's own unit for the regressions, the raw score for rankers.
func (m *Model) Predict(rows []float32, out []float64) { m.each(rows, out, m.convert) }

func (m *Model) each(rows []float32, out []float64, convert func([]float64)) {
	buf := m.buffer()
	defer m.buffers.Put(buf)
	width, n := len(m.columns), len(out)/m.classes
	for from := 0; from < n; from += tree.ScoreRows {
		to := min(from+tree.ScoreRows, n)
		raw := m.sum(buf, rows[from*width:to*width], to-from)
		convert(raw)
		copy(out[from*m.classes:], raw)
	}
}

func (m *Model) buffer() *scratch {
	if buf, _ := m.buffers.Get().(*scratch); buf != nil {
		return buf
	}
	return &scratch{raw: make([]float64, tree.ScoreRows*m.classes)}
}

// sum adds the trees up for at most scoreBlock rows; the result lives in buf.
func (m *Model) sum(buf *scratch, rows []float32, n int) []float64 {
	width := len(m.columns)
	raw := buf.raw[:n*m.classes]
	clear(raw)
	var sums [tree.ScoreRows]float64
	for class := range m.classes {
		clear(sums[:n])
		for from := 0; from < n; from += tree.MaskRows {
			to := min(from+tree.MaskRows, n)
			part, scores := rows[from*width:to*width], sums[from:to]
			fits := tree.FastMasks && len(scores) >= tree.MaskLeast
			if fits {
				buf.block.Fill(part, width, len(scores))
			}
			for i := class; i < len(m.trees); i += m.classes {
				t := &m.trees[i]
				if fits && t.masked != nil {
					t.masked.AddTo(&buf.block, scores)
					continue
				}
				t.LeavesOf(part, width, buf.leaves[:len(scores)])
				for r, leaf := range buf.leaves[:len(scores)] {
					scores[r] += t.values[leaf]
				}
			}
		}
		for r, s := range sums[:n] {
			raw[r*m.classes+class] = s
		}
	}
	return raw
}

// mean turns sums of trees into means where the trees are a forest, which doesn't add them up.
func (m *Model) mean(raw []float64) {
	if m.average {
		for i := range raw {
			raw[i] /= float64(len(m.trees) / m.classes)
		}
	}
}

// convert turns raw scores into predictions, row by row.
func (m *Model) convert(raw []float64) {
	m.mean(raw)
	f := m.objective.inverse()
	if m.objective.name != "multiclass" {
		for i, x := range raw {
			raw[i] = f(x)
		}
		return
	}
	for from := 0; from < len(raw); from += m.classes {
		row := raw[from : from+m.classes]
		top := row[0]
		for _, x := range row {
			top = max(top, x)
		}
		sum := 0.0
		for k, x := range row {
			row[k] = math.Exp(x - top)
			sum += row[k]
		}
		for k := range row {
			row[k] /= sum
		}
	}
}

// inverse maps a raw score to a prediction, for all objectives but multiclass, whose classes depend on each other.
func (o objective) inverse() func(x float64) float64 {
	switch o.name {
	case "binary", "multiclassova":
		return func(x float64) float64 { return nn.Sigmoid(o.sigmoid * x) }
	case "cross_entropy":
		return nn.Sigmoid
	case "cross_entropy_lambda":
		return func(x float64) float64 { return math.Log1p(math.Exp(x)) }
	case "poisson", "gamma", "tweedie":
		return math.Exp
	}
	if o.sqrt {
		return func(x float64) float64 { return math.Copysign(x*x, x) }
	}
	return func(x float64) float64 { return x }
}
