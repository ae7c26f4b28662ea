// Package narrate puts results into words, once: how a step went, a session's scorecard, an x-ray, two reports side
// by side. A result of the rules or the lab comes in; blocks of typed cells come out, which the screens, plain mode and
// review only lay out. It draws nothing.
package narrate

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"dryrun/internal/report"
)

// most is how many entries of a list are shown: of the facts that nobody asked for and of the criteria that an answer
// still misses, those that matter most come first.
const most = 3

func note(title, text string) report.Block {
	return report.Block{Kind: report.Note, Title: title, Text: text}
}

// sentence gives words a capital letter and a period.
func sentence(words string) string {
	words = strings.TrimRight(strings.TrimSpace(words), ".")
	if words == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(words)
	text := string(unicode.ToUpper(first)) + words[size:]
	if last, _ := utf8.DecodeLastRuneInString(words); last == '?' || last == '!' {
		return text
	}
	return text + "."
}

// sentences joins what there is to say, each as a sentence.
func sentences(words ...string) string {
	var said []string
	for _, w := range words {
		if text := sentence(w); text != "" {
			said = append(said, text)
		}
	}
	return strings.Join(said, " ")
}

// quoted is a line of the candidate's own words.
func quoted(line string) string { return fmt.Sprintf("“%s”", line) }
