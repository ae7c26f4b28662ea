package coach

import (
	"math"
	"slices"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach/meaning"
	"dryrun/internal/coach/words"
)

// rubric is what the answers to a step of a case are judged by, compiled once.
type rubric struct {
	criteria []criterion
	wrongs   []wrong
	known    runs // of the texts that every candidate reads
	*rarity
}

// rarity is what the stems of a case tell: the fewer of its texts have a stem, the more.
type rarity struct {
	idf  map[words.Stem]int // in hundredths of a nat
	rare int                // the same for a stem that the case doesn't have
}

// criterion is a criterion with its evidence and its statements.
type criterion struct {
	framework.Criterion
	groups []group
	says   []statement
	about  statement // the criterion's text
}

// group is a group of evidence. deniable says that denying it can be right: the criterion is about leaving something out, or a
// statement that would earn it denies the group itself.
type group struct {
	words.Group
	deniable bool
}

// wrong is a claim that sounds right and isn't.
type wrong struct {
	casestudies.Wrong
	groups []group
	says   statement
}

// statement is a short text that an answer is compared with.
type statement struct {
	*words.Text
	rejected []bool
	bag      bag
	vector   []float32
}

// compile prepares a step of a case, with the criteria of the curveballs that were thrown at it.
func compile(
	v *words.Vocabulary, cs *casestudies.Case, r *rarity, id framework.StepID, curveballs []string,
) *rubric {
	step := cs.Step(id)
	rub := &rubric{known: runs{}, rarity: r}
	for _, text := range append([]string{cs.Brief, step.Prompt, step.Reference, step.Lab.Shows}, step.Hints...) {
		rub.known.add(v, text)
	}
	for _, f := range cs.Facts {
		rub.known.add(v, f.Answer)
	}
	criteria := slices.Clone(step.Criteria)
	for _, id := range curveballs {
		if ball := cs.Curveball(id); ball != nil {
			criteria = append(criteria, ball.Criteria...)
			rub.known.add(v, ball.Says)
		}
	}
	for _, c := range criteria {
		compiled := criterion{Criterion: c, about: rub.statement(v, c.Text)}
		for _, text := range c.Says {
			compiled.says = append(compiled.says, rub.statement(v, text))
		}
		compiled.groups = groups(v, c.Evidence, c.Omits, compiled.says)
		rub.criteria = append(rub.criteria, compiled)
	}
	for _, w := range step.Wrong {
		says := rub.statement(v, w.Says)
		rub.wrongs = append(rub.wrongs, wrong{w, groups(v, w.Evidence, false, []statement{says}), says})
	}
	return rub
}

// rarityOf counts in how many texts of the case each stem occurs.
func rarityOf(v *words.Vocabulary, cs *casestudies.Case) *rarity {
	count, n := map[words.Stem]int{}, 0
	add := func(text string) {
		n++
		stems := v.Stems(text)
		slices.Sort(stems)
		for _, s := range slices.Compact(stems) {
			count[s]++
		}
	}
	for _, info := range framework.Steps() {
		step := cs.Step(info.ID)
		add(step.Prompt)
		for _, sentence := range v.Read(step.Reference).SentenceTexts() {
			add(sentence)
		}
		for _, c := range step.Criteria {
			add(c.Text)
			for _, text := range c.Says {
				add(text)
			}
		}
		for _, w := range step.Wrong {
			add(w.Says)
		}
	}
	weight := func(count int) int { return int(math.Round(100 * math.Log(float64(n+1)/(float64(count)+0.5)))) }
	r := &rarity{idf: make(map[words.Stem]int, len(count)), rare: weight(1)}
	for s, c := range count {
		r.idf[s] = weight(c)
	}
	return r
}

func (rub *rubric) statement(v *words.Vocabulary, text string) statement {
	t := v.Read(text)
	s := statement{Text: t, rejected: words.Rejected(t), vector: meaning.Default().Sentence(text)}
	s.bag = rub.bag(t, s.rejected, words.Span{To: len(t.Words)})
	return s
}

// groups compiles evidence. says are the statements that tell which groups may be denied.
func groups(v *words.Vocabulary, evidence [][]string, omits bool, says []statement) []group {
	var out []group
	for _, g := range v.Groups(evidence) {
		denied := func(s statement) bool {
			return slices.ContainsFunc(g.Forms, func(f words.Form) bool {
				return slices.ContainsFunc(s.Find(f), func(at words.Span) bool { return anyTrue(s.rejected[at.From:at.To]) })
			})
		}
		out = append(out, group{g, omits || slices.ContainsFunc(says, denied)})
	}
	return out
}

func anyTrue(b []bool) bool { return slices.Contains(b, true) }
