package spell

import (
	"strings"
	"testing"
)

func TestNearWordsAreNearAndFirst(t *testing.T) {
	words := []string{"requirements", "architecture", "data", "features", "model", "evaluation", "serving"}
	for _, c := range []struct{ word, want string }{
		{"modle", "model"},
		{"Serving", "serving"},
		{"evaluaton", "evaluation"},
		{"arch", "architecture"},
		{"feature", "features"},
		{"featuring", "features"},
		{"zzz", ""},
		{"", ""},
		{"something else entirely", ""},
	} {
		if got := strings.Join(Nearest(c.word, words, 2), " "); got != c.want {
			t.Errorf("%q: %q, want %q", c.word, got, c.want)
		}
	}
}

func TestAWordMatchesItselfOrEveryWordThatBeginsWithIt(t *testing.T) {
	words := []string{"step", "steps", "score", "scope"}
	for word, want := range map[string]string{"step": "step", "ste": "step steps", "scor": "score", "sc": "score scope", "": "", "x": ""} {
		if got := strings.Join(Match(word, words), " "); got != want {
			t.Errorf("%q matches %q, want %q", word, got, want)
		}
	}
}

func TestTheNearestComeFirstAndNoMoreThanAsked(t *testing.T) {
	words := []string{"stale", "scale", "scaled", "recall"}
	if got := strings.Join(Nearest("scaled", words, 2), " "); got != "scaled scale" {
		t.Errorf("%q", got)
	}
	if got := strings.Join(Nearest("scaled", words, 9), " "); got != "scaled scale stale" {
		t.Errorf("%q", got)
	}
}

func TestDistanceIsTheLeastNumberOfEdits(t *testing.T) {
	if d := distance("kitten", "sitting"); d != 3 {
		t.Errorf("kitten to sitting is %d, want 3", d)
	}
	if long := strings.Repeat("a", 100); Nearest("b"+long, []string{long}, 1) != nil {
		t.Error("a long text is taken for a mistyped word")
	}
}

func TestAMistypedWordIsTheNearestKnownOne(t *testing.T) {
	known := []string{"traffic", "latency", "have", "search", "photo", "photos", "current"}
	for word, want := range map[string]string{
		"trafic": "traffic", "latancy": "latency", "hav": "have", "serach": "search", "currnet": "current", "phtoo": "photo",
		"phots": "photo", "ca": "", "zebra": "", "trffc": "", "": "", "latently": "latency",
	} {
		if got := Meant(word, known); got != want {
			t.Errorf("%q is taken for %q, want %q", word, got, want)
		}
	}
	if got := Meant(strings.Repeat("x", 1000), known); got != "" {
		t.Errorf("a long text is taken for %q", got)
	}
}
