package coach

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// met is what a window of sentences meets.
type met struct {
	count  int    // groups met
	groups uint64 // which
	hits   []hit  // one for each group met, in the order of the text
}

func (m met) has(group int) bool { return m.groups&(1<<group) != 0 }

// bestWindow finds the window of neighbouring sentences that meets most groups; of those the shortest, then the first. A
// criterion with more than 64 groups is matched by its first 64.
func bestWindow(hits []hit) met {
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.group >= 64 })
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(a.group, b.group))
	})
	best, bestLen, bestFrom, bestTo := met{}, 0, 0, 0
	for i := range hits {
		var have uint64
		for j := i; j < len(hits) && hits[j].sentence < hits[i].sentence+window; j++ {
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

// better prefers, among as many groups, the window with the criterion's subject (group 0), and then the shorter one.
func better(have, best uint64, length, bestLen int) bool {
	if subject := have & 1; subject != best&1 {
		return subject == 1
	}
	return length < bestLen
}

// missing says in words why a group isn't met, or "" where it is somewhere.
func missing(g group, found, denied, copied bool) string {
	switch {
	case found:
		return ""
	case denied:
		return names(g.names) + " only in a denial"
	case copied:
		return names(g.names) + " only in words that aren't your own"
	}
	return "no words on " + names(g.names)
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

// note says what is missing for the full mark.
func note(best met, groups []group, why []string) string {
	var lacks, apart []string
	for i := range groups {
		switch {
		case why[i] != "":
			lacks = append(lacks, why[i])
		case !best.has(i):
			apart = append(apart, names(groups[i].names))
		}
	}
	if len(lacks) == 0 && len(apart) > 0 {
		return "said too far apart: bring " + strings.Join(apart, " and ") + " next to the rest"
	}
	return strings.Join(lacks, "; ")
}
