package coach

import "dryrun/framework"

// answer is a candidate's text, taken apart once for all criteria.
type answer struct {
	text   string
	words  []word
	stems  []stem
	where  map[stem][]int32 // positions of each stem, ascending
	denied []bool
	copied []bool
}

// copiedRun is how many words in a row make a copy. Shorter runs are the field's idiom: "recall against an exact scan".
const copiedRun = 6

type run [copiedRun]stem

func (v *vocabulary) read(text string, not []string) *answer {
	a := &answer{text: text, words: split(text)}
	a.stems = make([]stem, len(a.words))
	a.where = make(map[stem][]int32, len(a.words))
	for i, w := range a.words {
		s := v.of(w.text)
		a.stems[i] = s
		a.where[s] = append(a.where[s], int32(i))
	}
	a.denied = negated(a.words)
	a.copied = make([]bool, len(a.words))
	a.markCopies(v, not)
	return a
}

// markCopies marks the runs of at least copiedRun words that stand in one of the texts, compared by stem.
func (a *answer) markCopies(v *vocabulary, not []string) {
	if len(a.stems) < copiedRun {
		return
	}
	own := make(map[run]bool, len(a.stems)) // whether a run of the answer was found elsewhere
	for i := 0; i+copiedRun <= len(a.stems); i++ {
		own[run(a.stems[i:])] = false
	}
	found := false
	for _, text := range not {
		theirs := v.stemsOf(text)
		for i := 0; i+copiedRun <= len(theirs); i++ {
			r := run(theirs[i:])
			if _, ok := own[r]; ok {
				own[r], found = true, true
			}
		}
	}
	if !found {
		return
	}
	for i := 0; i+copiedRun <= len(a.stems); i++ {
		if own[run(a.stems[i:])] {
			for j := i; j < i+copiedRun; j++ {
				a.copied[j] = true
			}
		}
	}
}

// hit is a place where a group of evidence is met: words from..to (excluded) of one sentence.
type hit struct {
	group    int
	from, to int
	sentence int
}

// group is one group of evidence: any of its forms meets it.
type group struct {
	forms []form
	names []string // the alternatives as the case writes them, for notes
}

// groups compiles a criterion's evidence, the field's other forms of each alternative included.
func (v *vocabulary) groups(evidence [][]string) []group {
	out := make([]group, len(evidence))
	for i, alternatives := range evidence {
		g := group{names: alternatives}
		for _, alt := range alternatives {
			if stems := v.stemsOf(alt); len(stems) > 0 {
				g.forms = v.expand(append(g.forms, form{stems: stems}), stems)
			}
		}
		out[i] = g
	}
	return out
}

// expand adds the forms in which an abbreviation inside a phrase is said the other way.
func (v *vocabulary) expand(into []form, phrase []stem) []form {
	for _, e := range v.forms {
		for i, has := range e {
			at := indexOf(phrase, has.stems)
			if at < 0 {
				continue
			}
			for j, other := range e {
				if j == i {
					continue
				}
				said := make([]stem, 0, len(phrase)+len(other.stems))
				said = append(said, phrase[:at]...)
				said = append(said, other.stems...)
				said = append(said, phrase[at+len(has.stems):]...)
				into = append(into, form{stems: said, capitals: other.capitals && len(said) == len(other.stems)})
			}
			break
		}
	}
	return into
}

func indexOf(in, part []stem) int {
	for i := 0; i+len(part) <= len(in); i++ {
		if equalStems(in[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

func equalStems(a, b []stem) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// find returns the places in a where the group is met, and whether others were passed over because they are denied or
// copied. A phrase of the case that itself says no ("no slice", "not launch") may stand in a denial: it is one.
func (a *answer) find(v *vocabulary, n int, g group) (hits []hit, denied, copied bool) {
	for _, f := range g.forms {
		saysNo := false
		for _, s := range f.stems {
			saysNo = saysNo || v.isNegator(s)
		}
		for _, at := range a.where[f.stems[0]] {
			from, to := int(at), int(at)+len(f.stems)
			if to > len(a.stems) || a.words[to-1].sentence != a.words[from].sentence || !equalStems(a.stems[from:to], f.stems) {
				continue
			}
			if f.capitals && !a.words[from].capital {
				continue
			}
			switch {
			case every(a.copied[from:to]):
				copied = true
			case !saysNo && some(a.denied[from:to]):
				denied = true
			default:
				hits = append(hits, hit{group: n, from: from, to: to, sentence: a.words[from].sentence})
			}
		}
	}
	return hits, denied, copied
}

func (v *vocabulary) isNegator(s stem) bool {
	for _, w := range []string{"no", "not", "never", "without", "nor", "dont", "doesnt", "wont", "cant", "cannot"} {
		if v.of(w) == s {
			return true
		}
	}
	return false
}

func every(b []bool) bool {
	for _, x := range b {
		if !x {
			return false
		}
	}
	return true
}

func some(b []bool) bool {
	for _, x := range b {
		if x {
			return true
		}
	}
	return false
}

// window is how many neighbouring sentences or bullets may carry a criterion together.
const window = 5

// judge suggests a mark for one criterion.
func (v *vocabulary) judge(a *answer, c framework.Criterion) framework.Suggestion {
	out := framework.Suggestion{Criterion: c.ID}
	groups := v.groups(c.Evidence)
	if len(groups) == 0 {
		out.Note = "the case names no words for this one: judge it yourself"
		return out
	}
	var hits []hit
	why := make([]string, len(groups))
	for i, g := range groups {
		found, denied, copied := a.find(v, i, g)
		hits = append(hits, found...)
		why[i] = missing(g, len(found) > 0, denied, copied)
	}
	best := bestWindow(hits)
	out.Mark = mark(best, len(groups))
	if out.Mark > framework.None {
		out.Quotes = a.quotes(best.hits)
	}
	if out.Mark < framework.Full {
		out.Note = note(best, groups, why)
	}
	return out
}

// mark is the rule: 1 where every group is met in the window; half where one is missing. Of two groups the first, which is
// the criterion's subject, must be the one that's met, since the second is often a word of the question.
func mark(w met, groups int) framework.Mark {
	switch {
	case w.count == groups:
		return framework.Full
	case groups >= 3 && w.count == groups-1, groups == 2 && w.has(0):
		return framework.Half
	}
	return framework.None
}
