package draw

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks text at words into lines of at most w cells, and words that are longer than w anywhere. A number stays
// whole: ansi.Wrap breaks after any hyphen, and a minus is one to it.
func Wrap(s string, w int) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return strings.Split(breakable(ansi.Wrap(unbreakable(strings.TrimSpace(s)), max(w, 1), "")), "\n")
}

func wrap(s string, w int) []string { return Wrap(s, w) }

// noBreak is a hyphen as wide as "-" at which ansi.Wrap doesn't break.
const noBreak = "\u2011"

// unbreakable keeps a hyphen to what follows it where it isn't between the parts of a word: a minus, a range of numbers,
// a flag.
func unbreakable(s string) string {
	if !strings.Contains(s, "-") {
		return s
	}
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		inWord := i > 0 && (unicode.IsLetter(runes[i-1]) || unicode.IsDigit(runes[i-1]))
		beforeNumber := i+1 < len(runes) && (unicode.IsDigit(runes[i+1]) || runes[i+1] == '.')
		if r == '-' && (beforeNumber || !inWord) {
			b.WriteString(noBreak)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// numbersUnbreakable keeps numbers whole in Markdown, where a hyphen on its own begins a list and the renderer
// breaks after any sign: each sign inside a number is replaced by a private-use character while it renders.
func numbersUnbreakable(s string) string {
	return inNumber.ReplaceAllStringFunc(s, hideSigns.Replace)
}

var (
	inNumber     = regexp.MustCompile(`[-+]?[0-9]+([.,][0-9]+)*`)
	hideSigns    = strings.NewReplacer("-", "\uf8f0", "+", "\uf8f1", ".", "\uf8f2", ",", "\uf8f3")
	restoreSigns = strings.NewReplacer("\uf8f0", "-", "\uf8f1", "+", "\uf8f2", ".", "\uf8f3", ",")
)

func breakable(s string) string { return strings.ReplaceAll(s, noBreak, "-") }
