// Package words reads a text as the coach and the interviewer do: words and sentences, stems that are equal for American and
// British spellings and for a number however it is written, the field's abbreviations, and which words a text negates.
package words

import "slices"

// Text is a text split into words, with the stem of each word and whether the text negates it.
type Text struct {
	Source  string
	Words   []Word
	Stems   []Stem
	Negated []bool
	at      map[Stem][]int32 // positions of each stem, ascending
}

// Read splits a text into words.
func (v *Vocabulary) Read(text string) *Text {
	t := &Text{Source: text, Words: Split(text)}
	t.Stems = make([]Stem, len(t.Words))
	t.at = make(map[Stem][]int32, len(t.Words))
	for i, w := range t.Words {
		s := v.Stem(w.Text)
		t.Stems[i] = s
		t.at[s] = append(t.at[s], int32(i))
	}
	t.Negated = Negated(t.Words)
	return t
}

// Has reports whether a stem occurs in the text.
func (t *Text) Has(s Stem) bool { return len(t.at[s]) > 0 }

// Span is the words From..To (exclusive) of a text.
type Span struct{ From, To int }

// Sentences returns the words of each sentence or bullet, in order.
func (t *Text) Sentences() []Span {
	var out []Span
	for i := range t.Words {
		if i == 0 || t.Words[i-1].Sentence != t.Words[i].Sentence {
			out = append(out, Span{i, i})
		}
		out[len(out)-1].To = i + 1
	}
	return out
}

// SentenceTexts returns the source of each sentence or bullet, without the marks around it.
func (t *Text) SentenceTexts() []string {
	var out []string
	for _, s := range t.Sentences() {
		out = append(out, t.Source[t.Words[s.From].From:t.Words[s.To-1].To])
	}
	return out
}

// Find returns the places where a form occurs within one sentence.
func (t *Text) Find(f Form) []Span {
	var out []Span
	for _, at := range t.at[f.Stems[0]] {
		from, to := int(at), int(at)+len(f.Stems)
		if to > len(t.Stems) || t.Words[to-1].Sentence != t.Words[from].Sentence || !slices.Equal(t.Stems[from:to], f.Stems) {
			continue
		}
		if f.Capitals && !t.Words[from].Capital {
			continue
		}
		out = append(out, Span{from, to})
	}
	return out
}

// Group is one group of evidence: any of its forms meets it.
type Group struct {
	Forms []Form
	Names []string // the alternatives as the case writes them, for notes
}

// Groups compiles groups of alternatives, with abbreviations and long forms added to each alternative.
func (v *Vocabulary) Groups(evidence [][]string) []Group {
	out := make([]Group, len(evidence))
	for i, alternatives := range evidence {
		g := Group{Names: alternatives}
		for _, alternative := range alternatives {
			if stems := v.Stems(alternative); len(stems) > 0 {
				g.Forms = v.expand(append(g.Forms, Form{Stems: stems}), stems)
			}
		}
		out[i] = g
	}
	return out
}

// expand adds the forms of phrase in which an abbreviation is replaced by its long form, or the other way round.
func (v *Vocabulary) expand(into []Form, phrase []Stem) []Form {
	for _, s := range v.synonyms {
		for i, has := range s {
			at := indexOf(phrase, has.Stems)
			if at < 0 {
				continue
			}
			for j, other := range s {
				if j == i {
					continue
				}
				replaced := slices.Concat(phrase[:at], other.Stems, phrase[at+len(has.Stems):])
				into = append(into, Form{Stems: replaced, Capitals: other.Capitals && len(replaced) == len(other.Stems)})
			}
			break
		}
	}
	return into
}

func indexOf(in, part []Stem) int {
	for i := 0; i+len(part) <= len(in); i++ {
		if slices.Equal(in[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

// IsNegator reports whether a stem is a negation by itself.
func (v *Vocabulary) IsNegator(s Stem) bool {
	for _, w := range []string{"no", "not", "never", "without", "nor", "dont", "doesnt", "wont", "cant", "cannot"} {
		if v.Stem(w) == s {
			return true
		}
	}
	return false
}
