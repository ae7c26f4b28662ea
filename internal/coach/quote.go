package coach

import (
	"strings"
	"unicode/utf8"
)

// A quote shows a few words on both sides of what was found, and leaves out the middle where that would be long.
const (
	around     = 3 // words on each side
	gap        = 6 // words left out at least, where words are left out
	mostQuotes = 3
)

// quotes returns the candidate's own spans that the hits stand in: one for each sentence, whole words, gaps as "…".
func (a *answer) quotes(hits []hit) []string {
	var out []string
	for i := 0; i < len(hits) && len(out) < mostQuotes; {
		j := i + 1
		for j < len(hits) && hits[j].sentence == hits[i].sentence {
			j++
		}
		out = append(out, a.quote(hits[i:j]))
		i = j
	}
	return out
}

// quote joins the neighbourhoods of hits of one sentence.
func (a *answer) quote(hits []hit) string {
	first, last := a.sentenceOf(hits[0].from)
	type span struct{ from, to int }
	var spans []span
	for _, h := range hits {
		s := span{max(h.from-around, first), min(h.to+around, last)}
		if n := len(spans); n > 0 && s.from-spans[n-1].to < gap {
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

// sentenceOf returns the words of the sentence that word i is in, the last excluded.
func (a *answer) sentenceOf(i int) (from, to int) {
	from, to = i, i+1
	for from > 0 && a.words[from-1].sentence == a.words[i].sentence {
		from--
	}
	for to < len(a.words) && a.words[to].sentence == a.words[i].sentence {
		to++
	}
	return from, to
}

// longestQuote cuts a span of words without spaces between them, in bytes.
const longestQuote = 400

// between returns the text of words from..to, white space as single spaces.
func (a *answer) between(from, to int) string {
	start, end := a.words[from].from, a.words[to-1].to
	for start > 0 && !isSpace(a.text[start-1]) { // NDCG@20 whole
		start--
	}
	for end < len(a.text) && !isSpace(a.text[end]) {
		end++
	}
	text := strings.TrimRight(a.text[start:end], ",;:")
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
