package report

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Cell is what a row of a block holds: Text, a Number, a Metric or an ID. The code that creates a cell sets its
// type, so drawing code never has to guess it from the text.
type Cell interface {
	fmt.Stringer
	cell()
}

// Text is words that are drawn unchanged.
type Text string

// Metric is a metric by its id. MetricValue writes its values.
type Metric struct{ ID string }

// ID is one of the lab's ids, such as a model or a group of features: two_tower reads "two tower".
type ID string

func (Text) cell()   {}
func (Number) cell() {}
func (Metric) cell() {}
func (ID) cell()     {}

// String returns the words.
func (t Text) String() string { return string(t) }

// String writes the id as words, with the usual acronyms.
func (id ID) String() string {
	parts := strings.Split(string(id), "_")
	for i, w := range parts {
		parts[i] = acronym(w)
	}
	return strings.Join(parts, " ")
}

// String is the metric's name: ndcg_at_10.als reads "NDCG@10, ALS". It leaves out a unit that the value has.
func (m Metric) String() string {
	base, variant, _ := strings.Cut(m.ID, ".")
	for _, unit := range []string{"_ms", "_mb", "_per_s", "_s"} {
		base = strings.TrimSuffix(base, unit)
	}
	name := strings.ReplaceAll(ID(base).String(), " at k", "@K")
	name = strings.ReplaceAll(name, " at ", "@")
	if variant != "" {
		name += ", " + ID(variant).String()
	}
	return name
}

// MarshalJSON writes the id.
func (m Metric) MarshalJSON() ([]byte, error) { return json.Marshal(m.ID) }

// acronym writes one word of an id in its usual spelling.
func acronym(w string) string {
	switch w {
	case "ndcg", "mrr", "auc", "pr", "f1", "eer", "tar", "far", "mae", "ctr", "psi", "ks", "hnsw", "als", "qps", "pca":
		return strings.ToUpper(w)
	case "map":
		return "mAP"
	case "stage1":
		return "stage 1"
	case "stage2":
		return "stage 2"
	}
	return w
}

// Row is one row of a block.
type Row []Cell

// MarshalJSON writes a plain array of strings and numbers; a number with an interval is three: the value and its bounds.
func (r Row) MarshalJSON() ([]byte, error) {
	out := make([]any, 0, len(r)+2)
	for _, c := range r {
		out = append(out, c)
		if n, ok := c.(Number); ok && n.HasInterval {
			out = append(out, n.Lo, n.Hi)
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads such an array. JSON has no kinds of text: Step.UnmarshalJSON restores the ids.
func (r *Row) UnmarshalJSON(data []byte) error {
	var in []any
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = make(Row, len(in))
	for i, v := range in {
		switch v := v.(type) {
		case string:
			(*r)[i] = Text(v)
		case float64:
			(*r)[i] = Num(v)
		default:
			return fmt.Errorf("reading a row of a report: cell %d is a %T, neither text nor a number", i+1, v)
		}
	}
	return nil
}

// UnmarshalJSON reads a report that was written to a session's log, and restores the kinds of its cells, which
// JSON doesn't hold: the report itself lists its metrics and, after the dot, their variants.
func (s *Step) UnmarshalJSON(data []byte) error {
	type bare Step
	if err := json.Unmarshal(data, (*bare)(s)); err != nil {
		return err
	}
	metrics, ids := map[string]bool{}, map[string]bool{}
	for id := range s.Metrics {
		metrics[id] = true
	}
	for id := range s.Timings {
		metrics[id] = true
	}
	for id := range metrics {
		if _, variant, ok := strings.Cut(id, "."); ok {
			ids[variant] = true
		}
	}
	for _, b := range s.Blocks {
		for i, r := range b.Rows {
			for c, cell := range r {
				text, ok := cell.(Text)
				switch {
				case !ok || b.Kind != Table:
				case metrics[string(text)]:
					r[c] = Metric{string(text)}
				case ids[string(text)]:
					r[c] = ID(text)
				}
			}
			if b.Kind == Bars && len(r) == 4 {
				b.Rows[i] = boundsToInterval(r)
			}
		}
	}
	return nil
}

// boundsToInterval puts the last two cells of [label, value, low, high] into the value.
func boundsToInterval(r Row) Row {
	value, isValue := r[1].(Number)
	low, isLow := r[2].(Number)
	high, isHigh := r[3].(Number)
	if !isValue || !isLow || !isHigh {
		return r
	}
	return Row{r[0], value.WithInterval(low.Value, high.Value)}
}
