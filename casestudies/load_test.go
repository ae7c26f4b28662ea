package casestudies

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dryrun/framework"
	"dryrun/internal/safetext"
)

func load(t *testing.T, text string) *Case {
	t.Helper()
	c, findings := Load("small.yaml", strings.NewReader(text))
	if c == nil || len(findings) > 0 {
		t.Fatalf("findings: %v", findings)
	}
	return c
}

// edited is valid with one replacement, which must be found.
func edited(t *testing.T, old, now string) string {
	t.Helper()
	if !strings.Contains(valid(), old) {
		t.Fatalf("the case doesn't hold %q", old)
	}
	return strings.Replace(valid(), old, now, 1)
}

// placed says that one of the findings is at the text's first occurrence of mark, and holds the words.
func placed(t *testing.T, text, mark string, findings []Finding, words ...string) {
	t.Helper()
	at := strings.Index(text, mark)
	if at < 0 {
		t.Fatalf("%q isn't in the text", mark)
	}
	line := strings.Count(text[:at], "\n") + 1
	column := len([]rune(text[strings.LastIndex(text[:at], "\n")+1:at])) + 1
	want := fmt.Sprintf("small.yaml:%d:%d: ", line, column)
	for _, f := range findings {
		s := f.String()
		if strings.HasPrefix(s, want) && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(s, w) }) {
			return
		}
	}
	t.Errorf("no finding at %s with %q; there are\n%v", want, words, findings)
}

func TestAWholeCaseLoads(t *testing.T) {
	c := load(t, valid())
	step := c.Step(framework.Evaluation)
	if got := fmt.Sprint(step.Decide[1].Options); got != "[{exact poor} {hnsw best}]" {
		t.Errorf("options %s: they must keep the file's order", got)
	}
	if got := fmt.Sprint(c.Demo.Knobs); got != "map[engine:hnsw k:200]" {
		t.Errorf("knobs %s", got)
	}
	if c.Demo.Target.P99.Duration() != 100*time.Millisecond || step.Lab.Predict[0].Set["items"] != "1000000" ||
		step.Criteria[0].Evidence[0][1] != "200" {
		t.Errorf("demo %+v, predict %+v", c.Demo, step.Lab.Predict)
	}
	if step.Samples[2].Chooses["d1"] != "b" || !c.Facts[0].Critical || c.Curveballs[2].At != framework.Serving {
		t.Error("samples, facts or curveballs are lost")
	}
	if s := c.Source(); s.Name != "small.yaml" || len(s.Hash) != 64 || string(s.YAML) != valid() {
		t.Error("the source isn't kept")
	}
	if findings := Lint(c); len(findings) != 0 {
		t.Errorf("lint: %v", findings)
	}
}

func TestFieldsHavePositions(t *testing.T) {
	c := load(t, valid())
	lines := strings.Split(valid(), "\n")
	for field, begins := range map[string]string{
		"title":                           "T",
		"facts[0].asks[1][0]":             "how many",
		"demo.target.p99":                 "100ms",
		"steps.data":                      "data:",
		"steps.data.criteria[1]":          "id: c2",
		"steps.data.criteria[1].evidence": "evidence:",
		"steps.data.criteria[1].missing":  "id: c2",
		"steps.data.pitfalls[3].text":     "data:",
	} {
		p := c.At(field)
		if got := lines[p.Line-1][p.Column-1:]; !strings.HasPrefix(got, begins) {
			t.Errorf("%s is at %v, %q; want %q", field, p, got, begins)
		}
	}
	if p := c.At("nowhere"); p != (Position{1, 1}) {
		t.Errorf("an unknown field is at %v", p)
	}
	if p := (&Case{}).At("title"); p != (Position{1, 1}) {
		t.Errorf("a case without a file has %v", p)
	}
}

func TestErrorsAreReportedAtTheirPosition(t *testing.T) {
	cases := []struct {
		name, old, now string
		mark           string // where the finding is
		words          []string
	}{
		{"an unknown key", "summary: S", "sumary: S", "sumary", []string{`unknown key "sumary"`, `"summary"`}},
		{"a key far from all", "summary: S", "summary: S\nzzzzzzzzzz: 1", "zzzzzzzzzz", []string{"the keys here are", "version"}},
		{"a missing key, at its parent", "    prompt: Go on.\n", "", "requirements:", []string{"steps.requirements:", `missing "prompt"`}},
		{"a repeated key", "title: T", "title: T\ntitle: U", "title: U", []string{"repeated", "line 3"}},
		{"an octal number", "minutes: 45", "minutes: 012", "012", []string{"minutes", "plain decimal"}},
		{"an underscored number", "minutes: 45", "minutes: 4_5", "4_5", []string{"plain decimal"}},
		{"a number out of range", "minutes: 45", "minutes: 4500", "4500", []string{"between 5 and 180"}},
		{"infinity", "score: 3.5", "score: .inf", ".inf", []string{"plain decimal"}},
		{"not a number", "score: 3.5", "score: .nan", ".nan", []string{"plain decimal"}},
		{"a knob in octal", "k: 200", "k: 0200", "0200", []string{"demo.k", "plain decimal"}},
		{"a knob of another shape", "engine: hnsw", "Engine!: hnsw", "Engine!", []string{"nor a knob"}},
		{"a knob that is a list", "engine: hnsw", "engine: [hnsw]", "[hnsw]", []string{"one value, not a list"}},
		{"nothing", "summary: S", "summary: ~", "~", []string{"summary: there is no value"}},
		{"a number for text", "title: T", "title: 12", "12", []string{"in quotes"}},
		{"a date for text", "title: T", "title: 2024-01-01", "2024-01-01", []string{"not a date"}},
		{"blank text", "title: T", `title: "  "`, `"  "`, []string{"blank"}},
		{"text for a list", "hints: [one, two, three]", "hints: one", "one", []string{"a list, not text"}},
		{"a mapping for text", "title: T", "title: {a: b}", "{a: b}", []string{"title: this must be one value, not a mapping"}},
		{"another domain", "domain: search", "domain: serch", "serch", []string{"did you mean", `"search"`}},
		{"a span without a unit", "p99: 100ms", "p99: 100", "100}", []string{"write it like 100ms"}},
		{"a negative span", "p99: 100ms", "p99: -5ms", "-5ms", []string{"above 0"}},
		{"another verdict", "a: best", "a: great", "great", []string{"best, ok or poor"}},
		{"an id in capitals", "id: small", "id: Small", "Small", []string{"lower-case"}},
		{"an alias", "tags: [words]", "tags: &a [words]\nsummary2: *a", "*a", []string{"aliases aren't allowed"}},
		{"an anchor", "tags: [words]", "tags: &a [words]", "&a", []string{"anchors aren't allowed"}},
		{"a tag", "title: T", "title: !!str T", "!!str", []string{"tags aren't allowed"}},
		{"a merge key", "demo:\n", "demo:\n  <<: {k: 1}\n", "<<", []string{"merge keys aren't allowed"}},
		{"an escape", "title: T", `title: "a\eb"`, `"a\eb"`, []string{"title", `\x1b`}},
		{"an entity", "title: T", `title: "a&#27;b"`, `"a&#27;b"`, []string{"title", "HTML entity"}},
		{"an escape in a key", "summary: S", "summary: S\n\"\\x9bq\": 1", `"\x9bq"`, []string{`\u009b`}},
		{"an override in a comment", "title: T", "title: T # \u202e", "\u202e", []string{"U+202E"}},
		{"an absolute path", "  k: 200", "  k: 200\n  data: {format: folders, path: /etc}", "/etc", []string{"beside the case's file"}},
		{"a path upwards", "  k: 200", "  k: 200\n  data: {format: folders, path: a/../../b}", "a/../../b", []string{"beside"}},
		{"a newer version", "version: 1", "version: 2", "2\n", []string{"newer", "update dryrun"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := edited(t, c.old, c.now)
			got, findings := Load("small.yaml", strings.NewReader(text))
			if got != nil {
				t.Fatal("it was loaded")
			}
			placed(t, text, c.mark, findings, c.words...)
		})
	}
}

func TestOneLoadFindsEveryErrorInFileOrder(t *testing.T) {
	text := strings.NewReplacer(
		"title: T", "titel: T", "minutes: 45", "minutes: 1", "p99: 100ms", "p99: soon", "weight: 2", "weight: 9",
	).Replace(valid())
	_, findings := Load("small.yaml", strings.NewReader(text))
	if len(findings) != 4+28 { // missing title beside the unknown titel; four criteria in each of seven steps
		t.Errorf("%d findings: %v", len(findings), findings)
	}
	if !slices.IsSortedFunc(findings, func(a, b Finding) int { return a.Line - b.Line }) {
		t.Error("they aren't in the order of the file")
	}
}

func TestFilesThatAreNotCasesAreRefused(t *testing.T) {
	deep := "a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	bomb := "a: &a [x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 8), ","))
	}
	for name, c := range map[string]struct{ text, word string }{
		"empty":              {"", "empty"},
		"comments alone":     {"# nothing\n", "empty"},
		"two documents":      {valid() + "---\n" + valid(), "second document"},
		"too large":          {"a: " + strings.Repeat("x", MaxBytes), "larger than 1 MiB"},
		"not UTF-8":          {"a: \xff", "UTF-8"},
		"a raw escape":       {"a: \x1b[2J", "U+001B"},
		"not YAML":           {"a: [b\nc: d", "not YAML"},
		"a tab":              {"a:\n\tb: c", "never with tabs"},
		"a list":             {"- a", "a case is a mapping"},
		"text":               {"hello", "a case is a mapping"},
		"deep":               {deep, "nested more than"},
		"many values":        {"a: [" + strings.Repeat("1,", maxNodes) + "1]", "more than 50000 values"},
		"a bomb of aliases":  {bomb, "aliases aren't allowed"},
		"an unknown alias":   {"a: *b", "not YAML"},
		"a key that is none": {"[a, b]: c", "a key is one word"},
		"aliased to itself":  {"a: &a [*a]", ""},
	} {
		got, findings := Load("x\x1b.yaml", strings.NewReader(c.text))
		if got != nil || len(findings) == 0 {
			t.Errorf("%s: it was loaded", name)
			continue
		}
		if !slices.ContainsFunc(findings, func(f Finding) bool { return strings.Contains(f.String(), c.word) }) {
			t.Errorf("%s: %v", name, findings[0])
		}
		checkFindings(t, findings)
	}
}

func checkFindings(t *testing.T, findings []Finding) {
	t.Helper()
	for _, f := range findings {
		if s := f.String(); safetext.IndexUnsafe(s) >= 0 || strings.ContainsAny(s, "\n\t") {
			t.Fatalf("a finding isn't one safe line: %q", s)
		}
		if f.Line < 1 || f.Column < 1 || f.Message == "" {
			t.Fatalf("a finding has no place or says nothing: %+v", f)
		}
	}
}

func TestFilesAreReadFromDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "small.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(valid(), "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	c, findings, err := LoadFile(path)
	if err != nil || c == nil {
		t.Fatalf("a file with Windows line ends: %v %v", err, findings)
	}
	if c.Source().Dir != dir {
		t.Errorf("folder %q", c.Source().Dir)
	}
	if _, _, err := LoadFile(dir); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: %v", err)
	}
	if _, _, err := LoadFile(filepath.Join(dir, "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestBuiltInCasesAreFoundByID(t *testing.T) {
	cases, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.Source().Name != "builtin:"+c.ID {
			t.Errorf("%s holds the case %s", c.Source().Name, c.ID)
		}
		if findings := Lint(c); HasErrors(findings) {
			t.Errorf("%s: %v", c.ID, findings)
		}
	}
	if c, err := Find("visual-search"); err != nil || c.ID != "visual-search" {
		t.Errorf("Find: %v", err)
	}
	if _, err := Find("visaul-search"); err == nil || !strings.Contains(err.Error(), "visual-search") {
		t.Errorf("the error for an unknown id must list the known ones: %v", err)
	}
}

func TestTheRubricOfASessionIncludesItsCurveballs(t *testing.T) {
	c := load(t, valid())
	st, err := framework.Fold([]framework.Event{
		{Seq: 1, Body: framework.Started{Steps: []framework.StepID{framework.Serving, framework.Data}}},
		{Seq: 2, Body: framework.CurveballThrown{Step: framework.Serving, Curveball: "b1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := c.Rubric(st)
	if len(r) != 2 || len(r[framework.Data]) != 4 || len(r[framework.Serving]) != 5 || r[framework.Serving][4].ID != "b1-c" {
		t.Errorf("%v", r)
	}
	if len(c.Step(framework.Serving).Criteria) != 4 {
		t.Error("the case itself was changed")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(valid()))
	for _, s := range []string{
		"", "a: &a [*a]", "version: 2", "demo: {k: 1, data: {path: ../x}}", "steps: {data: {hints: 1, decide: [{options: {a: best}}]}}",
		"id: \"\\e]0;x\\a\"", "? [a]\n: b", "<<: {a: 1}", "a: !!binary eA==", "---\n---\n", "title: &#27;", "- \t- x",
		"facts: [{asks: [[1, 012]]}]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, findings := Load("f\x1b.yaml", strings.NewReader(string(text)))
		if (c == nil) != HasErrors(findings) {
			t.Fatalf("a case: %v, findings: %v", c != nil, findings)
		}
		checkFindings(t, findings)
		if c != nil {
			checkFindings(t, Lint(c))
		}
	})
}

func TestOptionIDsAreShownAsWords(t *testing.T) {
	for id, want := range map[string]string{
		"judged-grades": "judged grades", "top-20": "top-20", "1e-3": "1e-3", "trees": "trees", "-": "-", "": "",
	} {
		if got := OptionWords(id); got != want {
			t.Errorf("%q reads %q, want %q", id, got, want)
		}
	}
}

func TestAChoiceIsJudgedAgainstTheBest(t *testing.T) {
	o := Options{{ID: "judged-grades", Verdict: Best}, {ID: "logged-clicks", Verdict: Poor}}
	for id, want := range map[string]string{"judged-grades": "best", "logged-clicks": "poor; the best is judged grades"} {
		if got := o.Judged(id); got != want {
			t.Errorf("%s is judged %q, want %q", id, got, want)
		}
	}
}
