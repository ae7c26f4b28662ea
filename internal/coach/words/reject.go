package words

// rejectScope is how many content words a rejection applies to, at most to the end of its clause.
const rejectScope = 6

// rejecters are words that deny or dismiss what follows, beyond the negations of package words.
var rejecters = Set(`skip skips skipping ignore ignores ignoring avoid avoids avoiding drop drops dropping omit omits omitting forget
	neglect refuse refuses reject rejects exclude excludes excluding leave leaving punt punting postpone defer cut without lacks lacking
	nothing nobody none cant cannot couldnt stop stops unlike hardly barely rarely`)

// dismissals are words that call what stands before them in the clause wrong or needless.
var dismissals = Set(`unnecessary useless pointless overkill irrelevant unimportant wasteful waste wrong mistake trap naive harmful
	misleading meaningless bait`)

// Rejected says which words a text denies, leaves out or calls wrong. It is wider than Negated: "I'd skip the split by time"
// denies the split. It is compared with the same of a statement, so "drop sold-out listings" agrees with itself.
func Rejected(t *Text) []bool {
	out := make([]bool, len(t.Words))
	copy(out, t.Negated)
	start, left := 0, 0
	for i, w := range t.Words {
		if i > 0 && (t.Words[i-1].Sentence != w.Sentence || t.Words[i-1].EndsClause) {
			start, left = i, 0
		}
		switch {
		case dismissals[w.Text] && (i == start || !t.Negated[i]):
			for j := start; j < i; j++ {
				out[j] = true
			}
			left = 0
		case rejecters[w.Text]:
			left = rejectScope
		case w.Text == "but" || w.Text == "because" || w.Text == "so":
			left = 0
		case left > 0:
			out[i] = true
			if !IsFunctionWord(w.Text) {
				left--
			}
		}
	}
	return out
}

// needs are words whose negation calls something needless.
var needs = Set(`need needs needed necessary required important matter matters care have has worth bother reason point difference
	concern problem issue influence effect helpful`)

// Dismisses reports whether a span calls something needless: "we don't need", "there's no reason to", "it isn't important".
func Dismisses(t *Text, s Span) bool {
	for i := s.From; i < s.To; i++ {
		w := t.Words[i].Text
		if dismissals[w] && w != "wrong" && w != "mistake" && w != "misleading" && w != "bait" {
			return true
		}
		if !negations[w] && w != "nobody" && w != "nothing" && w != "none" {
			continue
		}
		for j := i + 1; j < min(i+4, s.To); j++ {
			if needs[t.Words[j].Text] && !t.Words[j-1].EndsClause {
				next := ""
				if j+1 < s.To {
					next = t.Words[j+1].Text
				}
				switch v := t.Words[j].Text; {
				case (v == "have" || v == "has") && next != "to": // we don't have photos
				case v == "matter" && w == "no": // no matter how
				default:
					return true
				}
			}
		}
	}
	return false
}

// OnlyDenies reports whether a span denies something and gives neither a reason nor what is done instead.
func OnlyDenies(t *Text, s Span) bool {
	denies := false
	for i := s.From; i < s.To; i++ {
		switch w := t.Words[i].Text; {
		case links[w] || turns[w] || w == "to" && i > s.From && !infinitive[t.Words[i-1].Text]:
			return false
		case t.Negated[i] || negations[w]:
			denies = true
		}
	}
	return denies
}

// turns are words after which a denial goes on with what is so instead.
var turns = Set(`but instead rather only before as just even`)

// infinitive are words after which "to" gives no purpose: "not going to scan".
var infinitive = Set(`going have has need needs want wants plan try ought`)
