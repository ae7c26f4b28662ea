package coach

import (
	"slices"
	"strings"

	"dryrun/casestudies"
)

// What the interviewer says where no fact answers the question.
const (
	noAnswer = "I have no answer to that. State an assumption if you need one."
	noNumber = "I have no number for that; state an assumption."
)

// newFactShare is the share of the strongest released match's strength from which a fact that wasn't released yet is
// preferred: a question about two things, asked again, releases the second.
const newFactShare = 0.8

// Reply matches a clarifying question, or an assumption to confirm, against the case's facts. Every group of a fact's asks must
// be met; of several such facts, the one that shares the most and rarest words with the question answers. It returns the
// fact's id with its answer, or with its short form where its id is in released; where no fact matches it returns "" and a
// reply that says so.
func (c *Coach) Reply(cs *casestudies.Case, released []string, question string) (fact, reply string) {
	var best *casestudies.Fact
	c.withVocabulary(func(v *vocabulary) { best = v.match(cs.Facts, released, question) })
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
	a := v.parse(question, nil)
	asks := make([][]group, len(facts))
	factCount := map[stem]int{} // how many facts' asks have a stem: the fewer, the more it tells them apart
	for i, f := range facts {
		asks[i] = v.groups(f.Asks)
		seen := map[stem]bool{}
		for _, g := range asks[i] {
			for _, form := range g.forms {
				for _, s := range form.stems {
					if !seen[s] {
						seen[s] = true
						factCount[s]++
					}
				}
			}
		}
	}
	var known, unreleased *casestudies.Fact
	var knownStrength, unreleasedStrength float64
	for i := range facts {
		strength := v.strength(a, asks[i], factCount)
		if slices.Contains(released, facts[i].ID) {
			if strength > knownStrength {
				known, knownStrength = &facts[i], strength
			}
		} else if strength > unreleasedStrength {
			unreleased, unreleasedStrength = &facts[i], strength
		}
	}
	if unreleased != nil && unreleasedStrength >= newFactShare*knownStrength {
		return unreleased
	}
	return known
}

// strength is the sum, over the question's words that meet the groups, of 1/(number of facts whose asks have the word's stem);
// function words count a quarter. It is 0 where a group isn't met.
func (v *vocabulary) strength(a *answer, groups []group, factCount map[stem]int) float64 {
	used := map[int]bool{}
	for _, g := range groups {
		met := false
		for _, f := range g.forms {
			for _, at := range a.at[f.stems[0]] {
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
		weight := 1 / float64(max(factCount[a.stems[i]], 1))
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
