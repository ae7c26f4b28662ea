// Package interview answers a candidate's clarifying questions from what a case knows, in two stages.
//
// Stage one reads the question: words that nobody knows are taken for typos of words that the case or the field has, and what is
// left is compared with each fact and each part of the brief: shared words by how rare they are in the case and by how few facts
// use them, concepts of the field ("traffic", "load" and "QPS" are one), the nearest way to ask that the case lists, the groups
// of its asks, and the cosine of package meaning. A refusal is compared too: with questions that interviewers mostly can't answer
// (unanswerable.txt). Stage two decides by a margin: one clear fact or part of the brief is the answer, two near facts are asked
// back, and all else is refused, since a wrong fact misleads and a refusal doesn't.
//
// weights.json says how much each comparison counts. It is fitted to questions that people wrote; see weights_test.go.
package interview

import (
	"slices"
	"strings"
	"sync"

	"dryrun/casestudies"
	"dryrun/internal/coach/words"
)

// Kind says what a response is.
type Kind string

// The kinds of responses.
const (
	Fact    Kind = "fact"
	Brief   Kind = "brief"
	AskBack Kind = "ask-back"
	Refusal Kind = "refusal"
)

// Response is what the interviewer answers to a question.
type Response struct {
	Kind  Kind
	Fact  string   // the id of a fact, released or not
	Facts []string // two ids that an ask-back asks about
	Text  string
}

// What the interviewer says where nothing answers the question.
const (
	noAnswer = "I have no answer to that. State an assumption if you need one."
	noNumber = "I have no number for that; state an assumption."
)

// Interviewer answers questions. The zero value is ready to use, and safe for concurrent use; sharing one saves compiling a case
// again. What it answers depends only on the arguments.
type Interviewer struct {
	mu      sync.Mutex
	lexicon *lexicon
	cases   map[*casestudies.Case]*index
}

// mostCases bounds the compiled cases.
const mostCases = 16

// Reply answers a clarifying question, or an assumption to confirm. Released are the facts that the candidate has. Pending are
// the facts of an ask-back that the question may answer, or none.
func (v *Interviewer) Reply(cs *casestudies.Case, released, pending []string, question string) Response {
	v.mu.Lock()
	defer v.mu.Unlock()
	ix := v.index(cs)
	if i := ix.chosen(pending, question); i >= 0 {
		return ix.answer(cs, released, i)
	}
	r := ix.reply(cs, released, question)
	if r.Kind == Fact && !slices.Contains(released, r.Fact) {
		return r
	}
	for _, part := range parts(question) { // the other half of two questions in one
		other := ix.reply(cs, released, part)
		fresh := other.Kind == Fact && !slices.Contains(released, other.Fact)
		if fresh || r.Kind == Refusal && other.Kind != Refusal {
			r = other
		}
		if fresh || r.Kind == Refusal { // what the first half asks for is what counts
			break
		}
	}
	return r
}

// index returns the compiled case. A vocabulary that untrusted text has filled is replaced.
func (v *Interviewer) index(cs *casestudies.Case) *index {
	if v.lexicon == nil || v.lexicon.vocab.Full() {
		v.lexicon, v.cases = newLexicon(), nil
	}
	if ix := v.cases[cs]; ix != nil {
		return ix
	}
	if v.cases == nil || len(v.cases) >= mostCases {
		v.cases = map[*casestudies.Case]*index{}
	}
	ix := v.lexicon.index(cs)
	v.cases[cs] = ix
	return ix
}

// reply answers one question.
func (ix *index) reply(cs *casestudies.Case, released []string, question string) Response {
	question = ix.corrected(question)
	first, second := ix.decide(question)
	switch {
	case second >= 0:
		return Response{
			Kind: AskBack, Facts: []string{ix.targets[first].id, ix.targets[second].id},
			Text: "Which do you mean: " + ix.name(cs, first) + ", or " + ix.name(cs, second) + "?",
		}
	case first >= 0:
		return ix.answer(cs, released, first)
	case wantsNumber(question):
		return Response{Kind: Refusal, Text: noNumber}
	}
	return Response{Kind: Refusal, Text: noAnswer}
}

// answer is what the target i says.
func (ix *index) answer(cs *casestudies.Case, released []string, i int) Response {
	t := ix.targets[i]
	if t.brief {
		return Response{Kind: Brief, Text: strings.TrimSpace(cs.BriefParts[t.at].Says)}
	}
	f := cs.Facts[t.at]
	text := strings.TrimSpace(f.Answer)
	if slices.Contains(released, f.ID) {
		text = "As I said: " + text
	}
	return Response{Kind: Fact, Fact: f.ID, Text: text}
}

// name is how an ask-back names a target: the words of its id and a way to ask for it.
func (ix *index) name(cs *casestudies.Case, i int) string {
	f := cs.Facts[ix.targets[i].at]
	name := strings.ReplaceAll(f.ID, "-", " ")
	if len(f.Questions) > 0 {
		name += " (" + strings.TrimSpace(f.Questions[0]) + ")"
	}
	return name
}

// longestChoice is in words: a longer text is a question of its own and no answer to an ask-back.
const longestChoice = 8

// chosen returns which of the pending facts a text chooses ("the second", "traffic"), or -1.
func (ix *index) chosen(pending []string, text string) int {
	all := words.Split(text)
	if len(pending) == 0 || len(all) > longestChoice {
		return -1
	}
	var at []int
	for _, id := range pending {
		at = append(at, slices.IndexFunc(ix.targets, func(t target) bool { return !t.brief && t.id == id }))
	}
	if slices.Contains(at, -1) {
		return -1
	}
	for _, w := range all {
		switch w.Text {
		case "first", "1", "former", "1st", "a":
			if w.Text != "a" || len(all) == 1 {
				return at[0]
			}
		case "second", "2", "latter", "2nd", "last", "b":
			if w.Text != "second" || len(all) <= 3 {
				return at[len(at)-1]
			}
		case "both", "either":
			return at[0]
		}
	}
	tokens := ix.read(ix.corrected(text))
	best, most, next := -1, 0.0, 0.0
	for _, i := range at {
		t := &ix.targets[i]
		sum := 0.0
		for _, tok := range tokens {
			sum += ix.weight(tok) * t.match(tok)
			if slices.Contains(t.name, tok.stem) {
				sum++
			}
		}
		if sum > most {
			best, most, next = i, sum, most
		} else if sum > next {
			next = sum
		}
	}
	if most < 0.3 || most < 1.2*next {
		return -1
	}
	if first, _ := ix.decide(ix.corrected(text)); first >= 0 && !slices.Contains(at, first) {
		return -1 // it asks for something else
	}
	return best
}

// parts splits two questions in one. It returns none where there is only one.
func parts(text string) []string {
	all := words.Split(text)
	var out []string
	from := 0
	for i := 1; i < len(all); i++ {
		starts := all[i].Sentence != all[i-1].Sentence
		if (all[i-1].Text == "and" || all[i-1].Text == "or") && asksHere(all[i].Text) {
			starts = true
		}
		if starts {
			out = append(out, text[from:all[i].From])
			from = all[i].From
		}
	}
	if from == 0 {
		return nil
	}
	return append(out, text[from:])
}

// asksHere reports whether a question may start with the word.
func asksHere(word string) bool {
	switch word {
	case "how", "what", "which", "who", "when", "where", "whose", "do", "does", "did", "is", "are", "can", "should", "may", "will", "whats":
		return true
	}
	return false
}

// wantsNumber reports whether a question asks for a quantity.
func wantsNumber(question string) bool {
	if kindOf(question) == aCount {
		return true
	}
	for _, w := range words.Split(question) {
		switch w.Text {
		case "rate", "average", "share", "fraction", "budget", "percent", "often":
			return true
		}
	}
	return false
}
