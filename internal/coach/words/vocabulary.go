package words

import (
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// Stem is the number of a stem in a vocabulary. Equal stems have equal numbers; the numbers mean nothing else.
type Stem int32

// maxWords bounds a vocabulary that untrusted text fills. A case and its answers have about 3,000 words.
const maxWords = 1 << 15

// longestWord is where a word is cut, in bytes, so that garbage can't fill the memory.
const longestWord = 64

// Vocabulary numbers the stems of words, and caches the stem of each word because stemming is slow.
type Vocabulary struct {
	words    map[string]Stem
	stems    map[string]Stem
	env      *snowballstem.Env
	synonyms []synonyms // compiled from abbreviations
}

// NewVocabulary returns a vocabulary that knows the field's abbreviations and no other word yet.
func NewVocabulary() *Vocabulary {
	v := &Vocabulary{
		words: make(map[string]Stem, 2048),
		stems: make(map[string]Stem, 2048),
		env:   snowballstem.NewEnv(""),
	}
	v.synonyms = v.compileAbbreviations()
	return v
}

// Full reports whether untrusted text has filled the vocabulary, so that it should be replaced.
func (v *Vocabulary) Full() bool { return len(v.words) > maxWords }

// Stem returns the stem of a word in lower case.
func (v *Vocabulary) Stem(word string) Stem {
	if len(word) > longestWord {
		word = strings.ToValidUTF8(word[:longestWord], "")
	}
	if s, ok := v.words[word]; ok {
		return s
	}
	base := v.base(word)
	s, ok := v.stems[base]
	if !ok {
		s = Stem(len(v.stems) + 1)
		v.stems[strings.Clone(base)] = s
	}
	v.words[strings.Clone(word)] = s
	return s
}

// base is the stem as text. British and American spellings give the same stem, and so do a number word and its digits.
func (v *Vocabulary) base(word string) string {
	if digit, ok := numberWord(word); ok {
		return digit
	}
	if len(word) >= 6 { // before stemming: English stems -ize and not -ise
		for _, end := range []string{"ise", "ised", "ises", "iser", "ising", "isation", "isations"} {
			if rest, ok := strings.CutSuffix(word, end); ok {
				word = rest + "iz" + end[2:]
				break
			}
		}
	}
	v.env.SetCurrent(word)
	english.Stem(v.env)
	base := v.env.Current()
	switch {
	case len(base) >= 5 && strings.HasSuffix(base, "our"): // colour, neighbour
		return base[:len(base)-3] + "or"
	case strings.HasSuffix(base, "ogu"): // catalogue
		return base[:len(base)-1]
	case strings.HasSuffix(base, "dgement"): // judgement
		return base[:len(base)-5] + "ment"
	}
	return base
}

// numberWord returns the digits of a number word from one to ten.
func numberWord(word string) (string, bool) {
	switch word {
	case "one":
		return "1", true
	case "two":
		return "2", true
	case "three":
		return "3", true
	case "four":
		return "4", true
	case "five":
		return "5", true
	case "six":
		return "6", true
	case "seven":
		return "7", true
	case "eight":
		return "8", true
	case "nine":
		return "9", true
	case "ten":
		return "10", true
	}
	return "", false
}
