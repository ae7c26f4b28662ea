package coach

import (
	"fmt"
	"slices"

	"dryrun/internal/coach/words"
)

// commitment is something that a text settles, which another step can't settle differently.
type commitment struct {
	value    string
	sentence int
}

// settles returns what a text commits to: the number of candidates under "k", and the engine under "index". What it names in two
// ways, to compare them, it doesn't settle.
func (r *reading) settles() map[string]commitment {
	out := map[string]commitment{}
	open := map[string]bool{}
	settle := func(what, value string, at int) {
		if old, ok := out[what]; ok && old.value != value {
			open[what] = true
		}
		out[what] = commitment{value, r.sentenceAt(at)}
	}
	for i, w := range r.Words {
		if r.rejected[i] {
			continue
		}
		switch w.Text {
		case "k":
			j := i + 1
			if j < len(r.Words) && (r.Words[j].Text == "is" || r.Words[j].Text == "of") {
				j++
			}
			if j < len(r.Words) && r.Words[j].Sentence == w.Sentence && isNumber(r.Words[j]) {
				settle("k", r.Words[j].Text, i)
			}
		case "hnsw":
			settle("index", "HNSW", i)
		case "ivf", "ivfpq":
			settle("index", "IVF", i)
		}
	}
	for what := range open {
		delete(out, what)
	}
	return out
}

func isNumber(w words.Word) bool { return w.Text[0] >= '0' && w.Text[0] <= '9' }

// changed lists what the answer settles differently from an earlier step. It counts against the criteria that rest on it.
func (rub *rubric) changed(v *words.Vocabulary, r *answerRead, before []string) []Contradiction {
	var out []Contradiction
	now := r.settles()
	for _, text := range before {
		earlier := read(v, text)
		for _, what := range []string{"k", "index"} {
			then, ok := earlier.settles()[what]
			if is, both := now[what]; ok && both && is.value != then.value {
				out = append(out, Contradiction{
					Quote: r.quote(is.sentence), Against: rub.restOn(v, what, is.value),
					Why: fmt.Sprintf("in an earlier step you said: “%s”", earlier.quote(then.sentence)),
				})
			}
		}
	}
	return out
}

// restOn returns the criteria with evidence that names a commitment.
func (rub *rubric) restOn(v *words.Vocabulary, names ...string) []string {
	stems := map[words.Stem]bool{}
	for _, name := range names {
		for _, s := range v.Stems(name) {
			stems[s] = true
		}
	}
	var out []string
	for _, c := range rub.criteria {
		if slices.ContainsFunc(c.groups, func(g group) bool {
			return slices.ContainsFunc(g.Forms, func(f words.Form) bool { return len(f.Stems) == 1 && stems[f.Stems[0]] })
		}) {
			out = append(out, c.ID)
		}
	}
	return out
}
