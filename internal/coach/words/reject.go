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
