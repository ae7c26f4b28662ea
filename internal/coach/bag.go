package coach

import (
	"math"
	"slices"

	"dryrun/internal/coach/words"
)

// bag is the content words of a text by stem, each once, with what they weigh and whether the text rejects them.
type bag struct {
	terms []term // by stem
	norm  float64
}

// term has its weight as an integer, so that sums don't depend on the order of stems.
type term struct {
	stem     words.Stem
	weight   int
	rejected bool
}

// bag collects the words of a span. Words of grammar don't count.
func (r *rarity) bag(t *words.Text, rejected []bool, span words.Span) bag {
	var b bag
	for i := span.From; i < span.To; i++ {
		if w := t.Words[i].Text; words.IsGrammar(w) {
			continue
		}
		weight, ok := r.idf[t.Stems[i]]
		if !ok {
			weight = r.rare
		}
		b.terms = append(b.terms, term{t.Stems[i], weight, rejected[i]})
	}
	slices.SortStableFunc(b.terms, func(x, y term) int { return int(x.stem) - int(y.stem) })
	b.terms = slices.CompactFunc(b.terms, func(x, y term) bool { return x.stem == y.stem })
	sum := 0
	for _, t := range b.terms {
		sum += t.weight * t.weight
	}
	b.norm = math.Sqrt(float64(sum))
	return b
}

// elsewhere reports whether a text speaks of something else than the case: many of its words aren't in it.
func (r *rarity) elsewhere(t *words.Text) bool {
	const (
		leastContent, leastStems = 30, 500 // fewer words say too little
		leastKnown               = 0.62    // strangers' answers to the built-in cases, wrong ones too, have 0.78 or more; others about 0.5
	)
	content, known := 0, 0
	for i, w := range t.Words {
		if words.IsGrammar(w.Text) {
			continue
		}
		content++
		if _, ok := r.idf[t.Stems[i]]; ok {
			known++
		}
	}
	return content >= leastContent && len(r.idf) >= leastStems && float64(known) < leastKnown*float64(content)
}

// overlap compares two bags: the cosine of their shared words, and the share of what they share that one rejects and the other
// doesn't.
func overlap(a, b bag) (cosine, opposed float64) {
	shared, against := 0, 0
	for i, j := 0, 0; i < len(a.terms) && j < len(b.terms); {
		x, y := a.terms[i], b.terms[j]
		switch {
		case x.stem < y.stem:
			i++
		case x.stem > y.stem:
			j++
		default:
			w := x.weight * y.weight
			shared += w
			if x.rejected != y.rejected {
				against += w
			}
			i, j = i+1, j+1
		}
	}
	if shared == 0 {
		return 0, 0
	}
	return float64(shared) / float64(a.norm*b.norm), float64(against) / float64(shared)
}
