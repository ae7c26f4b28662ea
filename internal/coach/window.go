package coach

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"dryrun/internal/coach/words"
)

// match is what a window of sentences meets.
type match struct {
	count  int    // groups met
	groups uint64 // a bit for each group met
	hits   []hit  // one for each group met, in order of the text
}

func (m match) has(group int) bool { return m.groups&(1<<group) != 0 }

// bestWindow finds the window of adjacent sentences that meets the most groups; among equals one with the subject (group 0),
// then the shortest, then the first. A criterion with more than 64 groups is matched by its first 64.
func bestWindow(hits []hit) match {
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.group >= 64 })
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(a.group, b.group))
	})
	best, bestLen, bestFrom, bestTo := match{}, 0, 0, 0
	for i := range hits {
		var have uint64
		for j := i; j < len(hits) && hits[j].sentence < hits[i].sentence+windowSentences; j++ {
			if have&(1<<hits[j].group) != 0 {
				continue
			}
			have |= 1 << hits[j].group
			count, length := bits.OnesCount64(have), hits[j].to-hits[i].from
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

// missing says why a group isn't met, or returns "" where it is met somewhere.
func missing(g words.Group, found, negated, copied bool) string {
	switch {
	case found:
		return ""
	case negated:
		return names(g.Names) + " only negated"
	case copied:
		return names(g.Names) + " only in copied words"
	}
	return "no words on " + names(g.Names)
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

// note says what is missing for a full mark.
func note(best match, groups []words.Group, reasons []string) string {
	var absent, apart []string
	for i := range groups {
		switch {
		case reasons[i] != "":
			absent = append(absent, reasons[i])
		case !best.has(i):
			apart = append(apart, names(groups[i].Names))
		}
	}
	if len(absent) == 0 && len(apart) > 0 {
		return "too far apart: bring " + strings.Join(apart, " and ") + " closer to the rest"
	}
	return strings.Join(absent, "; ")
}
