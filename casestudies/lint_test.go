package casestudies

import (
	"math"
	"strings"
	"testing"
)

func TestLintFindsStructuralErrors(t *testing.T) {
	c1 := "      - id: c1\n        text: T\n        level: mid\n        weight: 2\n" +
		"        evidence: [[x, 200], [y]]\n        probe: P\n        stronger: S\n        says: [a, b, c]\n"
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
		{"a metric without knob", "ask: Which?", "ask: Which?\n        metric: speedup", "speedup", []string{"neither a knob nor runs"}},
		{"an empty group", "evidence: [[x, 200], [y]]", "evidence: [[x, 200], []]", "[]]", []string{"empty"}},
		{"no groups", "evidence: [[x, 200], [y]]", "evidence: []", "evidence: []", []string{"at least 1"}},
		{"an http address", "https://example.org/a", "https:///a", `"https:///a"`, []string{"https address"}},
		{"a sample that chooses nothing known", "chooses: {d1: b}", "chooses: {d9: b}", "b}, why", []string{`no decision "d9"`}},
		{"a sample that chooses no option", "chooses: {d1: b}", "chooses: {d1: z}", "z}, why", []string{`no option "z"`}},
		{"fluent and not wrong", "chooses: {d1: b}", "chooses: {d1: a}", "{id: fluent-wrong", []string{"at least one poor"}},
		{"a tag twice", "tags: [words]", "tags: [words, words]", "words]", []string{"twice"}},
		{"a tag in capitals", "tags: [words]", "tags: [Words]", "Words]", []string{"lower-case"}},
		{"a curveball called like a criterion", "- id: b1\n", "- id: c2\n", "c2\n    at: serving", []string{"taken"}},
		{
			"a long reference",
			"reference: word", "reference: word" + strings.Repeat(" word", 300), "word word",
			[]string{"warning", "500 words"},
		},
		{"a number that the answer doesn't say", "answer: 1 million.", "answer: 2 million.", "1000000}}", []string{"size", "1000000"}},
		{
			"a changed fact",
			"1 million., short: 1M, matters: No scan., critical: true,\n     questions: [a, b, c, d], numbers: {items: 1000000}",
			"2 million., short: 1M, matters: No scan., critical: true,\n     questions: [a, b, c, d], numbers: {items: 2000000}",
			"256 MB",
			[]string{"512", "256 MB"},
		},
		{"a formula of an unknown number", "formula: items *", "formula: stuff *", "stuff *", []string{`"stuff"`}},
		{"a wrong claim against nothing", "against: [c1]", "against: [c9]", "c9]", []string{`no criterion "c9"`}},
		{
			"a choice that speaks against nothing",
			"ask: Which?", "ask: Which?\n        speaks-against: [c9]", "c9]",
			[]string{`no criterion "c9"`},
		},
		{
			"a fact to find out that isn't there",
			"says: [a, b, c]", "says: [a, b, c]\n        facts: [weather]", "weather",
			[]string{`no fact "weather"`},
		},
		{"few wrong claims", validWrong, validWrong[:len(validWrong)/2], "wrong:", []string{"warning", "there are 4"}},
		{"few statements", "says: [a, b, c]", "says: [a]", "says: [a]", []string{"warning", "c1"}},
		{"few ways to ask", "questions: [a, b, c, d]", "questions: [a]", "questions: [a]", []string{"warning", "size"}},
		{
			"a sentence that nothing backs",
			"shows: Something.", "shows: Something. And more.", "backed:",
			[]string{"warning", "sentence 2"},
		},
		{"a question without a number", "How many of 9?", "How many?", `"How many?"`, []string{"warning", "no number"}},
		{"a share of what", "set: {items: 1000000}", "set: {items: 1000000}, as: share", "{id: p1", []string{"from says where"}},
		{
			"a ratio from somewhere", "set: {items: 1000000}", "set: {items: 1000000}, as: ratio, from: {k: 1}",
			"from: {k",
			[]string{"one other setting"},
		},
		{"ends without as", "set: {items: 1000000}", "set: {items: 1000000}, to: {k: 1}", "{id: p1", []string{"no as"}},
		{
			"a run of no option",
			"ask: Which?", "ask: Which?\n        metric: speedup\n        runs: {a: {}, b: {k: 20}, z: {k: 1}}", "z: {k",
			[]string{`no option "z"`},
		},
		{
			"runs without the best",
			"ask: Which?", "ask: Which?\n        metric: speedup\n        runs: {b: {k: 20}}", "runs:",
			[]string{"best option"},
		},
		{
			"runs without a poor one",
			"ask: Which?", "ask: Which?\n        metric: speedup\n        runs: {a: {k: 200}}", "runs:",
			[]string{"no poor option"},
		},
		{
			"a best run that isn't the demo's",
			"ask: Which?", "ask: Which?\n        metric: speedup\n        runs: {a: {k: 50}, b: {k: 20}}", "50}",
			[]string{"the demo runs k: 200"},
		},
		{
			"two choices that are only judged",
			", knob: engine, metric: speedup, options: {exact: poor, hnsw: best}", ", options: {exact: poor, hnsw: best}",
			"{id: d2",
			[]string{"second decision"},
		},
		{"a step without samples", validSamples, "", "requirements:", []string{"seven steps"}},
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

func TestACaseNeedsThreeCurveballs(t *testing.T) {
	text := strings.Replace(valid(), validCurveball(2), "", 1)
	found := Lint(load(t, text))
	if len(found) != 1 {
		t.Fatalf("%v", found)
	}
	placed(t, text, "curveballs:", found, "there are 2", "3 to 20")
}

func TestTheNearestKeyIsSuggested(t *testing.T) {
	for word, want := range map[string]string{"refrence": "reference", "Title": "title", "hint": "hints", "xyzzy": ""} {
		if got := nearest(word, []string{"title", "reference", "hints"}); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}

func TestAFormulaIsArithmeticOverNamedNumbers(t *testing.T) {
	names := map[string]float64{"listings": 200e6, "per_machine": 60}
	for formula, want := range map[string]float64{
		"listings * (64*4 + 128) / 1e9": 76.8,
		"ceil(listings / 3e7)":          7,
		"-2 + max(1, 3) - min(2, 5)":    -1,
		"sqrt(16) * round(2.6)":         12,
		"per_machine / 100":             0.6,
	} {
		if got, err := evaluate(formula, names); err != nil || math.Abs(got-want) > 1e-9 {
			t.Errorf("%s = %v, %v; want %v", formula, got, err, want)
		}
	}
	for _, bad := range []string{"", "1 +", "1/0", "sqrt(0-1)", "os.Exit(1)", "func(){}()", "a b", `"x"`, "1 % 2", "unknown", "ceil(1, 2)"} {
		if x, err := evaluate(bad, names); err == nil {
			t.Errorf("%q gives %v", bad, x)
		}
	}
}

func TestAValueHoldsItsRoundingError(t *testing.T) {
	for text, in := range map[string][2]float64{
		"208,000 searches": {207_600, 209_000}, "102 GB": {102.4, 102.6}, "about 0.80 ms": {0.804, 0.806},
		"51 GB": {51.2, 51.6}, "100 machines": {104, 106}, "2.5 billion": {2.54e9, 2.56e9},
	} {
		s, ok := readShown(text)
		if !ok || !s.holds(in[0]) || s.holds(in[1]) {
			t.Errorf("%q is read as %+v", text, s)
		}
	}
}

func TestANumberIsFoundInDigitsAndInWords(t *testing.T) {
	text := "Forty machines, about 200 million listings, 5,000 a second, 40ms of 100 ms, 3% buy, a third are dim, " +
		"nine million pairs, 1.5M rows."
	for _, x := range []float64{40, 200e6, 5000, 100, 3, 0.03, 1. / 3, 9e6, 1.5e6} {
		if !says(text, x) {
			t.Errorf("%v isn't found", x)
		}
	}
	for _, x := range []float64{200, 9, 41, 0.4, 1.5} {
		if says(text, x) {
			t.Errorf("%v is found", x)
		}
	}
}

func TestAPredictionAsksForAMetricARatioOrAShare(t *testing.T) {
	ndcg := map[string]float64{"none": .30, "logistic": .36, "trees": .40}
	metric := func(settings map[string]string) (float64, error) { return ndcg[settings["ranker"]], nil }
	at := func(ranker string) map[string]string { return map[string]string{"ranker": ranker} }
	for _, tc := range []struct {
		p    Prediction
		want float64
	}{
		{Prediction{Set: at("logistic")}, .36},
		{Prediction{Set: at("logistic"), As: AsRatio, To: at("trees")}, .9},
		{Prediction{Set: at("logistic"), As: AsShare, From: at("none"), To: at("trees")}, .6},
	} {
		if got, err := tc.p.Value(metric); err != nil || math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%+v is %v, %v; want %v", tc.p, got, err, tc.want)
		}
	}
	if v, err := (&Prediction{Set: at("trees"), As: AsShare, From: at("none"), To: at("none")}).Value(metric); err == nil {
		t.Errorf("the share of no gain is %v", v)
	}
}
