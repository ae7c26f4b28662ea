package words

import "strings"

// Claim is how much a sentence asserts.
type Claim int

// What a sentence can assert.
const (
	NoClaim   Claim = iota // words without a statement: "The photo encoder hnsw ranker."
	HalfClaim              // a phrase with some grammar: "canary queries with known answers", which counts beside real claims
	FullClaim              // a statement: it has a verb with a subject, an instruction, or a relation such as an arrow
)

// longestRun is how many words without any grammar may follow each other in a claim: more of them are a list with a sentence
// around it.
const longestRun = 12

// ClaimOf says how much a sentence asserts. It knows no grammar beyond lists of words: pronouns, auxiliaries, and verbs that
// aren't also nouns of the field. A word that can be either ("rank", "split") is a verb after "to", a pronoun or an auxiliary,
// and at the start of a clause that goes on with grammar.
func ClaimOf(t *Text, s Span) Claim {
	grammar, bare, most := 0, 0, 0
	statement := false
	for i := s.From; i < s.To; i++ {
		w := t.Words[i].Text
		switch {
		case isVerb(t, s, i):
			statement, bare = true, 0
		case IsFunctionWord(w) || joins[w]:
			grammar, bare = grammar+1, 0
		case w[0] < '0' || w[0] > '9':
			bare++
			most = max(most, bare)
		}
	}
	n := s.To - s.From
	relation := hasRelation(t, s)
	switch {
	case relation && n >= 3:
		return FullClaim
	case most > longestRun || n < 3:
		return NoClaim
	case enumerates(t, s):
		return HalfClaim
	case statement:
		return FullClaim
	case grammar > 0 && n >= 4:
		return HalfClaim
	}
	return NoClaim
}

// enumerates reports whether a sentence is a list of short items, and hardly any of them says something.
func enumerates(t *Text, s Span) bool {
	const leastItems, longestItem, shortShare, sayingShare = 6, 4, 0.7, 0.12
	items, short, saying := 0, 0, 0
	from := s.From
	for i := s.From; i < s.To; i++ {
		if !t.Words[i].EndsClause && i < s.To-1 {
			continue
		}
		if items++; i+1-from <= longestItem {
			short++
		}
		if says(t, Span{From: from, To: i + 1}) {
			saying++
		}
		from = i + 1
	}
	share := func(n int) float64 { return float64(n) / float64(items) }
	return items >= leastItems && share(short) >= shortShare && share(saying) < sayingShare
}

// says reports whether an item of a list is a statement: a verb has something before it and after it, or a pronoun or a reason
// is in it.
func says(t *Text, item Span) bool {
	grammar := 0
	for i := item.From; i < item.To; i++ {
		w := t.Words[i].Text
		switch {
		case speakers[w] || links[w] || finite[w] && i > item.From && i+1 < item.To:
			return true
		case IsFunctionWord(w) || joins[w]:
			grammar++
		}
	}
	return grammar >= 2 && item.To-item.From >= 6
}

// hasRelation reports whether a sentence relates things by a sign: an arrow, an equation or a comparison.
func hasRelation(t *Text, s Span) bool {
	text := t.Source[t.Words[s.From].From:t.Words[s.To-1].To]
	for _, sign := range []string{"->", "=>", "→", "⇒", "≈", "≤", "≥", " = ", " < ", " > ", "<=", ">="} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// isVerb reports whether the word at i makes the sentence a statement.
func isVerb(t *Text, s Span, i int) bool {
	w := t.Words[i].Text
	switch {
	case finite[w]:
		return true
	case speakers[w]:
		return i+1 < s.To && !t.Words[i].EndsClause
	case links[w]:
		return s.To-s.From >= 5 && i+2 < s.To
	case !bareVerbs[w]:
		return false
	}
	if i == s.From || t.Words[i-1].EndsClause {
		return i+1 < s.To && goesOn(t, s, i+1)
	}
	before := t.Words[i-1].Text
	return subjects[before] || auxiliaries[before] || before == "to" || before == "and" && i-1 > s.From && isVerb(t, s, i-2)
}

// goesOn reports whether the few words from i on have grammar, as an instruction does: "split by time", "rank them with trees".
func goesOn(t *Text, s Span, i int) bool {
	for j := i; j < min(i+3, s.To); j++ {
		if IsFunctionWord(t.Words[j].Text) || joins[t.Words[j].Text] {
			return true
		}
		if t.Words[j].EndsClause {
			return false
		}
	}
	return false
}

// IsGrammar reports whether a word has no content: a function word, a conjunction, an auxiliary or a negation.
func IsGrammar(w string) bool { return IsFunctionWord(w) || joins[w] || auxiliaries[w] || negations[w] }

// Set is the words of a text.
func Set(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(text) {
		out[w] = true
	}
	return out
}

// The lists of words that tell a claim from a list.
var (
	subjects = Set(`i we you they he she it that this these those there who which what everything nothing everyone nobody people`)
	// speakers are pronouns that a verb follows, whichever it is, and links are words that join a reason to what it is for.
	speakers = Set(`i we you they he she`)
	links    = Set(`because since so then if when until unless while whenever therefore otherwise`)

	auxiliaries = Set(`will would can could should may might must shall do does did dont doesnt didnt wont wouldnt cant cannot couldnt
		shouldnt need needs lets let please never always just then also first only id ill wed well youd theyd`)

	negations = Set(`no not never without dont doesnt didnt wont wouldnt shouldnt isnt arent wasnt werent cant cannot couldnt havent hasnt`)

	// joins are function words beyond those of package
	joins = Set(`because since while until unless before after between against over under into onto out up down off through during
		within without per each every both either neither not no nor never instead rather but yet though although whereas once only
		still too again here like same such more most less least other another than`)

	// finite are forms that are verbs wherever they stand.
	finite = Set(`am is are was were be been being isnt arent wasnt werent has have had hasnt havent having
		will would can could should must may might wont wouldnt cant cannot couldnt shouldnt mustnt do does did dont doesnt didnt
		gets got gives gave given goes went gone makes made takes took taken keeps kept says said sees saw seen knows knew known
		means meant tells told finds found puts uses used using needs needed wants wanted comes came becomes became shows
		lets leaves left brings brought buys bought sells sold holds held runs ran loses lost wins won beats falls fell rises rose grows
		grew stays stayed stands stood starts started stops stopped ends ended begins began depends chooses chose chosen decides
		decided picks picked prefers learns learned learnt teaches taught belongs costs changes changed works worked fails failed
		breaks broke broken helps helped hurts hides hid hidden measures measured compares compared computes computed decodes decoded
		encodes encoded embeds embedded retrieves retrieved returns returned ranks ranked scores scored sorts sorted merges merged
		drops dropped removes removed adds added inserts inserted updates updated serves served trains trained fits fitted predicts
		predicted estimates estimated samples sampled judges judged labels labeled splits divides divided shards sharded replicates
		replicated caches cached stores stored logs logged joins joined monitors monitored watches watched alerts triggers triggered
		switches switched swaps swapped rolls rolled retrains retrained reads writes wrote written reaches reached allows allowed
		requires required ensures ensured avoids avoided prevents prevented reduces reduced increases increased improves improved
		corrects corrected weights weighted penalizes rewards treats treated counts counted tracks tracked asks asked answers answered
		appears appeared exists contains includes included excludes excluded ignores ignored matters matches matched
		assumes assumed expects expected accepts accepted rejects rejected launches launched ships shipped blocks blocked
		hands handed passes passed sends sent feeds fed looks looked feels felt thinks thought believes happens happened
		mind minds exceeds exceeded dominates collapses saves saved pays paid spends spent`)

	// bareVerbs are base forms, which in this field are mostly nouns or could be.
	bareVerbs = Set(`get give go make take keep say see know mean tell find put use need want come become show let leave bring buy
		sell hold run lose win beat fall rise grow stay stand start stop end begin depend choose decide pick prefer learn teach cost
		change work fail break help hurt hide measure compare compute decode encode embed retrieve return rank score sort merge drop
		remove add insert update serve train fit predict estimate sample judge label split divide shard replicate cache store log join
		monitor watch alert trigger switch swap roll retrain read write reach allow require ensure avoid prevent reduce increase
		improve correct weight penalize reward treat count track ask answer include exclude ignore match assume expect accept reject
		launch ship block hand pass send feed look feel think believe exceed save pay spend optimize optimise maximize minimize define
		set fix test validate check report cut skip defer postpone punt mine scan search filter dedupe collapse normalize bucket smooth
		combine multiply blend calibrate explore randomize rebuild reindex precompute tune freeze build design state guard commit
		trade own shed degrade fall canary gate alias version restrict limit cap bound budget reserve share account aim target focus
		favor replay replace try write draw plan`)
)
