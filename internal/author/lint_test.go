package author

import (
	"strings"
	"testing"

	"dryrun/casestudies"
)

// changed loads visual search with one piece of its text replaced, once.
func changed(t *testing.T, old, now string) *casestudies.Case {
	t.Helper()
	c, err := casestudies.Find("visual-search")
	if err != nil {
		t.Fatal(err)
	}
	text := string(c.Source().YAML)
	if !strings.Contains(text, old) {
		t.Fatalf("the case has no %q to change", old)
	}
	out, findings := casestudies.Load("changed.yaml", strings.NewReader(strings.Replace(text, old, now, 1)))
	if out == nil {
		t.Fatalf("the changed case doesn't load: %v", findings)
	}
	return out
}

// said returns the findings as lines.
func said(findings []casestudies.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

// Each change breaks one promise of case-format's "What lint and test prove", and the finding says so at the place.
func TestLintFindsWhatIsWrong(t *testing.T) {
	before := said(lintAgainst(changed(t, "Visual search", "Visual search"), nil))
	for name, tc := range map[string]struct{ old, now, field, says string }{
		"evidence that the reference lacks": {
			"evidence: [[consent, consented", "evidence: [[zeppelin], [consent, consented",
			"steps.data.criteria[5].evidence", `in the reference: `,
		},
		"evidence that the prompt already has": {
			`evidence: [["out of scope"`, `evidence: [[people, "out of scope"`,
			"steps.requirements.criteria[5].evidence", `the brief and the prompt alone`,
		},
		"a world that doesn't exist": {
			"kind: images", "kind: imagse", "demo.world.kind", `no world "imagse": it is one of images`,
		},
		"a demo's knob out of range": {
			"k: 200\n", "k: 0\n", "demo.k", "outside 1 to 100000",
		},
		"a demo's value with a slip": {
			"engine: hnsw\n", "engine: hsnw\n", "demo.engine", "did you mean hnsw",
		},
		"a demo that doesn't exist in knobs": {
			"encoder: learned\n", "encodr: learned\n", "demo.encodr", `"encodr"`,
		},
		"an option that the knob can't be": {
			"options: {hnsw: best, ivfpq: poor}", "options: {hnsw: best, warp: poor}",
			"steps.requirements.decide[0].options.warp", "is not among",
		},
		"a metric that doesn't exist": {
			"metric: index_recall_at_k\n", "metric: index_recal_at_k\n", "steps.requirements.decide[0].metric", `no metric "index_recal_at_k"`,
		},
		"a metric of another step": {
			"metric: recall_at_10\n", "metric: revenue_lift\n", "steps.architecture.decide[0].metric", "doesn't report the metric",
		},
		"a knob of another step": {
			"knob: k\n", "knob: load\n", "steps.architecture.decide[0].knob", "changes nothing in the step architecture",
		},
		"a prediction set outside its range": {
			"set: {items: 20000}", "set: {items: 2}", "steps.requirements.lab.predict[0].set.items", "outside",
		},
		"a prediction's knob with a slip": {
			"knob: items, set", "knob: itmes, set", "steps.requirements.lab.predict[0].knob", `no knob "itmes"`,
		},
		"a fault that the world doesn't have": {
			"fault: encoder-mismatch", "fault: gremlins", "curveballs[0].fault", `no fault "gremlins"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := changed(t, tc.old, tc.now)
			for _, f := range lintAgainst(c, nil) {
				if f.Field == tc.field && strings.Contains(f.Message, tc.says) && !strings.Contains(before, f.Message) {
					if f.File != "changed.yaml" || f.Line < 2 {
						t.Errorf("the finding is at %s:%d", f.File, f.Line)
					}
					return
				}
			}
			t.Errorf("no finding at %s with %q in:\n%s", tc.field, tc.says, said(lintAgainst(c, nil)))
		})
	}
}

// Strong samples must do well, in any words, and one that claims the opposite must not.
func TestSamples(t *testing.T) {
	c := changed(t, "Visual search", "Visual search")
	step := &c.Steps.Requirements
	for i := range step.Samples {
		switch s := &step.Samples[i]; s.ID {
		case "strong", "strong-other-words":
			s.Answer = "I'd think about it with care.\n"
		case "opposite":
			s.Answer = step.Criteria[0].Says[0] + "\n" + step.Criteria[2].Says[0] + "\n" + step.Criteria[4].Says[0] + "\n"
		}
	}
	got := said(lintAgainst(c, nil))
	for _, want := range []string{
		`the coach gives sample "strong" 0.0 of 4, under 2.4: widen says or evidence of business-before-ml`,
		`the coach gives sample "strong-other-words" 0.0 of 4, under 2.4`,
		`over 1.0: state its claims under wrong, with evidence; it credits business-before-ml, `,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// Words from the evidence are no answer, as a list or with articles and periods around them.
func TestWordsWithoutClaimsEarnLittleInTheBuiltInCases(t *testing.T) {
	all, err := casestudies.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		for _, f := range lintAgainst(c, nil) {
			if strings.Contains(f.Message, "the words of the evidence alone") {
				t.Errorf("%s: %s", c.ID, f.Message)
			}
		}
	}
}

func TestAReferenceThatFitsAnotherDomainIsTooGeneric(t *testing.T) {
	c, other := changed(t, "Visual search", "Visual search"), changed(t, "Visual search", "Another search")
	other.ID, other.Domain = "another", "ads"
	n := 0
	for _, f := range lintAgainst(c, []*casestudies.Case{c, other}) {
		if strings.Contains(f.Message, "too generic") {
			n++
			if !f.Warning || !strings.HasPrefix(f.Field, "steps.") {
				t.Errorf("%+v", f)
			}
		}
	}
	if n != 7 {
		t.Errorf("%d of 7 steps are found too generic beside their own copy", n)
	}
	other.Domain = c.Domain
	if strings.Contains(said(lintAgainst(c, []*casestudies.Case{other})), "too generic") {
		t.Error("cases of one domain may be alike")
	}
}

func TestLintChecksTheNamesOfRunsComparisonsAndQuestions(t *testing.T) {
	for name, tc := range map[string]struct{ old, now, field, says string }{
		"a run of an unknown knob": {
			"dear: {ranker: dcn}", "dear: {rankr: dcn}", "steps.requirements.decide[1].runs.dear.rankr", "no knob",
		},
		"a run of a value out of range": {"dear: {ranker: dcn}", "dear: {k: 0}", "steps.requirements.decide[1].runs.dear.k", "outside"},
		"a run of an unknown fault": {
			"fault: encoder-mismatch}", "fault: gremlins}", "steps.requirements.decide[2].runs.at-once.fault", "no fault",
		},
		"a comparison of nothing known": {
			"than-metric: ndcg_at_10", "than-metric: ndgc", "steps.requirements.lab.backed[1].than-metric", "no metric",
		},
		"a comparison at a bad setting": {
			"than-set: {k: 20}", "than-set: {k: 0}", "steps.requirements.lab.backed[0].than-set.k", "outside",
		},
		"a question about an absolute":    {", as: ratio", "", "steps.requirements.lab.predict[0]", "absolute ndcg_at_10"},
		"a ratio to a setting that isn't": {"as: ratio", "as: ratio, to: {k: 0}", "steps.requirements.lab.predict[0].to.k", "outside"},
	} {
		t.Run(name, func(t *testing.T) {
			found := lintAgainst(small(t, tc.old, tc.now), nil)
			for _, f := range found {
				if f.Field == tc.field && strings.Contains(f.Message, tc.says) {
					return
				}
			}
			t.Errorf("no finding at %s with %q in:\n%s", tc.field, tc.says, said(found))
		})
	}
}
