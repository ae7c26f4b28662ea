package interview

import (
	_ "embed"
	"strings"

	"dryrun/internal/coach/words"
)

//go:embed concepts.txt
var concepts string

// concept is a line of concepts.
type concept struct {
	forms   []words.Form
	outside bool
}

// compileConcepts compiles the lines of concepts.
func compileConcepts(v *words.Vocabulary) []concept {
	var out []concept
	for line := range strings.Lines(concepts) {
		name, list, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found || strings.HasPrefix(line, "#") {
			continue
		}
		c := concept{outside: strings.HasPrefix(name, "- ")}
		for phrase := range strings.SplitSeq(list, ", ") {
			c.forms = append(c.forms, words.Form{Stems: v.Stems(phrase)})
		}
		out = append(out, c)
	}
	return out
}

//go:embed unanswerable.txt
var unanswerable string

// line is a question of unanswerable.txt.
type line struct {
	tokens  []token
	vector  []float32
	wording wording
}

// compileUnanswerable reads the lines of unanswerable.
func (x *lexicon) compileUnanswerable() []line {
	var out []line
	for text := range strings.Lines(unanswerable) {
		if !strings.HasPrefix(text, "#") {
			out = append(out, line{x.read(text), x.table.Sentence(text), newWording(text)})
		}
	}
	return out
}
