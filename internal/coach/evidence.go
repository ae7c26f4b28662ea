package coach

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"dryrun/internal/coach/words"
)

// hit is where a group of evidence is met: the words of a span of one sentence.
type hit struct {
	words.Span
	group    int
	sentence int
}

// find returns the places in the answer where group n is met, and whether others were skipped because the answer denies them.
// A phrase of the case that is itself a negation ("no slice", "not launch") counts although its words are negated.
func (r *reading) find(v *words.Vocabulary, n int, g group) (hits []hit, denied bool) {
	for _, f := range g.Forms {
		negation := g.deniable || slices.ContainsFunc(f.Stems, v.IsNegator)
		for _, at := range r.Find(f) {
			i := r.sentenceAt(at.From)
			switch {
			case !r.sentences[i].own():
			case !negation && anyTrue(r.Negated[at.From:at.To]):
				denied = true
			default:
				hits = append(hits, hit{Span: at, group: n, sentence: i})
			}
		}
	}
	return hits, denied
}

// match is what a window of sentences meets.
type match struct {
	count  int    // groups met
	groups uint64 // a bit for each group met
	hits   []hit  // one for each group met, in order of the text
}

func (m match) has(group int) bool { return m.groups&(1<<group) != 0 }

// share is the share of the groups that are met.
func (m match) share(groups int) float64 {
	if groups == 0 {
		return 0
	}
	return float64(m.count) / float64(groups)
}

// bestWindow finds the window of adjacent sentences that meets the most groups; among equals one with the subject (group 0),
// then the shortest, then the first. A criterion with more than 64 groups is matched by its first 64.
func bestWindow(hits []hit, sentences int) match {
	hits = slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return h.group >= 64 })
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To), cmp.Compare(a.group, b.group))
	})
	best, bestLen, bestFrom, bestTo := match{}, 0, 0, 0
	for i := range hits {
		var have uint64
		for j := i; j < len(hits) && hits[j].sentence < hits[i].sentence+sentences; j++ {
			if have&(1<<hits[j].group) != 0 {
				continue
			}
			have |= 1 << hits[j].group
			count, length := bits.OnesCount64(have), hits[j].To-hits[i].From
			if count > best.count || count == best.count && better(have, best.groups, length, bestLen) {
				best.count, best.groups, bestLen, bestFrom, bestTo = count, have, length, i, j
			}
		}
	}
	for j := bestFrom; j <= bestTo && j < len(hits); j++ {
		if best.has(hits[j].group) && !slices.ContainsFunc(best.hits, func(h hit) bool { return h.group == hits[j].group }) {
			best.hits = append(best.hits, hits[j])
		}
	}
	return best
}

// better reports whether, of two windows with the same number of groups, the first is better: it has the criterion's subject
// (group 0) and the other doesn't, or else it is shorter.
func better(have, best uint64, length, bestLen int) bool {
	if subject := have & 1; subject != best&1 {
		return subject == 1
	}
	return length < bestLen
}

// names lists the first alternatives of a group: "bias", "exposure" or "sampled".
func names(alternatives []string) string {
	const most = 3
	var quoted []string
	for _, a := range alternatives {
		if len(quoted) == most {
			break
		}
		if a = strings.TrimSpace(a); a != "" {
			quoted = append(quoted, "“"+a+"”")
		}
	}
	switch len(quoted) {
	case 0:
		return "anything that the case names"
	case 1:
		return quoted[0]
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}
