package interview

import (
	"math"

	"dryrun/internal/coach/words"
)

// wording is the words and the pairs of neighboring words of a question, fillers too: "what should I build" has little else.
type wording struct {
	grams []string // each once, in order
	has   map[string]bool
	norm  float64
}

func newWording(text string) wording {
	w := wording{has: map[string]bool{}}
	add := func(gram string) {
		if !w.has[gram] {
			w.has[gram] = true
			w.grams = append(w.grams, gram)
		}
	}
	before := ""
	for _, word := range words.Split(text) {
		add(word.Text)
		if before != "" {
			add(before + " " + word.Text)
		}
		before = word.Text
	}
	return w
}

// countGrams finds out how much each gram of what is known says, and the length of each wording.
func (ix *index) countGrams() {
	ix.gramIn = map[string]int{}
	count := func(ws []wording) {
		for _, w := range ws {
			ix.gramTexts++
			for _, g := range w.grams {
				ix.gramIn[g]++
			}
		}
	}
	measure := func(ws []wording) {
		for i := range ws {
			ix.measure(&ws[i])
		}
	}
	for _, u := range ix.lexicon.unanswerable {
		ix.out = append(ix.out, u.wording)
	}
	count(ix.out)
	for _, t := range ix.targets {
		count(t.wordings)
	}
	measure(ix.out)
	for _, t := range ix.targets {
		measure(t.wordings)
	}
}

// says is how much a gram says: the rarer, the more.
func (ix *index) says(gram string) float64 {
	return math.Log(float64(ix.gramTexts+1) / (float64(ix.gramIn[gram]) + 0.5))
}

func (ix *index) measure(w *wording) {
	sum := 0.0
	for _, g := range w.grams {
		s := ix.says(g)
		sum += float64(s * s)
	}
	w.norm = math.Sqrt(sum)
}

// nearestWording is the cosine of a wording and the nearest of a list.
func (ix *index) nearestWording(q wording, list []wording) float64 {
	best := 0.0
	for _, w := range list {
		sum := 0.0
		for _, g := range q.grams {
			if w.has[g] {
				s := ix.says(g)
				sum += float64(s * s)
			}
		}
		if sum > 0 {
			best = max(best, sum/(q.norm*w.norm))
		}
	}
	return best
}
