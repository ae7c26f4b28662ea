package coach

import (
	"slices"

	"dryrun/internal/coach/words"
)

// The features of an answer for one criterion. Each is between -1 and 1.
const (
	fGroups  = iota // share of the evidence groups that some adjacent sentences meet
	fAll            // 1 where they meet all groups
	fWords          // cosine of the words with the nearest statement that would earn it
	fMeaning        // cosine of the meaning with the nearest such statement
	fMean           // mean over the statements of the cosine of meaning with the piece nearest to each
	fAbout          // cosine of the meaning with the criterion's text
	fWrongs         // cosine of the words with the nearest claim against the criterion
	fAgainst        // cosine of the meaning with the nearest such claim
	fMargin         // nearness of the nearest piece to its statement, minus its nearness to a claim against the criterion
	fOther          // the same, minus its nearness to statements of other criteria
	fOpposed        // share of the words shared with the nearest statement that one of the two denies
	fHit            // 1 where the evidence of a claim against the criterion is met
	fDenied         // 1 where the evidence is met only in words that the answer denies
	fClaim          // how much the nearest piece asserts: 0, 0.5 or 1
	featureCount
)

type features [featureCount]float64

func (rub *rubric) features(v *words.Vocabulary, r *answerRead, n int, s *sense, against []statement) features {
	c, units := &rub.criteria[n], r.units
	var f features
	f[fGroups] = s.groups.share(len(c.groups))
	if s.groups.count == len(c.groups) && len(c.groups) > 0 {
		f[fAll] = 1
	}
	if len(s.denied) > 0 && f[fAll] == 0 {
		f[fDenied] = 1
	}
	f[fAbout] = nearest(units, []statement{c.about}).meaning
	f[fWrongs], f[fAgainst] = s.wrong.words, s.wrong.meaning
	for i := range c.says {
		f[fMean] += nearest(units, c.says[i:i+1]).score() / float64(2*len(c.says))
	}
	if s.near.unit >= 0 {
		u := units[s.near.unit : s.near.unit+1]
		f[fWords], f[fMeaning], f[fOpposed] = s.near.words, s.near.meaning, s.near.opposed
		f[fMargin] = s.near.score()/2 - nearest(u, against).score()/2
		other := 0.0
		for i := range rub.criteria {
			if i != n {
				other = max(other, nearest(u, rub.criteria[i].says).score())
			}
		}
		f[fOther] = s.near.score()/2 - other/2
		f[fClaim] = float64(r.sentences[units[s.near.unit].first].claim) / float64(words.FullClaim)
	}
	for _, w := range rub.wrongs {
		if slices.Contains(w.Against, c.ID) && len(r.claimsWrong(v, &w)) > 0 {
			f[fHit] = 1
		}
	}
	return f
}
