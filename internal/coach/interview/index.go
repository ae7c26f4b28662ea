package interview

import (
	"math"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/internal/coach/meaning"
	"dryrun/internal/coach/words"
)

// lexicon numbers stems and knows the concepts.
type lexicon struct {
	vocab    *words.Vocabulary
	concepts []concept
	table    *meaning.Table
	weights  *features

	unanswerable []line
}

func newLexicon() *lexicon {
	v := words.NewVocabulary()
	x := &lexicon{vocab: v, concepts: compileConcepts(v), table: meaning.Default(), weights: weights()}
	x.unanswerable = x.compileUnanswerable()
	return x
}

// index is a case, compiled.
type index struct {
	*lexicon
	targets     []target
	dictionary  []string        // words that a mistyped word may have meant
	known       map[string]bool // the same
	common      map[words.Stem]bool
	rarity      map[words.Stem]float64 // 1 for a word that one target has, less for one that more have
	conceptRare []float64              // the same for concepts
	out         []wording              // of the questions that interviewers can't answer
	gramIn      map[string]int         // in how many ways to ask a gram is
	gramTexts   int                    // how many there are
	uses        uses                   // by all targets
}

// target is what a question may be about: a fact, or a part of the brief.
type target struct {
	id       string
	at       int // place among the case's facts or parts of the brief
	brief    bool
	name     []words.Stem           // of the id
	stems    map[words.Stem]float64 // how surely a question with the word is about it, 0 to 1
	concepts map[int]float64        // the same for concepts
	ways     [][]token              // each way to ask
	kinds    map[kind]float64       // share of the ways to ask that ask for this
	asks     []words.Group
	uses     uses        // by its texts
	wordings []wording   // of each way to ask
	vectors  [][]float32 // of each way to ask and of the answer
}

// uses counts words and concepts, by the share that each text has.
type uses struct {
	stems    map[words.Stem]float64
	concepts map[int]float64
}

func newUses() uses { return uses{map[words.Stem]float64{}, map[int]float64{}} }

// How surely a question is about a fact because of a word of the fact's asks or ways to ask, of its answer, or of why it
// matters.
const (
	inQuestion = 1
	inAnswer   = 0.8
	inMatters  = 0.4
)

func (x *lexicon) index(cs *casestudies.Case) *index {
	ix := &index{lexicon: x, common: map[words.Stem]bool{}, rarity: map[words.Stem]float64{}, uses: newUses()}
	for _, tok := range x.read(cs.Title + ". " + cs.Summary + " " + cs.Brief) {
		ix.common[tok.stem] = tok.content
	}
	for i, f := range cs.Facts {
		ix.targets = append(ix.targets, x.fact(i, f))
	}
	for i, b := range cs.BriefParts {
		t := newTarget(b.ID, i, true)
		x.addWays(&t, b.Questions)
		x.addAnswer(&t, b.Says)
		ix.targets = append(ix.targets, t)
	}
	ix.dictionary, ix.known = dictionary(cs)
	ix.countTargets()
	ix.countGrams()
	return ix
}

// countTargets finds out how rare each word and concept is.
func (ix *index) countTargets() {
	n := float64(len(ix.targets))
	rarity := func(in int) float64 { return math.Log((n+1)/(float64(in)+0.5)) / math.Log((n+1)/1.5) }
	stems, concepts := map[words.Stem]int{}, make([]int, len(ix.concepts))
	for _, t := range ix.targets {
		for s, n := range t.uses.stems {
			ix.uses.stems[s] += n
		}
		for c, n := range t.uses.concepts {
			ix.uses.concepts[c] += n
		}
		for s, w := range t.stems {
			if w >= inAnswer {
				stems[s]++
			}
		}
		for c, w := range t.concepts {
			if w >= 0.5 {
				concepts[c]++
			}
		}
	}
	for s, k := range stems {
		ix.rarity[s] = rarity(k)
		if ix.common[s] {
			ix.rarity[s] /= 2
		}
	}
	for _, k := range concepts {
		ix.conceptRare = append(ix.conceptRare, rarity(k))
	}
}

func newTarget(id string, at int, brief bool) target {
	return target{
		id: id, at: at, brief: brief,
		stems: map[words.Stem]float64{}, concepts: map[int]float64{}, uses: newUses(), kinds: map[kind]float64{},
	}
}

func (x *lexicon) fact(at int, f casestudies.Fact) target {
	t := newTarget(f.ID, at, false)
	t.name = x.vocab.Stems(f.ID)
	t.asks = x.vocab.Groups(f.Asks)
	for i, group := range f.Asks {
		share := 0.5
		if i > 0 {
			share = 0.25 // the later groups are often "how", "what", "have"
		}
		for _, alternative := range group {
			x.add(&t, alternative, inQuestion, share)
		}
	}
	x.addWays(&t, f.Questions)
	x.addAnswer(&t, f.Answer)
	x.addAnswer(&t, f.Short)
	x.add(&t, f.Matters, inMatters, 0)
	return t
}

func (x *lexicon) addWays(t *target, ways []string) {
	for _, q := range ways {
		t.ways = append(t.ways, x.add(t, q, inQuestion, 0.5))
		t.wordings = append(t.wordings, newWording(q))
		t.kinds[kindOf(q)] += 1 / float64(len(ways))
		t.vectors = append(t.vectors, x.table.Sentence(q))
	}
}

func (x *lexicon) addAnswer(t *target, text string) {
	x.add(t, text, inAnswer, 0.25)
	t.vectors = append(t.vectors, x.table.Sentence(text))
}

// add notes the words of a text about a target. A concept is surely the target's where its shares add up to 1. Of what interviewers
// mostly don't know a target has the very words only: one that says how many judgments money buys doesn't say what sellers pay.
func (x *lexicon) add(t *target, text string, surely, share float64) []token {
	tokens := x.read(text)
	var once []int
	for _, tok := range tokens {
		if tok.content {
			t.stems[tok.stem] = max(t.stems[tok.stem], surely)
			t.uses.stems[tok.stem] += share
		}
		for _, c := range tok.concepts {
			t.uses.concepts[c] += share
			if !slices.Contains(once, c) && !x.concepts[c].outside {
				once = append(once, c)
				t.concepts[c] = min(1, t.concepts[c]+share)
			}
		}
	}
	return tokens
}

// unknownWord is the weight of a word that neither the case nor the concepts have.
const unknownWord = 0.5

// weight says how much of what a question is about its token says.
func (ix *index) weight(tok token) float64 {
	w, known := ix.rarity[tok.stem]
	if isWeak(tok.text) {
		w /= 2
	}
	if tok.content && known {
		return w
	}
	if len(tok.concepts) == 0 {
		if tok.content {
			return unknownWord
		}
		return 0
	}
	for _, c := range tok.concepts {
		w = max(w, 0.9*ix.conceptRare[c])
	}
	return max(w, 0.1)
}

// match says how surely a token is about a target, 0 to 1.
func (t *target) match(tok token) float64 {
	m := 0.0
	if tok.content {
		m = t.stems[tok.stem]
	}
	for _, c := range tok.concepts {
		m = max(m, 0.85*t.concepts[c])
	}
	return m
}

// lean says how exclusively a token is a target's: its share of the uses by all targets.
func (ix *index) lean(tok token, t *target) float64 {
	share := 0.0
	if tok.content && t.uses.stems[tok.stem] > 0 {
		share = t.uses.stems[tok.stem] / (ix.uses.stems[tok.stem] + 0.25)
	}
	for _, c := range tok.concepts {
		if t.uses.concepts[c] > 0 {
			share = max(share, 0.85*t.uses.concepts[c]/(ix.uses.concepts[c]+0.25))
		}
	}
	return share
}

// dictionary lists the words of what a question may be about, each once: those of the case, of the concepts, and those without
// content.
func dictionary(cs *casestudies.Case) (list []string, known map[string]bool) {
	known = map[string]bool{}
	add := func(texts ...string) {
		for _, w := range words.Split(strings.Join(texts, "\n")) {
			if !known[w.Text] && w.Text[0] > '9' {
				known[w.Text] = true
				list = append(list, w.Text)
			}
		}
	}
	for _, f := range cs.Facts {
		for _, g := range f.Asks {
			add(g...)
		}
		add(f.Questions...)
		add(f.Answer, f.Short)
	}
	for _, b := range cs.BriefParts {
		add(b.Questions...)
		add(b.Says)
	}
	add(concepts, fillers)
	return list, known
}
