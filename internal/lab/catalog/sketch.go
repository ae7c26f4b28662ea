package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dryrun/internal/safetext"
)

// A whiteboard line is bounded, so that it can be drawn.
const (
	maxBoxes    = 16
	maxBoxRunes = 40
)

// BadSketch says which box of a whiteboard line can't be read. Box counts from 1.
type BadSketch struct {
	Box  int
	Text string
	Line string // what is wrong, in words
	Err  error  // the *BadKnob, where a setting is wrong
}

func (b *BadSketch) Error() string {
	if b.Box == 0 {
		return "the whiteboard line " + b.Line
	}
	if b.Err != nil {
		return fmt.Sprintf("box %d of the whiteboard line: %v", b.Box, b.Err)
	}
	return fmt.Sprintf("box %d of the whiteboard line, %q, %s", b.Box, b.Text, b.Line)
}

func (b *BadSketch) Unwrap() error { return b.Err }

// Sketch reads a whiteboard line such as
//
//	photo -> encoder dim=32 -> hnsw k=200 -> trees -> top 20
//
// into the labels of its boxes and the knobs that it sets. A word that the world offers for an engine, an encoder, a
// ranker or a loss sets that knob, as do its other usual names; KNOB=VALUE and "KNOB VALUE" set any. Other words are labels
// alone: a box that the lab doesn't know is drawn and changes nothing. An index that the lab doesn't have, stage two before
// stage one, and two values for one knob are refused.
func Sketch(kind, line string) (boxes []string, knobs map[string]string, err error) {
	if strings.TrimSpace(line) == "" {
		return nil, nil, &BadSketch{Line: "is empty: write boxes with -> between them"}
	}
	parts := strings.Split(strings.ReplaceAll(line, "→", "->"), "->")
	if len(parts) > maxBoxes {
		return nil, nil, &BadSketch{Line: fmt.Sprintf("has %d boxes; %d fit", len(parts), maxBoxes)}
	}
	r := sketchReader{kind: kind, knobs: map[string]string{}, box: map[string]int{}}
	for i, part := range parts {
		label := strings.Join(strings.FieldsFunc(part, unicode.IsSpace), " ")
		if err := checkLabel(i+1, label); err != nil {
			return nil, nil, err
		}
		if err := r.read(i+1, label); err != nil {
			return nil, nil, err
		}
		boxes = append(boxes, label)
	}
	if e, k := r.box["engine"], r.box["ranker"]; e > 0 && k > 0 && k < e {
		return nil, nil, &BadSketch{Box: k, Text: boxes[k-1], Line: "ranks before " + strconv.Quote(boxes[e-1]) + " has retrieved anything"}
	}
	return boxes, r.knobs, nil
}

func checkLabel(n int, label string) error {
	switch {
	case label == "":
		return &BadSketch{Box: n, Text: label, Line: "is empty"}
	case utf8.RuneCountInString(label) > maxBoxRunes:
		return &BadSketch{Box: n, Text: label, Line: fmt.Sprintf("is longer than %d characters", maxBoxRunes)}
	case !utf8.ValidString(label) || safetext.IndexUnsafe(label) >= 0:
		return &BadSketch{Box: n, Text: label, Line: "holds characters that can't be drawn"}
	}
	return nil
}

type sketchReader struct {
	kind  string
	knobs map[string]string
	box   map[string]int // in which box a knob was set
}

// read finds the knobs in one box.
func (r *sketchReader) read(n int, label string) error {
	words := strings.Fields(strings.ToLower(label))
	for i := 0; i < len(words); i++ {
		w := strings.Trim(words[i], ",;()")
		if id, value, ok := strings.Cut(w, "="); ok {
			if err := r.set(n, id, value); err != nil {
				return err
			}
			continue
		}
		if k, ok := KnobByID(w); ok && i+1 < len(words) && (k.Type == Count || k.Type == Share) {
			if next := strings.Trim(words[i+1], ",;()"); startsNumber(next) {
				if err := r.set(n, w, next); err != nil {
					return err
				}
				i++
				continue
			}
		}
		if err := r.name(n, label, w); err != nil {
			return err
		}
	}
	return nil
}

// name sets the knob that a word stands for, if it does.
func (r *sketchReader) name(n int, label, word string) error {
	if as := alsoCalled()[word]; as != "" && r.offeredBy(word) == "" {
		word = as
	}
	switch id := r.offeredBy(word); {
	case id != "":
		return r.set(n, id, word)
	case slices.Contains(externalEngines(r.kind), word):
		return r.set(n, "engine", word)
	case slices.Contains(otherIndexes(), word):
		has := strings.Join(Offers(r.kind, "engine"), ", ")
		return &BadSketch{Box: n, Text: label, Line: "names an index that the lab doesn't have: it has " + has}
	}
	return nil
}

// alsoCalled maps other usual names of engines and rankers to those that a world offers.
func alsoCalled() map[string]string {
	return map[string]string{
		"ivf": "ivfpq", "ivf-pq": "ivfpq", "ivf_pq": "ivfpq", "ivf+pq": "ivfpq", "ivf/pq": "ivfpq",
		"brute-force": "exact", "bruteforce": "exact", "flat": "exact",
		"gbdt": "trees", "gbm": "trees", "xgboost": "trees", "lambdamart": "trees",
	}
}

// otherIndexes are names of indexes for vectors that the lab has none like: drawn as labels alone, another one would run unseen.
func otherIndexes() []string {
	return []string{"annoy", "diskann", "faiss", "kd-tree", "kdtree", "lsh", "nsg", "opq", "pq", "scann", "vamana"}
}

// offeredBy returns the knob of the pipeline for which the world offers the word, "" for none.
func (r *sketchReader) offeredBy(word string) string {
	for _, id := range []string{"engine", "encoder", "ranker", "loss"} {
		for _, o := range Offers(r.kind, id) {
			if o == word && o != "none" {
				return id
			}
		}
	}
	return ""
}

func (r *sketchReader) set(n int, id, value string) error {
	k, ok := KnobByID(id)
	if !ok {
		return &BadSketch{Box: n, Err: &BadKnob{Knob: id, Near: Near(id, knobIDs()), Line: "is unknown"}}
	}
	var s Settings
	if err := s.set(r.kind, k, value); err != nil {
		return &BadSketch{Box: n, Err: err}
	}
	if old, ok := r.knobs[id]; ok && old != value {
		return &BadSketch{Box: n, Err: &BadKnob{Knob: id, Value: value, Line: fmt.Sprintf("is set twice: box %d says %s", r.box[id], old)}}
	}
	r.knobs[id], r.box[id] = value, n
	return nil
}

func startsNumber(word string) bool {
	return word != "" && (word[0] == '.' || word[0] == '-' || word[0] >= '0' && word[0] <= '9')
}
