package coach

import (
	"dryrun/framework"
	"dryrun/internal/coach/words"
)

// answer is a candidate's text, read once for all criteria.
type answer struct {
	*words.Text
	copied []bool // by word: part of a run copied from the prompt, a hint or the reference
}

// copiedRun is how many consecutive words make a copy. Shorter runs are common phrases, such as "recall against an exact scan".
const copiedRun = 6

type run [copiedRun]words.Stem

// parse reads text and marks the words that are copied from one of sources.
func parse(v *words.Vocabulary, text string, sources []string) *answer {
	a := &answer{Text: v.Read(text)}
	a.copied = make([]bool, len(a.Words))
	a.markCopies(v, sources)
	return a
}

// markCopies marks the runs of at least copiedRun words that occur in one of the sources, compared by stem.
func (a *answer) markCopies(v *words.Vocabulary, sources []string) {
	if len(a.Stems) < copiedRun {
		return
	}
	own := make(map[run]bool, len(a.Stems)) // whether each run of the answer occurs in a source
	for i := 0; i+copiedRun <= len(a.Stems); i++ {
		own[run(a.Stems[i:])] = false
	}
	found := false
	for _, text := range sources {
		source := v.Stems(text)
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
	for i := 0; i+copiedRun <= len(a.Stems); i++ {
		if own[run(a.Stems[i:])] {
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

// find returns the places in a where group n is met, and whether others were skipped because they are negated or copied. A
// phrase of the case that is itself a negation ("no slice", "not launch") counts although its words are negated.
func (a *answer) find(v *words.Vocabulary, n int, g words.Group) (hits []hit, negated, copied bool) {
	for _, f := range g.Forms {
		isNegation := false
		for _, s := range f.Stems {
			isNegation = isNegation || v.IsNegator(s)
		}
		for _, at := range a.Find(f) {
			switch {
			case allTrue(a.copied[at.From:at.To]):
				copied = true
			case !isNegation && anyTrue(a.Negated[at.From:at.To]):
				negated = true
			default:
				hits = append(hits, hit{group: n, from: at.From, to: at.To, sentence: a.Words[at.From].Sentence})
			}
		}
	}
	return hits, negated, copied
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
func suggest(v *words.Vocabulary, a *answer, c framework.Criterion) framework.Suggestion {
	out := framework.Suggestion{Criterion: c.ID}
	groups := v.Groups(c.Evidence)
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
