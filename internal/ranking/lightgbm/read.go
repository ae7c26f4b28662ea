package lightgbm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// The text format is a header, a block for each tree, "end of trees", and then importances and parameters that
// predictions don't need. Blocks are lines of key=value, lists are separated by spaces. A file may come from anywhere: nothing
// is allocated by what it claims, and every tree is checked to be one before any row walks it.

// maxText bounds the size of a model as text.
const maxText = 1 << 30 // bytes

// Read reads a model that LightGBM saved as text, of format v3 (LightGBM 3) or v4 (LightGBM 4).
func Read(r io.Reader) (*Model, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return nil, fmt.Errorf("reading a LightGBM model: %w", err)
	}
	if len(text) > maxText {
		return nil, fmt.Errorf("reading a LightGBM model: it takes more than %d bytes; train fewer trees", maxText)
	}
	f := textFile{rest: text}
	m, err := f.model()
	if err != nil {
		return nil, fmt.Errorf("reading a LightGBM model, line %d: %w", f.line, err)
	}
	return m, nil
}

// textFile is the text that is left to read.
type textFile struct {
	rest []byte
	line int // number of the line read last
}

// next returns the next line without what surrounds it; ok is false at the end.
func (f *textFile) next() (line string, ok bool) {
	if len(f.rest) == 0 {
		return "", false
	}
	raw, rest, _ := bytes.Cut(f.rest, []byte("\n"))
	f.rest = rest
	f.line++
	return strings.TrimSpace(string(raw)), true
}

// block reads lines of key=value up to a blank line or the end of the trees. A key may have no
// value: average_output is one.
func (f *textFile) block() (keys map[string]string, end bool) {
	keys = map[string]string{}
	for {
		line, ok := f.next()
		if !ok || line == "" {
			return keys, false
		}
		if line == "end of trees" {
			return keys, true
		}
		key, value, _ := strings.Cut(line, "=")
		keys[key] = value
	}
}

func (f *textFile) model() (*Model, error) {
	if line, _ := f.next(); line != "tree" {
		return nil, errors.New(`a text model begins with the line "tree"; save one by Booster.save_model or the lightgbm program`)
	}
	header, end := f.block()
	m, err := readHeader(header)
	if err != nil {
		return nil, err
	}
	for !end {
		var keys map[string]string
		keys, end = f.block()
		if len(keys) == 0 {
			if !end && len(f.rest) == 0 {
				return nil, errors.New(`the file ends before "end of trees": it is cut off; copy it again`)
			}
			continue
		}
		if _, ok := keys["Tree"]; !ok {
			return nil, errors.New(`a block of a tree must begin with "Tree="`)
		}
		t, err := readTree(keys, len(m.columns))
		if err != nil {
			return nil, fmt.Errorf("tree %d: %w", len(m.trees), err)
		}
		m.trees = append(m.trees, t)
	}
	if len(m.trees)%m.classes != 0 || len(m.trees) == 0 && (m.classes > 1 || m.average) {
		return nil, fmt.Errorf("%d trees don't make rounds of %d classes", len(m.trees), m.classes)
	}
	return m, nil
}

// maxClasses bounds what a row's scores take.
const maxClasses = 1 << 16

func readHeader(keys map[string]string) (*Model, error) {
	if v := keys["version"]; v != "v3" && v != "v4" {
		return nil, fmt.Errorf("the format is of version %q; v3 and v4 are read, so save the model by LightGBM 3 or 4", v)
	}
	m := &Model{columns: strings.Fields(keys["feature_names"])}
	last, err := strconv.Atoi(keys["max_feature_idx"])
	switch {
	case err != nil:
		return nil, fmt.Errorf("max_feature_idx %q is no number", keys["max_feature_idx"])
	case last+1 != len(m.columns) || last < 0:
		return nil, fmt.Errorf("%d feature names for %d features", len(m.columns), last+1)
	case last >= math.MaxUint16:
		return nil, fmt.Errorf("%d features; at most %d are served", last+1, math.MaxUint16)
	}
	if m.classes, err = strconv.Atoi(keys["num_tree_per_iteration"]); err != nil || m.classes < 1 || m.classes > maxClasses {
		return nil, fmt.Errorf("num_tree_per_iteration %q is no number of classes", keys["num_tree_per_iteration"])
	}
	_, m.average = keys["average_output"]
	m.objective, err = readObjective(keys["objective"])
	if err == nil && m.classes > 1 && m.objective.name != "multiclass" && m.objective.name != "multiclassova" && m.objective.name != "" {
		err = fmt.Errorf("the objective %s has one prediction, the file %d", m.objective.name, m.classes)
	}
	return m, err
}

// readObjective reads a line such as "binary sigmoid:1". A model of an objective of one's own has none: its raw
// scores are its predictions.
func readObjective(text string) (objective, error) {
	words := strings.Fields(text)
	o := objective{sigmoid: 1}
	if len(words) == 0 {
		return o, nil
	}
	switch o.name = words[0]; o.name {
	case "binary", "regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie",
		"lambdarank", "rank_xendcg", "multiclass", "multiclassova", "cross_entropy", "cross_entropy_lambda", "custom":
	default:
		return o, fmt.Errorf("the objective %q is unknown, and so is what its scores mean", o.name)
	}
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, ":")
		switch key {
		case "sqrt":
			o.sqrt = true
		case "sigmoid":
			v, err := strconv.ParseFloat(value, 64)
			if err != nil || !(v > 0) || math.IsInf(v, 0) {
				return o, fmt.Errorf("sigmoid:%s of the objective must be a positive number", value)
			}
			o.sigmoid = v
		}
	}
	return o, nil
}

// readInts reads a list of n whole numbers between lo and hi.
func readInts(keys map[string]string, key string, n int, lo, hi int64) ([]int64, error) {
	words := strings.Fields(keys[key])
	if len(words) != n {
		return nil, fmt.Errorf("%s lists %d values where %d are due", key, len(words), n)
	}
	out := make([]int64, n)
	for i, w := range words {
		v, err := strconv.ParseInt(w, 10, 64)
		if err != nil || v < lo || v > hi {
			return nil, fmt.Errorf("%s has %.20q, which is no whole number between %d and %d", key, w, lo, hi)
		}
		out[i] = v
	}
	return out, nil
}

// readFloats reads a list of n numbers, infinite ones included.
func readFloats(keys map[string]string, key string, n int) ([]float64, error) {
	words := strings.Fields(keys[key])
	if len(words) != n {
		return nil, fmt.Errorf("%s lists %d values where %d are due", key, len(words), n)
	}
	out := make([]float64, n)
	for i, w := range words {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) || math.IsNaN(v) {
			return nil, fmt.Errorf("%s has %.20q, which is no number", key, w)
		}
		out[i] = v
	}
	return out, nil
}
