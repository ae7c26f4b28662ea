package coach

import (
	"strings"
	"unicode/utf8"

	"dryrun/internal/coach/words"
)

// longestQuote is where a quote is cut, in bytes: words joined without spaces can be any length.
const longestQuote = 400

// Sentences splits a text into the sentences and bullets that a judgment quotes, each on one line.
func Sentences(text string) []string {
	r := words.NewVocabulary().Read(text)
	var out []string
	for _, s := range r.Sentences() {
		start, end := bounds(r, s)
		out = append(out, strings.Join(strings.Fields(r.Source[start:end]), " "))
	}
	return out
}

// bounds is where the words of a sentence begin and end in its text, with the signs that are joined to them.
func bounds(r *words.Text, s words.Span) (start, end int) {
	start, end = r.Words[s.From].From, r.Words[s.To-1].To
	for start > 0 && !isSpace(r.Source[start-1]) { // NDCG@20 whole
		start--
	}
	for end < len(r.Source) && !isSpace(r.Source[end]) {
		end++
	}
	return start, end
}

// quote returns a sentence in the candidate's words, with whitespace collapsed.
func (r *reading) quote(sentence int) string {
	s := r.sentences[sentence]
	start, end := bounds(r.Text, s.Span)
	text := strings.TrimRight(r.Source[start:end], ",;:")
	if len(text) > longestQuote {
		cut := longestQuote
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return strings.Join(strings.Fields(text), " ")
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
