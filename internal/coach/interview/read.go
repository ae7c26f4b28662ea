package interview

import (
	"slices"
	"strings"
	"sync"

	"dryrun/internal/coach/words"
)

// token is one word of a question or of what a case says, with what it may mean.
type token struct {
	text     string
	stem     words.Stem
	concepts []int
	content  bool // it says what the question is about
	head     bool // it names what is asked for: the photos of "how many photos"
}

// fillers are words of a question that don't say what it is about, besides the function words.
const fillers = `
okay ok right correct true fine assume assuming assumed guess guessing think suppose say take takes roughly ballpark
exactly actually just please tell know like something anything everything thing things stuff sort kind kinds one get
gets got going give make sense let lets here well hi thanks s t d m ll ve re im ill id ive whats hows wheres whos theres
thats dont doesnt isnt arent cant wont couldnt wouldnt shouldnt havent hasnt didnt too be being up down out off into
over between talking somewhere around lot many much more less most few little another other else such every each there's
still yet ever only both either whether not no never yes as expect expected expecting expects happen happens happening
look sure worry question ask handle happy possible possibly deal mean means bit pretty way part company companys
somebody someone anybody anyone everybody everyone must feel quite approximately approx hundred thousand thousands
million millions billion billions dozen dozens order issue issues concern concerns concerned problem problems avoid
avoided treat treated treating differently matter matters important aware regarding terms case cases details info
information specific particular general generally typical typically usually mostly certain main major key basically hope
hoping wonder wondering curious clarify confirm understand mind leads lead come comes coming required requirement
requirements requires necessary able design build building interested note understanding believe supposed should need
needs needed want wants work works working next best great bad two three four five six seven eight nine per deadline
platform site website asks asked asking app whole enough job jobs used hard easy really sorts types type overall
literally honestly maybe perhaps probably`

var isFiller = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(fillers) {
		out[w] = true
	}
	return out
})

// read splits a text into tokens. Numbers and function words are tokens without content, but may be part of a phrase.
func (x *lexicon) read(text string) []token {
	t := x.vocab.Read(text)
	out := make([]token, len(t.Words))
	for i, w := range t.Words {
		digit := w.Text[0] >= '0' && w.Text[0] <= '9'
		if strings.HasPrefix(w.Text, "personali") { // the stemmer takes it for a form of person
			t.Stems[i] = x.vocab.Stem("individualized")
		}
		out[i] = token{
			text: w.Text, stem: t.Stems[i],
			content: !digit && !words.IsFunctionWord(w.Text) && !isFiller()[w.Text],
		}
	}
	for c, concept := range x.concepts {
		for _, f := range concept.forms {
			for _, at := range t.Find(f) {
				for i := at.From; i < at.To; i++ {
					if !slices.Contains(out[i].concepts, c) {
						out[i].concepts = append(out[i].concepts, c)
					}
				}
			}
		}
	}
	markHeads(out)
	return slices.DeleteFunc(out, func(t token) bool { return !t.content && len(t.concepts) == 0 })
}

// markHeads marks the words that name what is asked for: the first run of words with content after words such as "how many",
// "which" or "is there".
func markHeads(tokens []token) {
	word := func(i int) string {
		if i < 0 || i >= len(tokens) {
			return ""
		}
		return tokens[i].text
	}
	for i := range tokens {
		asks := false
		switch word(i) {
		case "many", "much":
			asks = word(i-1) == "how"
		case "which", "whose":
			asks = true
		case "what":
			asks = i+1 < len(tokens) && tokens[i+1].content
		case "of":
			switch word(i - 1) {
			case "number", "kind", "sort", "share", "size":
				asks = true
			}
		case "there", "any":
			asks = true
		}
		if !asks {
			continue
		}
		j := i + 1
		for j < len(tokens) && !tokens[j].content && j < i+4 {
			j++
		}
		for ; j < len(tokens) && tokens[j].content; j++ {
			tokens[j].head = true
		}
	}
}

// kind is what a question asks for.
type kind int

const (
	anything kind = iota
	aCount        // how many
	aTime         // how soon, when
	aRate         // how often
	aPerson       // who
	aPlace        // where
)

// kindOf says what a question asks for.
func kindOf(question string) kind {
	all := words.Split(question)
	for i, w := range all {
		next := ""
		if i+1 < len(all) {
			next = all[i+1].Text
		}
		switch w.Text {
		case "how":
			switch next {
			case "many", "much", "big", "large":
				return aCount
			case "soon", "quickly", "fast", "long", "quick", "stale", "fresh":
				return aTime
			case "often", "frequently":
				return aRate
			}
		case "number", "size", "volume", "count", "percentage", "total", "thousand", "thousands", "million", "millions", "billion", "billions":
			return aCount
		case "when":
			return aTime
		case "who", "whose", "whom":
			return aPerson
		case "where":
			return aPlace
		}
	}
	return anything
}

// weak are words of many questions that say little of what a question is about.
const weak = ` constraint constraints limit limits limitation limitations target targets system systems data content model models result
 results user users people budget number page service product feature features quality rate level search `

func isWeak(word string) bool { return strings.Contains(weak, " "+word+" ") }
