package coach

import "dryrun/framework"

// answer is a candidate's text, split into words once for all criteria.
type answer struct {
	text    string
	words   []word
	stems   []stem
	at      map[stem][]int32 // positions of each stem, ascending
	negated []bool           // by word
	copied  []bool           // by word: part of a run copied from the prompt, a hint or the reference
}

// copiedRun is how many consecutive words make a copy. Shorter runs are common phrases, such as "recall against an exact scan".
const copiedRun = 6

type run [copiedRun]stem

// parse splits text and marks the words that are negated or copied from one of sources.
func (v *vocabulary) parse(text string, sources []string) *answer {
	a := &answer{text: text, words: split(text)}
	a.stems = make([]stem, len(a.words))
	a.at = make(map[stem][]int32, len(a.words))
	for i, w := range a.words {
		s := v.stemOf(w.text)
		a.stems[i] = s
		a.at[s] = append(a.at[s], int32(i))
	}
	a.negated = markNegated(a.words)
	a.copied = make([]bool, len(a.words))
	a.markCopies(v, sources)
	return a
}

// markCopies marks the runs of at least copiedRun words that occur in one of the sources, compared by stem.
func (a *answer) markCopies(v *vocabulary, sources []string) {
	if len(a.stems) < copiedRun {
		return
	}
	own := make(map[run]bool, len(a.stems)) // whether each run of the answer occurs in a source
	for i := 0; i+copiedRun <= len(a.stems); i++ {
		own[run(a.stems[i:])] = false
	}
	found := false
	for _, text := range sources {
		source := v.stemsOf(text)
		for i := 0; i+copiedRun <= len(source); i++ {
			r := run(source[i:])
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

// hit is where a group of evidence is met: words from..to (exclusive) of one sentence.
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

// groups compiles a criterion's evidence, with abbreviations and long forms added to each alternative.
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

// expand adds the forms of phrase in which an abbreviation is replaced by its long form, or the other way round.
func (v *vocabulary) expand(into []form, phrase []stem) []form {
	for _, s := range v.synonyms {
		for i, has := range s {
			at := indexOf(phrase, has.stems)
			if at < 0 {
				continue
			}
			for j, other := range s {
				if j == i {
					continue
				}
				replaced := make([]stem, 0, len(phrase)+len(other.stems))
				replaced = append(replaced, phrase[:at]...)
				replaced = append(replaced, other.stems...)
				replaced = append(replaced, phrase[at+len(has.stems):]...)
				into = append(into, form{stems: replaced, capitals: other.capitals && len(replaced) == len(other.stems)})
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

// find returns the places in a where group n is met, and whether others were skipped because they are negated or copied. A
// phrase of the case that is itself a negation ("no slice", "not launch") counts although its words are negated.
func (a *answer) find(v *vocabulary, n int, g group) (hits []hit, negated, copied bool) {
	for _, f := range g.forms {
		isNegation := false
		for _, s := range f.stems {
			isNegation = isNegation || v.isNegator(s)
		}
		for _, at := range a.at[f.stems[0]] {
			from, to := int(at), int(at)+len(f.stems)
			if to > len(a.stems) || a.words[to-1].sentence != a.words[from].sentence || !equalStems(a.stems[from:to], f.stems) {
				continue
			}
			if f.capitals && !a.words[from].capital {
				continue
			}
			switch {
			case allTrue(a.copied[from:to]):
				copied = true
			case !isNegation && anyTrue(a.negated[from:to]):
				negated = true
			default:
				hits = append(hits, hit{group: n, from: from, to: to, sentence: a.words[from].sentence})
			}
		}
	}
	return hits, negated, copied
}

func (v *vocabulary) isNegator(s stem) bool {
	for _, w := range []string{"no", "not", "never", "without", "nor", "dont", "doesnt", "wont", "cant", "cannot"} {
		if v.stemOf(w) == s {
			return true
		}
	}
	return false
}

func allTrue(b []bool) bool {
	for _, x := range b {
		if !x {
			return false
		}
	}
	return true
}

func anyTrue(b []bool) bool {
	for _, x := range b {
		if x {
			return true
		}
	}
	return false
}

// windowSentences is how many adjacent sentences or bullets may meet a criterion together.
const windowSentences = 5

// suggest suggests a mark for one criterion.
func (v *vocabulary) suggest(a *answer, c framework.Criterion) framework.Suggestion {
	out := framework.Suggestion{Criterion: c.ID}
	groups := v.groups(c.Evidence)
	if len(groups) == 0 {
		out.Note = "the case names no words for this one: judge it yourself"
		return out
	}
	var hits []hit
	reasons := make([]string, len(groups)) // why each group isn't met
	for i, g := range groups {
		found, negated, copied := a.find(v, i, g)
		hits = append(hits, found...)
		reasons[i] = missing(g, len(found) > 0, negated, copied)
	}
	best := bestWindow(hits)
	out.Mark = mark(best, len(groups))
	if out.Mark > framework.None {
		out.Quotes = a.quotes(best.hits)
	}
	if out.Mark < framework.Full {
		out.Note = note(best, groups, reasons)
	}
	return out
}

// mark is full where the window meets every group, and half where one of three or more is missing. Of two groups the first,
// which is the criterion's subject, must be met for half: the second is often a word of the question.
func mark(w match, groups int) framework.Mark {
	switch {
	case w.count == groups:
		return framework.Full
	case groups >= 3 && w.count == groups-1, groups == 2 && w.has(0):
		return framework.Half
	}
	return framework.None
}
