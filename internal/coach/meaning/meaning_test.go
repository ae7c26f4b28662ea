package meaning

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

func TestSentencesAgreeWithTheScriptThatMadeTheTable(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var reference map[string][]float64 // by sentence: the first four components
	if err := json.Unmarshal(text, &reference); err != nil {
		t.Fatal(err)
	}
	if len(reference) < 9 {
		t.Fatalf("%d reference sentences, want 9", len(reference))
	}
	for sentence, want := range reference {
		got := Default().Sentence(sentence)
		for i := range want {
			if math.Abs(float64(got[i])-want[i]) > 1e-5 {
				t.Errorf("%q has %.6f at %d, want %.6f", sentence, got[i], i, want[i])
			}
		}
	}
}

// Nearness is a hint and no rule, so a few of the pairs may be the wrong way round.
func TestAParaphraseIsMostlyNearerThanSomethingElse(t *testing.T) {
	pairs := []struct{ sentence, same, other string }{
		{"How fast must results come back?", "What is the allowed response time?", "Do users have to give consent?"},
		{"Raters label the training pairs.", "Annotators mark the examples to learn from.", "We can buy ten more servers."},
		{"The catalog has many products.", "A large inventory of items.", "Viewers return within a week."},
		{"Clicks mislead us.", "The click rate is a bad proxy.", "The index is rebuilt every night."},
		{"Pictures taken in the dark", "poorly lit photos", "a budget for machines"},
		{"The model is retrained every week.", "We fit it again each Monday.", "Sellers upload several pictures."},
		{"Do we need permission from people?", "Did users give consent?", "How many servers are there?"},
		{"Fresh uploads must be found soon.", "New videos should show up quickly.", "The ranker is a boosted tree."},
		{"Roll back when the error rate rises.", "Revert the release if failures go up.", "Split the data by date."},
		{"Compare two versions on live traffic.", "Run an experiment with real users.", "Store the vectors in memory."},
	}
	nearer := 0
	for _, c := range pairs {
		s := Default().Sentence(c.sentence)
		same, other := Dot(s, Default().Sentence(c.same)), Dot(s, Default().Sentence(c.other))
		if same > other {
			nearer++
		} else {
			t.Logf("%q is at %.3f from %q and %.3f from %q", c.sentence, same, c.same, other, c.other)
		}
	}
	if nearer < len(pairs)-2 {
		t.Errorf("%d of %d paraphrases are nearer", nearer, len(pairs))
	}
}

func TestCaseAccentsAndSignsChangeNothing(t *testing.T) {
	want := Default().Sentence("naive cafe prices for resumes")
	for _, text := range []string{
		"Naïve CAFÉ prices for résumés",
		"naive, cafe: prices... (for) resumes!",
		"nai\u0308ve cafe\u0301 prices for re\u0301sume\u0301s",
	} {
		if !slices.Equal(Default().Sentence(text), want) {
			t.Errorf("%q has another vector", text)
		}
	}
}

func TestUnknownScriptsAreLeftOut(t *testing.T) {
	for _, text := range []string{"", "写真で検索", "Привет", "🙂🙂", "...", "\xff\xfe"} {
		for _, x := range Default().Sentence(text) {
			if x != 0 {
				t.Errorf("%q has a vector", text)
				break
			}
		}
	}
	if !slices.Equal(Default().Sentence("photo 写真 search"), Default().Sentence("photo search")) {
		t.Error("a word in another script changes the vector of the rest")
	}
}

func TestABrokenTableIsRefused(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "other": "something else, but long enough", "cut": data[:len(data)-1]} {
		if _, err := parse(text); err == nil {
			t.Errorf("a table that is %s is read", name)
		}
	}
}

func FuzzSentence(f *testing.F) {
	f.Add("How many listings do we have? 5,000/s at 100%")
	f.Add("naïve \xff 写真 $$$ e\u0301")
	table := Default()
	f.Fuzz(func(t *testing.T, text string) {
		v := table.Sentence(text)
		squares := Dot(v, v)
		if squares != 0 && math.Abs(squares-1) > 1e-5 {
			t.Fatalf("the vector of %q has length %g", text, squares)
		}
	})
}

func BenchmarkSentence(b *testing.B) {
	table := Default()
	b.ReportAllocs()
	for b.Loop() {
		table.Sentence("With 200 million items we can't compare the picture to every one, so first a cheap pass and then a careful one.")
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := parse(data); err != nil {
			b.Fatal(err)
		}
	}
}
