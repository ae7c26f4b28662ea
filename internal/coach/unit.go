package coach

import (
	"dryrun/internal/coach/meaning"
	"dryrun/internal/coach/words"
)

// unit is a piece of the answer that is compared with statements: a sentence, two adjacent ones, or a clause of a long one.
type unit struct {
	words.Span
	first, last int // sentences
	bag         bag
	vector      []float32
}

// longSentence is in words: longer ones are also compared clause by clause.
const longSentence = 18

// shortestClause is in words.
const shortestClause = 6

// units returns the pieces of the sentences that can earn something.
func (rub *rubric) units(r *reading) []unit {
	var out []unit
	add := func(span words.Span, first, last int) {
		text := r.Source[r.Words[span.From].From:r.Words[span.To-1].To]
		out = append(out, unit{
			Span: span, first: first, last: last,
			bag: rub.bag(r.Text, r.rejected, span), vector: meaning.Default().Sentence(text),
		})
	}
	for i, s := range r.sentences {
		if !s.own() {
			continue
		}
		add(s.Span, i, i)
		if i+1 < len(r.sentences) && r.sentences[i+1].own() {
			add(words.Span{From: s.From, To: r.sentences[i+1].To}, i, i+1)
		}
		if s.To-s.From <= longSentence {
			continue
		}
		from := s.From
		for j := s.From; j < s.To; j++ {
			if (r.Words[j].EndsClause || j == s.To-1) && j+1-from >= shortestClause {
				add(words.Span{From: from, To: j + 1}, i, i)
				from = j + 1
			}
		}
	}
	return out
}
