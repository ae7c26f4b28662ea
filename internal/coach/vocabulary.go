package coach

import (
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// stem is the number of a stem in a vocabulary. Equal stems have equal numbers; nothing else is said by a number.
type stem int32

// maxVocabulary bounds a vocabulary that strangers feed. A case and its answers have about three thousand words.
const maxVocabulary = 1 << 15

// longestWord is where a word is cut, in bytes: what is longer is nobody's word, and must not fill the memory.
const longestWord = 64

// vocabulary numbers the stems of words, and remembers words, since stemming is what costs.
type vocabulary struct {
	words map[string]stem
	stems map[string]stem
	env   *snowballstem.Env
	forms []equal // the field's abbreviations, compiled
}

func newVocabulary() *vocabulary {
	v := &vocabulary{
		words: make(map[string]stem, 2048),
		stems: make(map[string]stem, 2048),
		env:   snowballstem.NewEnv(""),
	}
	v.forms = v.compileAbbreviations()
	return v
}

// of returns the stem of a word in lower case.
func (v *vocabulary) of(word string) stem {
	if len(word) > longestWord {
		word = strings.ToValidUTF8(word[:longestWord], "")
	}
	if s, ok := v.words[word]; ok {
		return s
	}
	base := v.base(word)
	s, ok := v.stems[base]
	if !ok {
		s = stem(len(v.stems) + 1)
		v.stems[strings.Clone(base)] = s
	}
	v.words[strings.Clone(word)] = s
	return s
}

// base is the stem as text: British and American spelling and number words first made one.
func (v *vocabulary) base(word string) string {
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

// numberWord returns the digits of a small number that is written out.
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
