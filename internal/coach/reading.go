package coach

import (
	"slices"

	"dryrun/internal/coach/words"
)

// reading is a candidate's answer, read once for all criteria.
type reading struct {
	*words.Text
	sentences []sentence
	rejected  []bool // by word: what the answer denies, leaves out or calls wrong; wider than Negated
	list      bool   // the answer is a list of words and claims nothing
	elsewhere bool   // it speaks of something else
	denial    bool   // it says what isn't needed, sentence by sentence, and hardly what is
}

// sentence is a sentence or bullet of the answer.
type sentence struct {
	words.Span
	claim  words.Claim
	known  float64 // share of its words in runs that the candidate has read
	copied bool    // mostly words that the candidate has read: in the prompt, a hint, a fact or the reference
}

// own reports whether the sentence can earn anything.
func (s sentence) own() bool { return !s.copied && s.claim > words.NoClaim }

// copiedRun is how many consecutive words make a copy, if such runs make up copiedShare of a sentence. A phrase such as "recall
// against an exact scan" is everybody's, but most of a sentence isn't.
const (
	copiedRun   = 4
	copiedShare = 0.6
)

// Where half of the words of an answer are in copied sentences, the rest is likely to be copied with changes, so less makes a copy.
const (
	copiedAnswer = 0.5
	changedShare = 0.3
)

type run [copiedRun]words.Stem

// runs are the runs of copiedRun words of the texts that a candidate has read, compared by stem.
type runs map[run]struct{}

func (r runs) add(v *words.Vocabulary, text string) {
	stems := v.Stems(text)
	for i := 0; i+copiedRun <= len(stems); i++ {
		r[run(stems[i:])] = struct{}{}
	}
}

// read reads an answer. known are the runs of words that don't count as the candidate's own.
func read(v *words.Vocabulary, text string, known ...runs) *reading {
	r := &reading{Text: v.Read(text)}
	r.rejected = words.Rejected(r.Text)
	copied := r.copied(known)
	total, claimed, grammar, taken := 0, 0, 0, 0
	for _, span := range r.Sentences() {
		s := sentence{Span: span, claim: words.ClaimOf(r.Text, span)}
		copies := 0
		for i := span.From; i < span.To; i++ {
			if copied[i] {
				copies++
			}
			if words.IsFunctionWord(r.Words[i].Text) {
				grammar++
			}
		}
		n := span.To - span.From
		s.known = float64(copies) / float64(n)
		if s.copied = s.known >= copiedShare; s.copied {
			taken += n
		}
		if total += n; s.claim == words.FullClaim {
			claimed += n
		}
		r.sentences = append(r.sentences, s)
	}
	for i := range r.sentences {
		s := &r.sentences[i]
		s.copied = s.copied || s.known >= changedShare && float64(taken) >= copiedAnswer*float64(total)
	}
	r.list = isList(total, claimed, grammar)
	r.denial = isDenial(r.Text)
	return r
}

// isDenial reports whether most of an answer denies without a reason, and much of it calls things needless. An answer that earns
// its marks by what it leaves out gives reasons: those people wrote have at most 0.45 of such sentences, plain denials at least half.
func isDenial(t *words.Text) bool {
	const leastSentences, leastDenied, leastDismissed = 4, 0.5, 0.3
	denied, dismissed := 0, 0
	sentences := t.Sentences()
	for _, s := range sentences {
		if words.OnlyDenies(t, s) {
			denied++
		}
		if words.Dismisses(t, s) {
			dismissed++
		}
	}
	n := float64(len(sentences))
	return n >= leastSentences && float64(denied) >= leastDenied*n && float64(dismissed) >= leastDismissed*n
}

// isList reports whether a text lists words instead of claiming something: few of its words are in claims, or it has hardly any
// grammar and hardly any claims.
func isList(total, claimed, grammar int) bool {
	const (
		leastClaimed = 0.3
		leastGrammar = 0.1
		terseClaimed = 0.6 // a terse answer in arrows and figures has little grammar, but nearly every line of it claims something
	)
	share := func(n int) float64 { return float64(n) / float64(max(total, 1)) }
	return share(claimed) < leastClaimed || share(grammar) < leastGrammar && share(claimed) < terseClaimed
}

// copied says which words are in a run that the candidate has read.
func (r *reading) copied(known []runs) []bool {
	out := make([]bool, len(r.Words))
	for i := 0; i+copiedRun <= len(r.Stems); i++ {
		key := run(r.Stems[i:])
		if slices.ContainsFunc(known, func(k runs) bool { _, ok := k[key]; return ok }) {
			for j := i; j < i+copiedRun; j++ {
				out[j] = true
			}
		}
	}
	return out
}

// sentenceAt returns the index of the sentence that word i is in.
func (r *reading) sentenceAt(i int) int { return r.Words[i].Sentence - r.Words[0].Sentence }
