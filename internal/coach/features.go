package coach

import (
	"slices"

	"dryrun/internal/coach/words"
)

// The features of an answer for one criterion, which the model weighs. Each is between -1 and 1. The nearest piece is the piece
// of the answer that comes nearest to a statement that would earn the criterion.
const (
	fGroups   = iota // share of the evidence groups that adjacent sentences meet
	fDenied          // 1 where a group is met only in words that the answer denies
	fWords           // cosine of the words of the nearest piece and its statement
	fMeaning         // cosine of their meaning
	fMean            // mean nearness over all statements, each with the piece nearest to it
	fSupport         // how many sentences come near to a statement: 0, 0.5 or 1
	fAnyWrong        // nearness of the nearest piece to its statement, minus its nearness to any wrong claim of the step
	fSentence        // the same, with all of the piece's sentences for the wrong claims
	fWrongs          // cosine of the words with the nearest claim against the criterion
	fRefutes         // how far the answer denies the words of such a claim
	fDismiss         // 1 where the sentences of the nearest piece call something needless
	fTone            // of the whole answer: how much nearer its sentences come to statements than to wrong claims, on average
	fBare            // 1 where those sentences only deny something, without a reason or what is done instead, and the statement doesn't
	featureCount
)

// FeatureNames are the names of the features, in order.
func FeatureNames() []string {
	return []string{
		"groups", "denied", "words", "meaning", "mean", "support", "any-wrong", "sentence", "wrongs", "refutes", "dismiss", "tone", "bare",
	}
}

// nearEnough is the nearness from which a sentence supports a criterion.
const nearEnough = 0.8

func (rub *rubric) features(r *answerRead, n int, s *sense, against []statement) [featureCount]float64 {
	c, units := &rub.criteria[n], r.units
	var f [featureCount]float64
	f[fGroups] = s.groups.share(len(c.groups))
	if len(s.denied) > 0 && s.groups.count < len(c.groups) {
		f[fDenied] = 1
	}
	f[fWrongs] = s.wrong.words
	f[fTone] = r.tone
	for i := range c.says {
		f[fMean] += nearest(units, c.says[i:i+1]).score() / float64(2*len(c.says))
	}
	for i := range units {
		for j := range against {
			near := compare(&units[i], &against[j])
			f[fRefutes] = max(f[fRefutes], near.words*near.opposed)
		}
		if units[i].first == units[i].last && nearest(units[i:i+1], c.says).score() > nearEnough {
			f[fSupport] = min(f[fSupport]+0.5, 1)
		}
	}
	if s.near.unit < 0 {
		return f
	}
	u := units[s.near.unit]
	f[fWords], f[fMeaning] = s.near.words, s.near.meaning
	whole := words.Span{From: r.sentences[u.first].From, To: r.sentences[u.last].To}
	inside := slices.DeleteFunc(slices.Clone(units), func(x unit) bool { return x.From < whole.From || x.To > whole.To })
	wrongs := rub.wrongStatements()
	f[fAnyWrong] = s.near.score()/2 - nearest([]unit{u}, wrongs).score()/2
	f[fSentence] = s.near.score()/2 - nearest(inside, wrongs).score()/2
	if words.Dismisses(r.Text, whole) {
		f[fDismiss] = 1
	}
	st := &c.says[s.near.which]
	if !c.Omits && words.OnlyDenies(r.Text, whole) && !words.OnlyDenies(st.Text, words.Span{To: len(st.Words)}) {
		f[fBare] = 1
	}
	return f
}

func (rub *rubric) wrongStatements() []statement {
	out := make([]statement, len(rub.wrongs))
	for i := range rub.wrongs {
		out[i] = rub.wrongs[i].says
	}
	return out
}

// tone is how much nearer the sentences of an answer come to the statements that earn the step's criteria than to its wrong
// claims, on average: whoever makes several wrong claims is likely to have meant the next one too.
func (rub *rubric) tone(units []unit) float64 {
	wrongs := rub.wrongStatements()
	sum, n := 0.0, 0
	for i := range units {
		if units[i].first != units[i].last || len(wrongs) == 0 {
			continue
		}
		best := 0.0
		for j := range rub.criteria {
			best = max(best, nearest(units[i:i+1], rub.criteria[j].says).score())
		}
		sum += float64(best/2) - float64(nearest(units[i:i+1], wrongs).score()/2)
		n++
	}
	return sum / float64(max(n, 1))
}
