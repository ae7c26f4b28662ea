package casestudies

import (
	"strings"
	"testing"
)

func TestLintFindsStructuralErrors(t *testing.T) {
	c1 := "      - id: c1\n        text: T\n        level: mid\n        weight: 2\n" +
		"        evidence: [[x, 200], [y]]\n        probe: P\n        stronger: S\n"
	cases := []struct {
		name, old, now string
		mark           string
		words          []string
	}{
		{"two hints", "hints: [one, two, three]", "hints: [one, two]", "hints: [one, two]", []string{"there must be 3"}},
		{"three criteria", c1, "", "criteria:", []string{"there are 3", "4 to 7"}},
		{"no senior", "level: senior", "level: staff", "criteria:", []string{"level senior"}},
		{"an id twice", "- id: c2", "- id: c1", "c1\n        text: T\n        level: senior", []string{"taken", "criteria[0]"}},
		{"two best", "b: poor", "b: best", "options:", []string{"2 options are best"}},
		{"none poor", "b: poor", "b: ok", "options:", []string{"no option is poor"}},
		{"one option", "          b: poor\n", "", "options:", []string{"there are 1"}},
		{"best isn't the demo's", "engine: hnsw", "engine: ivf-pq", "best}", []string{`"hnsw"`, "engine: ivf-pq"}},
		{"a knob without metric", ", metric: speedup, options", ", options", "{id: d2", []string{"no metric"}},
		{"a metric without knob", "ask: Which?", "ask: Which?\n        metric: speedup", "speedup", []string{"no knob"}},
		{"an empty group", "evidence: [[x, 200], [y]]", "evidence: [[x, 200], []]", "[]]", []string{"empty"}},
		{"no groups", "evidence: [[x, 200], [y]]", "evidence: []", "evidence: []", []string{"at least 1"}},
		{"an http address", "https://example.org/a", "https:///a", `"https:///a"`, []string{"https address"}},
		{"a sample that chooses nothing known", "chooses: {d1: b}", "chooses: {d9: b}", "b}, why", []string{`no decision "d9"`}},
		{"a sample that chooses no option", "chooses: {d1: b}", "chooses: {d1: z}", "z}, why", []string{`no option "z"`}},
		{"fluent and not wrong", "chooses: {d1: b}", "chooses: {d1: a}", "{id: fluent-wrong", []string{"at least one poor"}},
		{"a tag twice", "tags: [words]", "tags: [words, words]", "words]", []string{"twice"}},
		{"a tag in capitals", "tags: [words]", "tags: [Words]", "Words]", []string{"lower-case"}},
		{"a curveball called like a criterion", "- id: b1\n", "- id: c2\n", "c2\n    at: serving", []string{"taken"}},
		{"a long reference", "reference: word", "reference: word" + strings.Repeat(" word", 300), "word word", []string{"warning", "500 words"}},
		{"nothing critical", ", critical: true", "", "facts:", []string{"warning", "critical"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := edited(t, c.old, c.now)
			loaded, findings := Load("small.yaml", strings.NewReader(text))
			if loaded == nil {
				t.Fatalf("it doesn't load: %v", findings)
			}
			found := Lint(loaded)
			checkFindings(t, found)
			placed(t, text, c.mark, found, c.words...)
		})
	}
}

func TestACaseNeedsThreeCurveballsAndTwoStepsWithSamples(t *testing.T) {
	text := valid()
	text = strings.Replace(text, validCurveball(2), "", 1)
	text = strings.Replace(text, validSamples, "", 1)
	found := Lint(load(t, text))
	if len(found) != 2 {
		t.Fatalf("%v", found)
	}
	placed(t, text, "steps:", found, "1 of the steps have samples")
	placed(t, text, "curveballs:", found, "there are 2", "3 to 20")
}

func TestTheNearestKeyIsSuggested(t *testing.T) {
	for word, want := range map[string]string{"refrence": "reference", "Title": "title", "hint": "hints", "xyzzy": ""} {
		if got := nearest(word, []string{"title", "reference", "hints"}); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
