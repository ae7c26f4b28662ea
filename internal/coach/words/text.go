package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Word is one word of a text, in lower case, with its byte range and the sentence or bullet that it is in.
type Word struct {
	Text       string
	From, To   int
	Sentence   int
	Capital    bool // written in capitals only
	EndsClause bool // a comma, semicolon, colon, dash or bracket follows
}

// longestSentence is in words: an answer without periods must not count as one sentence.
const longestSentence = 60

// Split splits a text into words and assigns them to sentences or bullets. Hyphens, slashes and @ separate words
// ("look-alike", "a/b", "recall@k"), so that a phrase matches however it is joined. 300,000 is one word, 20k is 20000, 100ms is 100 and ms,
// 200M is 200 and million. A line break ends a sentence only before a bullet or a blank line, since answers are wrapped.
func Split(text string) []Word {
	t := tokenizer{text: text, words: make([]Word, 0, len(text)/5+1)}
	for t.at < len(text) {
		r, size := utf8.DecodeRuneInString(text[t.at:])
		switch {
		case r >= '0' && r <= '9' && t.numbersPoint():
			t.at += len(text[t.at:]) - len(strings.TrimLeft(text[t.at:], "0123456789")) + 1
		case r >= '0' && r <= '9':
			t.number()
		case unicode.IsLetter(r):
			t.letters()
		case r == '%':
			t.add("percent", t.at, t.at+1)
			t.at++
		default:
			t.separator(r, size)
			t.at += size
		}
	}
	return t.words
}

type tokenizer struct {
	text     string
	at       int
	words    []Word
	sentence int
	start    int // index of the first word of the current sentence
}

func (t *tokenizer) add(lower string, from, to int) {
	if len(t.words)-t.start >= longestSentence {
		t.endSentence()
	}
	t.words = append(t.words, Word{Text: lower, From: from, To: to, Sentence: t.sentence})
}

// endSentence starts the next sentence, unless the current one is empty.
func (t *tokenizer) endSentence() {
	if len(t.words) > t.start {
		t.sentence++
		t.start = len(t.words)
	}
}

// separator ends the sentence or clause if a character between words does.
func (t *tokenizer) separator(r rune, size int) {
	rest := t.text[t.at+size:]
	switch r {
	case '.', '!', '?':
		if (rest == "" || !isWordRune(rest)) && !t.afterShortForm() {
			t.endSentence()
		}
	case '\n':
		if startsBlock(rest) {
			t.endSentence()
		}
	case ',', ';', ':', '(', ')', '[', ']', '–', '—', '"', '“', '”':
		t.endClause()
	case '-':
		if rest == "" || rest[0] == ' ' {
			t.endClause()
		}
	}
}

func (t *tokenizer) endClause() {
	if len(t.words) > t.start {
		t.words[len(t.words)-1].EndsClause = true
	}
}

// afterShortForm reports whether the period belongs to a short form such as e.g., i.e. or vs.
func (t *tokenizer) afterShortForm() bool {
	if len(t.words) == 0 || t.text[t.at] != '.' {
		return false
	}
	last := t.words[len(t.words)-1]
	if last.To != t.at {
		return false
	}
	switch last.Text {
	case "e", "g", "i", "vs", "approx", "eg", "ie", "fig", "resp":
		return true
	}
	return false
}

// startsBlock reports whether a line starts a bullet, a numbered point or a new paragraph.
func startsBlock(line string) bool {
	line = strings.TrimLeft(line, " \t")
	if line == "" || line[0] == '\n' || line[0] == '\r' {
		return true
	}
	for _, bullet := range []string{"- ", "* ", "+ ", "• ", "– ", "#", ">"} {
		if strings.HasPrefix(line, bullet) {
			return true
		}
	}
	return isNumbering(line)
}

// isNumbering reports whether a line starts with the number of a point: "1. " or "2) ".
func isNumbering(line string) bool {
	rest := strings.TrimLeft(line, "0123456789")
	return len(rest) < len(line) && (strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, ") "))
}

// numbersPoint reports whether the number here is the number of a point: it isn't a word of the text.
func (t *tokenizer) numbersPoint() bool {
	before := strings.TrimRight(t.text[:t.at], " \t")
	return (before == "" || strings.HasSuffix(before, "\n")) && isNumbering(t.text[t.at:])
}

func isWordRune(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// number reads 300,000, 0.98, 20k, 200M, 100ms, 99th.
func (t *tokenizer) number() {
	from := t.at
	digits := make([]byte, 0, 16)
	for t.at < len(t.text) {
		c := t.text[t.at]
		switch {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case c == ',' && isThousands(t.text[t.at+1:]):
		case c == '.' && t.at+1 < len(t.text) && t.text[t.at+1] >= '0' && t.text[t.at+1] <= '9':
			digits = append(digits, c)
		default:
			goto done
		}
		t.at++
	}
done:
	end := t.at
	for t.at < len(t.text) && isASCIILetter(t.text[t.at]) {
		t.at++
	}
	unit := strings.ToLower(t.text[end:t.at])
	number := string(digits)
	switch unit {
	case "":
		t.add(number, from, end)
	case "k":
		t.add(thousands(number), from, t.at)
	case "m", "mn", "mio":
		t.add(number, from, t.at)
		t.add("million", from, t.at)
	case "b", "bn":
		t.add(number, from, t.at)
		t.add("billion", from, t.at)
	case "st", "nd", "rd", "th":
		t.add(number+unit, from, t.at)
	default:
		t.add(number, from, end)
		t.add(unit, end, t.at)
	}
}

// isThousands reports whether exactly three digits follow: 300,000 is one number, 1, 2 and 1,2 are two.
func isThousands(s string) bool {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n == 3
}

// thousands multiplies a decimal number by 1,000 as text.
func thousands(number string) string {
	whole, part, _ := strings.Cut(number, ".")
	return strings.TrimLeft(whole+(part + "000")[:3], "0")
}

func isASCIILetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// letters reads a word that starts with a letter: p99, bm25, don't. The part after an apostrophe is dropped, except in n't,
// which is a negation.
func (t *tokenizer) letters() {
	from, capital := t.at, true
	for t.at < len(t.text) {
		r, size := utf8.DecodeRuneInString(t.text[t.at:])
		if (r == '\'' || r == '’') && t.at+size < len(t.text) && isWordRune(t.text[t.at+size:]) {
			t.at += size
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) {
			break
		}
		capital = capital && !unicode.IsLower(r)
		t.at += size
	}
	lower := strings.ToLower(t.text[from:t.at])
	if strings.ContainsRune(lower, '’') {
		lower = strings.ReplaceAll(lower, "’", "'")
	}
	if before, after, found := strings.Cut(lower, "'"); found {
		if after == "t" && strings.HasSuffix(before, "n") {
			lower = before + "t"
		} else {
			lower = before
		}
	}
	if lower == "" {
		return
	}
	t.add(lower, from, t.at)
	t.words[len(t.words)-1].Capital = capital
}
