package words

// negationScope is how many content words a negation applies to, at most to the end of its clause: "we don't think that it's
// necessary to compute NDCG".
const negationScope = 5

// Negated says which words a text negates: "we don't need NDCG", "no index", "instead of clicks", "NDCG isn't needed".
// It goes by rules that favor the candidate: "not only", "no more than" and "never forget" negate nothing, and "can't"
// negates only before a verb such as use ("can't use"), because "a scan can't fit the latency budget" is about both.
func Negated(words []Word) []bool {
	out := make([]bool, len(words))
	start := 0           // of the clause
	left := 0            // content words that the negation still applies to
	hasNegation := false // in this clause, so that "without" is a double negation
	for i, w := range words {
		if i > 0 && isBoundary(words, i, left > 0) {
			start, left, hasNegation = i, 0, false
		}
		switch {
		case dismissesClause(words, i):
			for j := start; j < i; j++ {
				out[j] = true
			}
			left = 0
			continue
		case hasNegation && w.Text == "without": // can't launch without a test
			left = 0
			continue
		case w.Text == "cant" || w.Text == "cannot" || w.Text == "couldnt":
			hasNegation = true
		}
		if startsNegation(words, i) {
			left, hasNegation = negationScope, true
			continue
		}
		if left > 0 {
			out[i] = true
			if !IsFunctionWord(w.Text) {
				left--
			}
		}
	}
	return out
}

// isBoundary reports whether a clause starts at i. Where a negation still applies (negated), a comma may only separate the items
// of a list.
func isBoundary(words []Word, i int, negated bool) bool {
	if words[i-1].Sentence != words[i].Sentence || startsClause(words, i) {
		return true
	}
	return words[i-1].EndsClause && (!negated || !continuesList(words, i))
}

// continuesList reports whether the words from i continue a list of short items that ends with "or": "no index, ranker or cache".
func continuesList(words []Word, i int) bool {
	const longest, item = 12, 4 // words
	for j, long := i, 0; j < len(words) && j < i+longest && words[j].Sentence == words[i].Sentence; j++ {
		switch words[j].Text {
		case "or", "nor":
			return true
		case "i", "we", "you", "it", "they", "use", "is", "are":
			return false
		}
		if long++; long == item {
			return false
		}
		if words[j].EndsClause {
			long = 0
		}
	}
	return false
}

// dismissesClause reports whether the word at i negates the clause before it: "NDCG isn't needed", "an index is overkill".
func dismissesClause(words []Word, i int) bool {
	if i == 0 || words[i-1].Sentence != words[i].Sentence || words[i-1].EndsClause {
		return false
	}
	before := words[i-1].Text
	switch words[i].Text {
	case "needed", "necessary", "required", "useful", "relevant", "important", "helpful", "worthwhile":
		switch before {
		case "not", "isnt", "arent", "wasnt", "never", "hardly":
			return true
		}
	case "unnecessary", "useless", "pointless", "overkill", "irrelevant", "unimportant":
		switch before {
		case "is", "are", "be", "was", "were", "seems":
			return true
		}
	}
	return false
}

// startsNegation reports whether the word at i starts a negation.
func startsNegation(words []Word, i int) bool {
	next := func() string {
		if i+1 < len(words) && words[i+1].Sentence == words[i].Sentence {
			return words[i+1].Text
		}
		return ""
	}
	switch words[i].Text {
	case "no", "not", "never", "without", "neither", "nor",
		"dont", "doesnt", "didnt", "wont", "wouldnt", "shouldnt", "isnt", "arent", "wasnt", "werent", "neednt", "havent", "hasnt":
		return !cancelsNegation(next())
	case "cant", "cannot", "couldnt":
		switch next() {
		case "use", "do", "have", "run", "rely", "need", "afford", "get", "measure", "trust", "build", "add", "include":
			return true
		}
		return false
	case "instead":
		return next() == "of"
	case "rather":
		return next() == "than"
	}
	return false
}

// cancelsNegation reports whether a negation followed by this word negates nothing after it.
func cancelsNegation(next string) bool {
	switch next {
	case "only", "just", "merely", "simply", "solely", "more", "less", "later", "longer", "fewer", "worse", "lower", "higher",
		"slower", "larger", "bigger", "matter", "doubt", "sure", "until", "unlike", "forget", "skip", "ignore", "neglect", "omit",
		"miss", "underestimate", "drop", "lose":
		return true
	}
	return false
}

// startsClause reports whether the word at i starts a new clause: "not clicks but purchases", "no index and we scan".
func startsClause(words []Word, i int) bool {
	switch words[i].Text {
	case "but", "because", "however", "though", "although", "since", "so", "while", "whereas", "unless", "until", "then", "when",
		"if", "which", "who":
		return true
	case "and":
		if i+1 >= len(words) {
			return true
		}
		switch words[i+1].Text {
		case "i", "we", "you", "it", "they", "then", "so", "instead", "use", "that", "this", "he", "she":
			return true
		}
	}
	return false
}

// IsFunctionWord reports whether a word has a grammatical role and no content.
func IsFunctionWord(w string) bool {
	switch w {
	case "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "with", "from", "as", "is", "are", "was", "were", "be", "been",
		"it", "its", "this", "that", "these", "those", "there", "i", "we", "you", "they", "he", "she", "me", "us", "them", "my", "our",
		"your", "their", "and", "or", "any", "some", "do", "does", "did", "have", "has", "had", "will", "would", "can", "could",
		"should", "may", "might", "must", "need", "want", "use", "really", "very", "also", "even", "all", "what", "how", "which",
		"who", "when", "where", "why", "about", "than", "then", "so", "if":
		return true
	}
	return false
}
