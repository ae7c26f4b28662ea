package interview

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dryrun/casestudies"
)

// go test ./internal/coach/interview -run Weights -update fits weights.json again.
var update = flag.Bool("update", false, "fit weights.json to the labeled questions")

// labeled is a question with the answer that it should get.
type labeled struct {
	Case     string   `json:"case"`
	Question string   `json:"question"`
	Kind     Kind     `json:"kind"`
	Fact     string   `json:"fact"`
	Also     []string `json:"also"` // facts that are as right
	Half     string   `json:"half"` // "held" where nothing may be tuned on it
}

// read reads labeled questions.
func readLabeled(t *testing.T, pattern string) []labeled {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var out []labeled
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var some []labeled
		if err := json.Unmarshal(text, &some); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out = append(out, some...)
	}
	return out
}

// example is a question compared with each target, and the targets that are right; the last place is a refusal.
type example struct {
	compared []features
	right    []bool
	weight   float64
}

func (ix *index) example(q labeled, weight float64) example {
	e := example{compared: ix.compare(ix.corrected(q.Question)), weight: weight}
	e.right = make([]bool, len(e.compared))
	for i, t := range ix.targets {
		e.right[i] = t.brief && q.Kind == Brief && (q.Fact == "" || q.Fact == t.id) ||
			!t.brief && (q.Fact == t.id || slices.Contains(q.Also, t.id))
	}
	e.right[len(ix.targets)] = q.Kind == Refusal
	return e
}

// leftOut are the ways to ask of a case, each left out in turn.
func (x *lexicon) leftOut(cs *casestudies.Case) []example {
	const weight = 0.5 // they are less like what candidates type than the labeled questions
	var out []example
	each := func(list *[]string, kind Kind, id string) {
		all := *list
		for i, question := range all {
			*list = slices.Delete(slices.Clone(all), i, i+1)
			out = append(out, x.index(cs).example(labeled{Kind: kind, Fact: id, Question: question}, weight))
		}
		*list = all
	}
	for i := range cs.Facts {
		each(&cs.Facts[i].Questions, Fact, cs.Facts[i].ID)
	}
	for i := range cs.BriefParts {
		each(&cs.BriefParts[i].Questions, Brief, cs.BriefParts[i].ID)
	}
	return out
}

// fit finds the weights that make the right answers likely: a logistic model of the choice among the targets and a refusal.
func fit(examples []example) features {
	const steps, decay = 1500, 0.002
	var w, mean, square features
	for step := 1; step <= steps; step++ {
		var g features
		total := 0.0
		for _, e := range examples {
			p := chances(e.compared, &w)
			right := 0.0
			for i := range p {
				if e.right[i] {
					right += p[i]
				}
			}
			for i := range p {
				d := p[i]
				if e.right[i] {
					d -= p[i] / (right + 1e-12)
				}
				for k, x := range e.compared[i] {
					g[k] += e.weight * d * x
				}
			}
			total += e.weight
		}
		rate := 0.1
		if step > steps*7/10 {
			rate = 0.02
		}
		for k := range w {
			d := g[k]/total + decay*w[k]
			mean[k] = 0.9*mean[k] + 0.1*d
			square[k] = 0.99*square[k] + 0.01*d*d
			w[k] -= rate * mean[k] / (1 - math.Pow(0.9, float64(step))) / (math.Sqrt(square[k]/(1-math.Pow(0.99, float64(step)))) + 1e-8)
		}
	}
	return w
}

// hits says how many examples have a right answer first, of labeled questions and of ways to ask that were left out.
func hits(examples []example, w features) string {
	var n, right [2]int
	for _, e := range examples {
		i := 0
		if e.weight < 1 {
			i = 1
		}
		p := chances(e.compared, &w)
		n[i]++
		if e.right[slices.Index(p, slices.Max(p))] {
			right[i]++
		}
	}
	return fmt.Sprintf("%d of %d, and %d of %d ways to ask that were left out", right[0], n[0], right[1], n[1])
}

func TestWeightsAreFittedToQuestions(t *testing.T) {
	if !*update {
		t.Skip("-update fits them")
	}
	cases, err := casestudies.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	questions := append(readLabeled(t, "testdata/questions.json"), readLabeled(t, "../testdata/*.questions.json")...)
	x := newLexicon()
	byCase := map[string][]example{}
	var all []example
	for _, cs := range cases {
		ix := x.index(cs)
		for _, q := range questions {
			if q.Case == cs.ID && q.Half != "held" {
				byCase[cs.ID] = append(byCase[cs.ID], ix.example(q, 1))
			}
		}
		byCase[cs.ID] = append(byCase[cs.ID], x.leftOut(cs)...)
		all = append(all, byCase[cs.ID]...)
	}
	for _, cs := range cases { // what to expect of a case that nobody has fitted to
		w := fit(byCase[cs.ID])
		for other, examples := range byCase {
			if other != cs.ID {
				t.Logf("fitted to %s, on the questions of %s: %s", cs.ID, other, hits(examples, w))
				crossed := newLexicon()
				crossed.weights = &w
				set := slices.DeleteFunc(slices.Clone(questions), func(q labeled) bool { return q.Case != other })
				n := answerAll(t, &Interviewer{lexicon: crossed}, set)
				t.Logf("fitted to %s, on the questions of %s: %s", cs.ID, other, n)
				if float64(n.right) < 0.9*float64(n.all) || float64(n.wrongFact) > 0.03*float64(n.all) {
					t.Errorf("fitted to %s, on the questions of %s: want 0.90 right at least and 0.03 wrong facts at most", cs.ID, other)
				}
			}
		}
	}
	w := fit(all)
	t.Logf("fitted to all: %s", hits(all, w))
	var b strings.Builder
	b.WriteString("{\n")
	for i, name := range names {
		comma := ","
		if i == len(names)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "  %q: %.3f%s\n", name, w[i], comma)
	}
	b.WriteString("}\n")
	if err := os.WriteFile("weights.json", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
