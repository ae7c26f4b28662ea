package coach

import (
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/internal/coach/words"
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
	c.withVocabulary(func(v *words.Vocabulary) { best = bestFact(v, cs.Facts, released, question) })
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

// bestFact returns the fact that the question is about, nil where none is.
func bestFact(v *words.Vocabulary, facts []casestudies.Fact, released []string, question string) *casestudies.Fact {
	t := v.Read(question)
	asks := make([][]words.Group, len(facts))
	factCount := map[words.Stem]int{} // how many facts' asks have a stem: the fewer, the more it tells them apart
	for i, f := range facts {
		asks[i] = v.Groups(f.Asks)
		seen := map[words.Stem]bool{}
		for _, g := range asks[i] {
			for _, form := range g.Forms {
				for _, s := range form.Stems {
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
		strength := strength(t, asks[i], factCount)
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
func strength(t *words.Text, groups []words.Group, factCount map[words.Stem]int) float64 {
	used := map[int]bool{}
	for _, g := range groups {
		met := false
		for _, f := range g.Forms {
			for _, at := range t.Find(f) {
				met = true
				for i := at.From; i < at.To; i++ {
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
		weight := 1 / float64(max(factCount[t.Stems[i]], 1))
		if words.IsFunctionWord(t.Words[i].Text) {
			weight /= 4
		}
		sum += weight
	}
	return sum
}

// wantsNumber says whether a question asks for a quantity.
func wantsNumber(question string) bool {
	all := words.Split(question)
	for i, w := range all {
		next := ""
		if i+1 < len(all) {
			next = all[i+1].Text
		}
		switch w.Text {
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
