package coach

// reach is how many words of content a negation turns round, at most to the end of its clause: "we don't think that it's
// necessary to compute NDCG".
const reach = 5

// negated marks the words that a text denies: "we don't need NDCG", "no index", "instead of clicks", "NDCG isn't needed".
// It is a reading by rule, and it errs towards believing the candidate: "not only", "no more than", "never forget" deny
// nothing, and "can't" does only before a verb of doing without ("can't use"), since "a scan can't fit the latency budget"
// speaks of both.
func negated(words []word) []bool {
	out := make([]bool, len(words))
	begun := 0       // where the clause began
	left := 0        // words of content that the negation still reaches
	refused := false // the clause says no: a "without" in it says yes again
	for i, w := range words {
		if i > 0 && (words[i-1].sentence != w.sentence || turns(words, i) || words[i-1].ends && (left <= 0 || !lists(words, i))) {
			begun, left, refused = i, 0, false
		}
		switch {
		case dismissed(words, i):
			for j := begun; j < i; j++ {
				out[j] = true
			}
			left = 0
			continue
		case refused && w.text == "without": // can't launch without a test
			left = 0
			continue
		case w.text == "cant" || w.text == "cannot" || w.text == "couldnt":
			refused = true
		}
		if denies(words, i) {
			left, refused = reach, true
			continue
		}
		if left > 0 {
			out[i] = true
			if !isFunctionWord(w.text) {
				left--
			}
		}
	}
	return out
}

// lists says whether the clause at i goes on with a list of short items that an "or" closes: "no index, ranker or cache".
func lists(words []word, i int) bool {
	const longest, item = 12, 4 // words
	for j, long := i, 0; j < len(words) && j < i+longest && words[j].sentence == words[i].sentence; j++ {
		switch words[j].text {
		case "or", "nor":
			return true
		case "i", "we", "you", "it", "they", "use", "is", "are":
			return false
		}
		if long++; long == item {
			return false
		}
		if words[j].ends {
			long = 0
		}
	}
	return false
}

// dismissed says whether the clause up to i is what is waved away: "NDCG isn't needed", "an index is overkill".
func dismissed(words []word, i int) bool {
	if i == 0 || words[i-1].sentence != words[i].sentence || words[i-1].ends {
		return false
	}
	before := words[i-1].text
	switch words[i].text {
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

// denies says whether the word at i begins a negation.
func denies(words []word, i int) bool {
	next := func() string {
		if i+1 < len(words) && words[i+1].sentence == words[i].sentence {
			return words[i+1].text
		}
		return ""
	}
	switch words[i].text {
	case "no", "not", "never", "without", "neither", "nor",
		"dont", "doesnt", "didnt", "wont", "wouldnt", "shouldnt", "isnt", "arent", "wasnt", "werent", "neednt", "havent", "hasnt":
		return !upholds(next())
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

// upholds says that a negation followed by this word denies nothing that comes after.
func upholds(next string) bool {
	switch next {
	case "only", "just", "merely", "simply", "solely", "more", "less", "later", "longer", "fewer", "worse", "lower", "higher",
		"slower", "larger", "bigger", "matter", "doubt", "sure", "until", "unlike", "forget", "skip", "ignore", "neglect", "omit",
		"miss", "underestimate", "drop", "lose":
		return true
	}
	return false
}

// turns says whether the clause turns at i: "not clicks but purchases", "no index and we scan".
func turns(words []word, i int) bool {
	switch words[i].text {
	case "but", "because", "however", "though", "although", "since", "so", "while", "whereas", "unless", "until", "then", "when", "if", "which", "who":
		return true
	case "and":
		if i+1 >= len(words) {
			return true
		}
		switch words[i+1].text {
		case "i", "we", "you", "it", "they", "then", "so", "instead", "use", "that", "this", "he", "she":
			return true
		}
	}
	return false
}

// isFunctionWord says whether a word carries grammar and no content.
func isFunctionWord(w string) bool {
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
