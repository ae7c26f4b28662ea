package coach

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/metrics"
)

// labeled is an answer with the mark that each criterion deserves, and the sentence that earns it.
type labeled struct {
	ID, Case, Step, Kind, Text string

	marks  map[string]float64
	quotes map[string]string
}

func readLabeled(t *testing.T, answersFile string) []labeled {
	t.Helper()
	var answers []labeled
	var labels []struct {
		ID, Criterion, Quote string
		Mark                 float64
	}
	for file, into := range map[string]any{
		answersFile: &answers, strings.TrimSuffix(answersFile, "answers.json") + "labels.json": &labels,
	} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	for i := range answers {
		a := &answers[i]
		a.marks, a.quotes = map[string]float64{}, map[string]string{}
		for _, l := range labels {
			if l.ID == a.ID {
				a.marks[l.Criterion], a.quotes[l.Criterion] = l.Mark, l.Quote
			}
		}
	}
	return answers
}

// tally counts answers and criteria of one kind.
type tally struct{ right, wrong, missed, unmet int }

func (c *tally) add(said, met bool) {
	switch {
	case said && met:
		c.right++
	case said:
		c.wrong++
	case met:
		c.missed++
	}
	if !met {
		c.unmet++
	}
}

func (c tally) recall() float64   { return share(c.right, c.right+c.missed) }
func (c tally) credited() float64 { return share(c.wrong, c.unmet) }

func share(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

// wilson is the 95% interval of a share.
func wilson(n, of int) (low, high float64) {
	if of == 0 {
		return 0, 1
	}
	const z = 1.96
	p, m := float64(n)/float64(of), float64(of)
	center, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return (center - half) / (1 + z*z/m), (center + half) / (1 + z*z/m)
}

// The floors of the coach on labeled answers. Those that the model was trained on are among them; how it does on a case that it
// wasn't trained on is what the trainer reports.
func TestLabeledAnswersAreJudgedAboveTheFloors(t *testing.T) {
	files, err := filepath.Glob("testdata/*.answers.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no labeled answers: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".answers.json"), func(t *testing.T) { floors(t, readLabeled(t, file)) })
	}
}

func floors(t *testing.T, answers []labeled) {
	c := New()
	by, all := map[string]*tally{}, tally{}
	scores := map[[2]string]map[string][]float64{}
	shown, supported := 0, 0
	cases := map[string]*casestudies.Case{}
	for _, a := range answers {
		if cases[a.Case] == nil {
			cs, err := casestudies.Find(a.Case)
			if err != nil {
				t.Fatal(err)
			}
			cases[a.Case] = cs
		}
		j := c.Judge(cases[a.Case], framework.StepID(a.Step), Answer{Text: a.Text})
		place := [2]string{a.Case, a.Step}
		if scores[place] == nil {
			scores[place] = map[string][]float64{}
		}
		scores[place][a.Kind] = append(scores[place][a.Kind], j.Score)
		if by[a.Kind] == nil {
			by[a.Kind] = &tally{}
		}
		for _, s := range j.Suggestions {
			mark, ok := a.marks[s.Criterion]
			if !ok {
				continue
			}
			by[a.Kind].add(s.Mark > 0, mark > 0)
			all.add(s.Mark > 0, mark > 0)
			if quote := a.quotes[s.Criterion]; mark > 0 && quote != "" {
				shown++
				if slices.ContainsFunc(s.Nearest, func(n string) bool { return shares(n, quote) }) {
					supported++
				}
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(by)) {
		k := by[kind]
		low, high := wilson(k.right, k.right+k.missed)
		below, above := wilson(k.wrong, k.unmet)
		t.Logf("%-18s recall %.2f (%.2f to %.2f)  credited wrongly %.2f (%.2f to %.2f)", kind, k.recall(), low, high, k.credited(), below, above)
	}
	ordered := 0
	for _, s := range scores {
		wrong, middle, strong := metrics.Mean(s["fluent-wrong"]), metrics.Mean(s["mediocre"]), metrics.Mean(s["strong"])
		if wrong < middle && middle < strong {
			ordered++
		}
	}
	precision := share(all.right, all.right+all.wrong)
	low, high := wilson(all.right, all.right+all.wrong)
	t.Logf("precision %.2f (%.2f to %.2f), recall %.2f, order %d of %d, shown %.2f", precision, low, high, all.recall(),
		ordered, len(scores), share(supported, shown))
	of := func(kind string) tally {
		if by[kind] == nil {
			return tally{}
		}
		return *by[kind]
	}
	for what, holds := range map[string]bool{
		"precision":                    precision >= 0.65,
		"recall":                       all.recall() >= 0.65,
		"recall of strong answers":     of("strong").recall() >= 0.85,
		"recall of plain words":        of("strong-other-words").recall() >= 0.55,
		"wrong and fluent":             of("fluent-wrong").credited() <= 0.35,
		"opposite":                     of("opposite").credited() <= 0.35,
		"lists of words":               of("keyword-list").credited() == 0,
		"off topic":                    of("off-topic").credited() == 0,
		"denied":                       of("negated").credited() <= 0.05,
		"order":                        ordered*14 >= 12*len(scores),
		"the sentence among the shown": share(supported, shown) >= 0.7,
	} {
		if !holds {
			t.Errorf("below the floor: %s", what)
		}
	}
}

// shares reports whether one of two texts has the other's beginning, however its lines are broken.
func shares(a, b string) bool {
	flat := func(s string) string { return strings.Trim(strings.ToLower(strings.Join(strings.Fields(s), " ")), ".") }
	begin := func(s string) string { return s[:min(len(s), 40)] }
	a, b = flat(a), flat(b)
	return strings.Contains(a, begin(b)) || strings.Contains(b, begin(a))
}

func TestWeightsAreReadByNameAndOrder(t *testing.T) {
	if _, err := parseModel(weightsText); err != nil {
		t.Fatal(err)
	}
	misspelled, noNumber := strings.Replace(weightsText, "words", "wrods", 1), strings.Replace(weightsText, "bias ", "bias x", 1)
	for _, text := range []string{"", "bias 1", misspelled, noNumber} {
		if _, err := parseModel(text); err == nil {
			t.Errorf("these are read as weights: %.40q", text)
		}
	}
}
