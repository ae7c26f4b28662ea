package interview

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"dryrun/casestudies"
)

// tally counts how questions were answered, in all and by the kind of answer that they should get.
type tally struct {
	all, right, wrongFact int
	kinds                 map[Kind]*tally
}

func (n *tally) add(right, wrongFact bool) {
	n.all++
	if right {
		n.right++
	}
	if wrongFact {
		n.wrongFact++
	}
}

func (n tally) String() string {
	s := fmt.Sprintf("%d of %d right, %.3f; wrong fact %d, %.3f", n.right, n.all, float64(n.right)/float64(n.all), n.wrongFact,
		float64(n.wrongFact)/float64(n.all))
	for _, k := range slices.Sorted(maps.Keys(n.kinds)) {
		s += fmt.Sprintf("; %s %d/%d/%d", k, n.kinds[k].right, n.kinds[k].wrongFact, n.kinds[k].all)
	}
	return s
}

// answerAll asks every question of a set.
func answerAll(t *testing.T, v *Interviewer, set []labeled) tally {
	t.Helper()
	cases, err := casestudies.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	n := tally{kinds: map[Kind]*tally{}}
	for _, q := range set {
		i := slices.IndexFunc(cases, func(c *casestudies.Case) bool { return c.ID == q.Case })
		if i < 0 {
			t.Fatalf("%q is about the case %q, which doesn't exist", q.Question, q.Case)
		}
		r := v.Reply(cases[i], nil, nil, q.Question)
		right := isRight(q, r)
		wrong := !right && r.Kind == Fact && !slices.Contains(q.Also, r.Fact)
		if n.kinds[q.Kind] == nil {
			n.kinds[q.Kind] = &tally{}
		}
		n.add(right, wrong)
		n.kinds[q.Kind].add(right, wrong)
		if !right {
			t.Logf("%s, %s %s: %q gets %s %s%v", q.Case, q.Kind, q.Fact, q.Question, r.Kind, r.Fact, r.Facts)
		}
	}
	return n
}

// isRight reports whether a response is what a label asks for. An ask-back is right where the label wants one; so is one of the two
// facts that it should ask about.
func isRight(q labeled, r Response) bool {
	switch {
	case q.Kind == AskBack:
		return r.Kind == AskBack || r.Kind == Fact && slices.Contains(q.Also, r.Fact)
	case r.Kind == Fact:
		return q.Kind == Fact && r.Fact == q.Fact || slices.Contains(q.Also, r.Fact)
	}
	return r.Kind == q.Kind
}

// wilson is the 95% interval of a share.
func wilson(k, n int) (low, high float64) {
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	center, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return (center - half) / (1 + z*z/m), (center + half) / (1 + z*z/m)
}

// floors are shares of a set's questions. The weights are fitted to all of them; the fit logs what to expect of others.
var floors = map[string]struct{ right, wrongFact float64 }{
	"own":  {0.90, 0.04},
	"tune": {0.90, 0.04},
}

func TestLabeledQuestionsGetTheirAnswers(t *testing.T) {
	sets := map[string][]labeled{"own": readLabeled(t, "testdata/questions.json")}
	labeled := readLabeled(t, "../testdata/*.questions.json")
	if len(labeled) == 0 {
		t.Error("there are no labeled questions in ../testdata")
	}
	for _, q := range labeled {
		sets[q.Half] = append(sets[q.Half], q)
	}
	for name, set := range sets {
		n := answerAll(t, new(Interviewer), set)
		low, high := wilson(n.right, n.all)
		t.Logf("%s: %s; 95%% interval of right %.3f to %.3f", name, n, low, high)
		floor := floors[name]
		if float64(n.right) < floor.right*float64(n.all) || float64(n.wrongFact) > floor.wrongFact*float64(n.all) {
			t.Errorf("%s: want %.2f right at least and %.2f wrong facts at most", name, floor.right, floor.wrongFact)
		}
		if n.all < 100 {
			t.Errorf("%s has %d questions, want 100 or more", name, n.all)
		}
	}
}
