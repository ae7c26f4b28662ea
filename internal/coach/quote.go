package coach

import (
	"strings"
	"unicode/utf8"
)

// A quote shows a few words on both sides of each hit, and elides what is between two hits that are far apart.
const (
	contextWords = 3 // on each side of a hit
	minElided    = 6 // words; a shorter gap is quoted
	maxQuotes    = 3
)

// quotes returns the candidate's words around the hits: a quote for each sentence, of whole words, with gaps as "…".
func (a *answer) quotes(hits []hit) []string {
	var out []string
	for i := 0; i < len(hits) && len(out) < maxQuotes; {
		j := i + 1
		for j < len(hits) && hits[j].sentence == hits[i].sentence {
			j++
		}
		out = append(out, a.quote(hits[i:j]))
		i = j
	}
	return out
}

// quote quotes the words around the hits of one sentence.
func (a *answer) quote(hits []hit) string {
	first, last := a.sentenceOf(hits[0].from)
	type span struct{ from, to int }
	var spans []span
	for _, h := range hits {
		s := span{max(h.from-contextWords, first), min(h.to+contextWords, last)}
		if n := len(spans); n > 0 && s.from-spans[n-1].to < minElided {
			spans[n-1].to = max(spans[n-1].to, s.to)
			continue
		}
		spans = append(spans, s)
	}
	var b strings.Builder
	for i, s := range spans {
		switch {
		case i > 0:
			b.WriteString(" … ")
		case s.from > first:
			b.WriteString("… ")
		}
		b.WriteString(a.between(s.from, s.to))
	}
	if spans[len(spans)-1].to < last {
		b.WriteString(" …")
	}
	return b.String()
}

// sentenceOf returns the word range (to exclusive) of the sentence that word i is in.
func (a *answer) sentenceOf(i int) (from, to int) {
	from, to = i, i+1
	for from > 0 && a.Words[from-1].Sentence == a.Words[i].Sentence {
		from--
	}
	for to < len(a.Words) && a.Words[to].Sentence == a.Words[i].Sentence {
		to++
	}
	return from, to
}

// longestQuote is where a quote is cut, in bytes: words joined without spaces can be any length.
const longestQuote = 400

// between returns the text of words from..to, with whitespace collapsed.
func (a *answer) between(from, to int) string {
	start, end := a.Words[from].From, a.Words[to-1].To
	for start > 0 && !isSpace(a.Source[start-1]) { // NDCG@20 whole
		start--
	}
	for end < len(a.Source) && !isSpace(a.Source[end]) {
		end++
	}
	text := strings.TrimRight(a.Source[start:end], ",;:")
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
