package coach

import (
	"slices"
	"strings"

	"dryrun/casestudies"
)

// What an interviewer says who holds no such fact.
const (
	noAnswer = "I have no answer to that. State an assumption if you need one."
	noNumber = "I have no number for that; state an assumption."
)

// nearly is the share of the best match's strength from which a fact that wasn't released yet is preferred to one that was:
// a question about two things, asked again, brings the second.
const nearly = 0.8

// Reply matches a clarifying question, or a statement that wants confirming, against the case's facts. Every group of a
// fact's asks must be met; of several such facts the one with the rarest and most words in common answers. It returns the
// fact's id with its answer, or with its short form where it is in released; or "" with an honest reply.
func (c *Coach) Reply(cs *casestudies.Case, released []string, question string) (fact, reply string) {
	var best *casestudies.Fact
	c.with(func(v *vocabulary) { best = v.match(cs.Facts, released, question) })
	switch {
	case best != nil && slices.Contains(released, best.ID):
		return best.ID, "As I said: " + strings.TrimSpace(best.Short)
	case best != nil:
		return best.ID, strings.TrimSpace(best.Answer)
	case wantsNumber(question):
		return "", noNumber
	}
	return "", noAnswer
}

// match returns the fact that the question is about, nil where none is.
func (v *vocabulary) match(facts []casestudies.Fact, released []string, question string) *casestudies.Fact {
	a := v.read(question, nil)
	asks := make([][]group, len(facts))
	facing := map[stem]int{} // how many facts ask by a stem: the fewer, the more it says
	for i, f := range facts {
		asks[i] = v.groups(f.Asks)
		seen := map[stem]bool{}
		for _, g := range asks[i] {
			for _, form := range g.forms {
				for _, s := range form.stems {
					if !seen[s] {
						seen[s] = true
						facing[s]++
					}
				}
			}
		}
	}
	var known, fresh *casestudies.Fact
	var mostKnown, mostFresh float64
	for i := range facts {
		strength := v.strength(a, asks[i], facing)
		if slices.Contains(released, facts[i].ID) {
			if strength > mostKnown {
				known, mostKnown = &facts[i], strength
			}
		} else if strength > mostFresh {
			fresh, mostFresh = &facts[i], strength
		}
	}
	if fresh != nil && mostFresh >= nearly*mostKnown {
		return fresh
	}
	return known
}

// strength adds up the question's words that meet the groups, each once, by how few facts ask by it; words of grammar
// count a quarter. It is 0 where a group isn't met.
func (v *vocabulary) strength(a *answer, groups []group, facing map[stem]int) float64 {
	used := map[int]bool{}
	for _, g := range groups {
		met := false
		for _, f := range g.forms {
			for _, at := range a.where[f.stems[0]] {
				from, to := int(at), int(at)+len(f.stems)
				if to > len(a.stems) || !equalStems(a.stems[from:to], f.stems) || f.capitals && !a.words[from].capital {
					continue
				}
				met = true
				for i := from; i < to; i++ {
					used[i] = true
				}
			}
		}
		if !met {
			return 0
		}
	}
	positions := make([]int, 0, len(used))
	for i := range used {
		positions = append(positions, i)
	}
	slices.Sort(positions) // sums of floats depend on their order
	sum := 0.0
	for _, i := range positions {
		weight := 1 / float64(max(facing[a.stems[i]], 1))
		if isFunctionWord(a.words[i].text) {
			weight /= 4
		}
		sum += weight
	}
	return sum
}

// wantsNumber says whether a question asks for a quantity.
func wantsNumber(question string) bool {
	words := split(question)
	for i, w := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1].text
		}
		switch w.text {
		case "how":
			switch next {
			case "many", "much", "often", "long", "large", "big", "fast", "quickly", "soon", "high", "low", "old", "frequently", "far":
				return true
			}
		case "number", "percentage", "percent", "rate", "size", "volume", "average", "share", "fraction", "count", "budget", "total":
			return true
		}
	}
	return false
}
