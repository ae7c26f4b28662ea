package interview

import (
	"strings"

	"dryrun/internal/coach/words"
	"dryrun/internal/spell"
)

// shorthand are words as people type them in a hurry.
var shorthand = map[string]string{
	"vid": "video", "vids": "videos", "pic": "picture", "pics": "pictures", "ppl": "people", "avg": "average", "req": "request",
	"reqs": "requests", "rec": "recommendation", "recs": "recommendations", "hw": "hardware", "mem": "memory", "prod": "production",
	"hrs": "hours", "secs": "seconds", "sec": "second", "mins": "minutes", "num": "number", "qty": "quantity", "conv": "conversion",
	"cat": "catalog", "whats": "what is", "hows": "how is", "wheres": "where is", "whos": "who is", "thats": "that is",
	"u": "you", "ur": "your", "r": "are", "w": "with", "bg": "background", "emb": "embedding", "lang": "language",
	"perf": "performance", "tput": "throughput", "lat": "latency", "freq": "frequency", "biz": "business", "dups": "duplicates",
	"dupes": "duplicates", "wk": "week", "yr": "year", "approx": "approximately", "bw": "bandwidth", "mgmt": "management",
}

// corrected returns a question with shorthand written out and each word that nobody knows replaced by the word that was meant:
// one that a case or the field has and that few edits separate from it.
func (ix *index) corrected(text string) string {
	var b strings.Builder
	at := 0
	for _, w := range words.Split(text) {
		if w.From < at { // the second word of 200M
			continue
		}
		b.WriteString(strings.ReplaceAll(text[at:w.From], "#", " number of "))
		at = w.To
		typed := text[w.From:w.To]
		switch {
		case shorthand[w.Text] != "":
			b.WriteString(shorthand[w.Text])
		case ix.isWord(w.Text):
			b.WriteString(typed)
		default:
			if meant := spell.Meant(w.Text, ix.dictionary); meant != "" {
				typed = meant
			}
			b.WriteString(typed)
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// isWord reports whether a word isn't a typo: the case has it, or it is an ordinary English word or a number.
func (ix *index) isWord(word string) bool {
	if ix.known[word] || ix.table.Knows(word) || strings.ContainsAny(word, "0123456789") {
		return true
	}
	for _, end := range []string{"s", "es", "d", "ed", "ing", "ly", "er", "ers"} {
		if base, found := strings.CutSuffix(word, end); found && len(base) > 3 && (ix.known[base] || ix.table.Knows(base)) {
			return true
		}
	}
	return false
}
