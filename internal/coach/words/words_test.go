package words

import (
	"strings"
	"testing"
)

func TestNumbersReadTheSameHoweverTheyAreWritten(t *testing.T) {
	for text, want := range map[string]string{
		"300,000 items, 20k, 1.5k":     "300000 items 20000 1500",
		"200M in 100ms, two at 99th":   "200 million in 100 ms two at 99th",
		"1, 2 and 1,2":                 "1 2 and 1 2",
		"12.5% of p99":                 "12.5 percent of p99",
		"don't, it’s, A/B, look-alike": "dont it a b look alike",
	} {
		var got []string
		for _, w := range Split(text) {
			got = append(got, w.Text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func TestSentencesEndAtPeriodsBulletsAndBlankLines(t *testing.T) {
	v := NewVocabulary()
	for text, want := range map[string]int{
		"One. Two! Three?":            3,
		"- one\n- two\n1. three":      3,
		"wrapped\nline, e.g. this":    1,
		"a paragraph\n\nanother":      2,
		"":                            0,
		"0.98 at p99. Then 3.5 more.": 2,
	} {
		if got := v.Read(text).Sentences(); len(got) != want {
			t.Errorf("%q has %d sentences, want %d", text, len(got), want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("- a/b\n- 200M\n\n5k, 1.5k 0.98. p99's")
	f.Add("\xff’t n’t ’ 1,000 1,2 …%")
	f.Fuzz(func(t *testing.T, text string) {
		read := NewVocabulary().Read(text)
		at := 0
		for _, w := range read.Words {
			if w.From < 0 || w.To > len(text) || w.From >= w.To || w.Sentence < at {
				t.Fatalf("%q has a word %+v after sentence %d", text, w, at)
			}
			at = w.Sentence
		}
	})
}
