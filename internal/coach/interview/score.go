package interview

import (
	"math"
	"slices"

	"dryrun/internal/coach/meaning"
	"dryrun/internal/coach/words"
)

// The comparisons of a question with a target, and then what speaks for a refusal.
const (
	coverage  = iota // share of the question's weight that the target covers
	amount           // weight that the target covers
	way              // likeness to the nearest way to ask
	near             // cosine to the nearest way to ask or answer
	nearTwo          // mean of the two nearest
	lean             // how exclusively the weighty words are the target's
	asksMet          // share of the groups of asks that are met
	asksAll          // coverage where all are met, else 0
	headMet          // share of what is asked for, the photos of "how many photos", that the target covers
	outside          // a word is for something that interviewers mostly don't know, and the target neither: 1, less for a near way to ask
	missing          // weight of the weightiest word that the target doesn't cover
	otherKind        // 1 where the question asks for a count, a time or how often, and no way to ask does
	otherWho         // the same for who and where
	refuse           // 1 for a refusal
	open             // weight that no target covers
	openShare        // share of the question's weight that no target covers
	openHead         // share of what is asked for that no target covers
	empty            // 1 where the question has no content
	worded           // cosine of its words, fillers too, to those of the nearest way to ask
	briefly          // 1 for a part of the brief
	wordedOut        // the same cosine to the nearest question that interviewers can't answer
	wayOut           // likeness to the nearest question that interviewers can't answer
	nearOut          // cosine to it
	headOut          // 1 where what is asked for is a word that no target has
	comparisons
)

type features [comparisons]float64

// asked is a question, read.
type asked struct {
	text   *words.Text
	tokens []token
	kind   kind
	vector []float32
	words  wording
}

func (ix *index) ask(question string) asked {
	w := newWording(question)
	ix.measure(&w)
	return asked{ix.vocab.Read(question), ix.read(question), kindOf(question), ix.table.Sentence(question), w}
}

// compare says how a question fits each target and, last, a refusal.
func (ix *index) compare(question string) []features {
	q := ix.ask(question)
	out := make([]features, len(ix.targets)+1)
	refusal := &out[len(ix.targets)]
	refusal[refuse] = 1
	total := 0.0
	for _, tok := range q.tokens {
		best := 0.0
		for i := range ix.targets {
			best = max(best, ix.targets[i].match(tok))
		}
		w := ix.weight(tok)
		total += w
		refusal[open] += w * (1 - best)
	}
	if total > 0 {
		refusal[openShare] = refusal[open] / total
	} else {
		refusal[empty] = 1
	}
	refusal[open] = min(refusal[open], 2)
	ix.compareOut(q, refusal)
	refusal[openHead] = 1
	for i := range ix.targets {
		out[i] = ix.compareOne(q, &ix.targets[i])
		refusal[openHead] = min(refusal[openHead], 1-out[i][headMet])
	}
	return out
}

// compareOut says how a question is like those that interviewers can't answer.
func (ix *index) compareOut(q asked, f *features) {
	f[wordedOut] = ix.nearestWording(q.words, ix.out)
	for _, u := range ix.unanswerable {
		f[wayOut] = max(f[wayOut], ix.likeness(q.tokens, u.tokens))
		f[nearOut] = max(f[nearOut], meaning.Dot(q.vector, u.vector))
	}
	for _, tok := range q.tokens {
		if tok.head && ix.weight(tok) == unknownWord && ix.rarity[tok.stem] == 0 {
			f[headOut] = 1
		}
	}
}

// compareOne says how a question fits a target.
func (ix *index) compareOne(q asked, t *target) features {
	var f features
	total, head, heads := 0.0, 0.0, 0.0
	for _, tok := range q.tokens {
		w, m := ix.weight(tok), t.match(tok)
		total += w
		f[amount] += w * m
		f[lean] += w * ix.lean(tok, t)
		f[missing] = max(f[missing], w*(1-m))
		if m < 0.5 && slices.ContainsFunc(tok.concepts, func(c int) bool { return ix.concepts[c].outside }) {
			f[outside] = 1
		}
		if tok.head {
			head += w * m
			heads += w
		}
	}
	if total > 0 {
		f[coverage] = f[amount] / total
		f[lean] /= total
	}
	f[headMet] = f[coverage]
	if heads > 0 {
		f[headMet] = head / heads
	}
	if q.kind != anything && t.kinds[q.kind] == 0 {
		if q.kind == aPerson || q.kind == aPlace {
			f[otherWho] = 1
		} else {
			f[otherKind] = 1
		}
	}
	for _, w := range t.ways {
		f[way] = max(f[way], ix.likeness(q.tokens, w))
	}
	f[worded] = ix.nearestWording(q.words, t.wordings)
	if t.brief {
		f[briefly] = 1
	}
	f[outside] *= 1 - f[way]*f[way]
	second := 0.0
	for _, v := range t.vectors {
		if cos := meaning.Dot(q.vector, v); cos > f[near] {
			f[near], second = cos, f[near]
		} else {
			second = max(second, cos)
		}
	}
	f[nearTwo] = (f[near] + second) / 2
	met := 0
	for _, g := range t.asks {
		if slices.ContainsFunc(g.Forms, func(form words.Form) bool { return len(q.text.Find(form)) > 0 }) {
			met++
		}
	}
	if met > 0 {
		f[asksMet] = float64(met) / float64(len(t.asks))
	}
	if met > 0 && met == len(t.asks) {
		f[asksAll] = f[coverage]
	}
	return f
}

// likeness is the harmonic mean of how much of each of two texts the other covers.
func (ix *index) likeness(a, b []token) float64 {
	ab, ba := ix.covers(a, b), ix.covers(b, a)
	if ab+ba == 0 {
		return 0
	}
	return 2 * ab * ba / (ab + ba)
}

// covers is the share of the weight of a that b has: the same words, or less surely the same concepts.
func (ix *index) covers(a, b []token) float64 {
	const sameConcept = 0.7
	sum, total := 0.0, 0.0
	for _, x := range a {
		best := 0.0
		for _, y := range b {
			switch {
			case x.content && x.stem == y.stem:
				best = 1
			case slices.ContainsFunc(x.concepts, func(c int) bool { return slices.Contains(y.concepts, c) }):
				best = max(best, sameConcept)
			}
		}
		w := ix.weight(x)
		sum += w * best
		total += w
	}
	if total == 0 {
		return 0
	}
	return sum / total
}

// chances turns comparisons into the chance of each target and, last, of a refusal.
func chances(all []features, weights *features) []float64 {
	out := make([]float64, len(all))
	top := math.Inf(-1)
	for i := range all {
		for k, w := range weights {
			out[i] += float64(w * all[i][k]) // not fused, so it is the same on every platform
		}
		top = max(top, out[i])
	}
	sum := 0.0
	for i := range out {
		out[i] = math.Exp(out[i] - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// The margins of a decision. A wrong fact misleads and a part of the brief only repeats, so less is enough for the brief.
const (
	surely      = 0.45 // chance from which a fact answers
	surelyBrief = 0.30 // chance from which a part of the brief does
	overRefusal = 2    // times the chance of a refusal that the best target's chance must be
	together    = 0.45 // chance of two facts from which they are asked back
	eachOfTwo   = 0.15 // chance of the second of them
	asLikely    = 0.70 // chance of the second, as a share of the first's, from which even a sure fact is asked back about
	refusable   = 0.25 // chance of a refusal up to which facts are asked back
)

// decide returns the target that answers a question and -1; or two facts to ask back about; or -1 twice for a refusal.
func (ix *index) decide(question string) (first, second int) {
	p := chances(ix.compare(question), ix.weights)
	refusal := len(ix.targets)
	first, second = -1, -1
	for i := range ix.targets {
		switch {
		case first < 0 || p[i] > p[first]:
			first, second = i, first
		case second < 0 || p[i] > p[second]:
			second = i
		}
	}
	if first < 0 || overRefusal*p[refusal] > p[first] {
		return -1, -1
	}
	twoFacts := second >= 0 && !ix.targets[first].brief && !ix.targets[second].brief &&
		p[first]+p[second] >= together && p[second] >= eachOfTwo && p[refusal] <= refusable
	switch {
	case twoFacts && (p[first] < surely || p[second] >= asLikely*p[first]):
		return first, second
	case p[first] >= surely || ix.targets[first].brief && p[first] >= surelyBrief:
		return first, -1
	}
	return -1, -1
}
