package coach

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"

	"pgregory.net/rapid"
)

func aCriterion(evidence ...[]string) framework.Criterion {
	return framework.Criterion{ID: "c", Text: "...", Level: framework.Mid, Weight: 1, Evidence: evidence, Probe: "?"}
}

// caseOf is a case whose evaluation step has these criteria and wrong claims.
func caseOf(criteria []framework.Criterion, wrong ...casestudies.Wrong) *casestudies.Case {
	cs := &casestudies.Case{Brief: "Build it.", Facts: []casestudies.Fact{
		{ID: "size", Answer: "About 200 million.", Short: "200M listings"},
	}}
	cs.Steps.Evaluation = casestudies.Step{Criteria: criteria, Wrong: wrong, Prompt: "How do you measure it, and when would you launch?"}
	return cs
}

func judgeText(cs *casestudies.Case, text string) Judgment {
	return New().Judge(cs, framework.Evaluation, Answer{Text: text})
}

// judgeTests are by name.
type judgeTests map[string]struct {
	c    framework.Criterion
	text string
	met  bool
}

func (tests judgeTests) run(t *testing.T) {
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := judgeText(caseOf([]framework.Criterion{tc.c}), tc.text).Suggestions[0]
			if met := got.Mark > framework.None; met != tc.met {
				t.Fatalf("mark %v, %s (quotes %q, note %q)", got.Mark, got.Claim, got.Quotes, got.Note)
			}
			if (got.Mark > 0) != (len(got.Quotes) > 0) {
				t.Errorf("mark %v rests on %q", got.Mark, got.Quotes)
			}
			if (got.Mark == framework.Full) != (got.Note == "") {
				t.Errorf("mark %v has the note %q", got.Mark, got.Note)
			}
		})
	}
}

func TestEvidenceIsFoundInAnyFormOfTheWords(t *testing.T) {
	ndcg := aCriterion([]string{"ndcg"})
	judgeTests{
		"a word meets its group": {ndcg, "I would use NDCG.", true},
		"no word, no mark":       {ndcg, "I would use accuracy.", false},
		"an empty text":          {ndcg, "", false},
		"a stem meets its group": {aCriterion([]string{"retrieval"}), "We retrieve a few hundred.", true},
		"part of a word doesn't": {aCriterion([]string{"rank"}), "I am frank about it.", false},
		"a phrase must be contiguous": {
			aCriterion([]string{"response time"}), "The time of a response matters.", false,
		},
		"a phrase in another form": {aCriterion([]string{"response time"}), "The response times matter to us, so I measure them.", true},
		"a phrase doesn't cross sentences": {
			aCriterion([]string{"response time"}), "I await a response. Time will tell.", false,
		},
		"a long form means its abbreviation":            {ndcg, "It is normalized discounted cumulative gain at ten.", true},
		"an abbreviation means its long form":           {aCriterion([]string{"click-through rate"}), "The CTR went up.", true},
		"boosted trees by a product's name":             {aCriterion([]string{"gbdt"}), "I'd train XGBoost on pair features.", true},
		"an acronym that is also a word needs capitals": {aCriterion([]string{"false accept rate"}), "It is good so far.", false},
		"and counts in capitals":                        {aCriterion([]string{"false accept rate"}), "We need a FAR of 1e-4.", true},
		"British and American": {
			aCriterion([]string{"neighbor"}, []string{"randomise"}), "Neighbours are randomized by user.", true,
		},
		"numbers however written": {
			aCriterion([]string{"20,000"}, []string{"100 ms"}), "We scan 20k items in 100ms.", true,
		},
	}.run(t)
}

func TestWordsWithoutAClaimEarnNothing(t *testing.T) {
	pair := aCriterion([]string{"recall"}, []string{"ndcg"})
	judgeTests{
		"a list":                       {pair, "recall, NDCG, guardrails, A/B test, slices, raters", false},
		"bare words as sentences":      {pair, "The recall NDCG. The guardrail slice rater.", false},
		"a long run inside a sentence": {pair, "I mean recall NDCG MRR MAP precision guardrail slice rater grade label arm split unit.", false},
		"a claim":                      {pair, "Recall is for retrieval and NDCG is for the ranker.", true},
		"an instruction":               {pair, "Measure recall for retrieval and NDCG for the ranker.", true},
		"a terse line with an arrow":   {pair, "- retrieval -> recall@200, ranker -> NDCG@10", true},
		"a terse line with figures":    {pair, "- recall takes 40 of the 100, so NDCG has 60 left", true},
		"a phrase beside claims":       {pair, "I'd look at recall for the index. Then NDCG for the ranker.", true},
	}.run(t)
}

func TestDeniedWordsEarnNothingUnlessTheCriterionIsADenial(t *testing.T) {
	ndcg := aCriterion([]string{"ndcg"})
	ids := aCriterion([]string{"id", "ids"}, []string{"churn", "new"})
	omits := ids
	omits.Omits = true
	says := ids
	says.Says = []string{"I wouldn't feed the listing id to the ranker, because new ones show up daily."}
	judgeTests{
		"denied by don't need":                   {ndcg, "We don't need NDCG.", false},
		"denied afterwards":                      {ndcg, "NDCG isn't needed here.", false},
		"the next clause counts":                 {ndcg, "Recall isn't needed: NDCG is.", true},
		"a denial ends with its clause":          {ndcg, "We don't need recall, but NDCG at ten.", true},
		"denied once, stated once":               {ndcg, "We don't need NDCG at first. Later NDCG decides.", true},
		"a phrase of the case may be a negation": {aCriterion([]string{"no slice"}), "No slice may lose two points.", true},
		"a denial of what should stay":           {ids, "I'm not using item ID embeddings, there's too much churn.", false},
		"a criterion about leaving out":          {omits, "I'm not using item ID embeddings: too much churn.", true},
		"a statement that denies":                {says, "I'm not using item ID embeddings: too much churn.", true},
	}.run(t)
}

func TestEvidenceMustStandCloseTogether(t *testing.T) {
	pair := aCriterion([]string{"recall"}, []string{"bias", "biased"})
	far := strings.Repeat("Nothing of note stands here. ", 6)
	judgeTests{
		"all groups in adjacent sentences": {pair, "I'd use recall first. Then there's more. Labels are biased.", true},
		"groups far apart":                 {pair, "I'd use recall first. " + far + "Labels are biased.", false},
		"wrapped lines are one sentence": {
			pair, "I use recall at two hundred\nof the\nretrieval\nand then\nthe rest\nwith the bias", true,
		},
		"a criterion that the case says nothing about": {aCriterion(), "I do anything.", false},
	}.run(t)
}

func TestCopiedWordsEarnNothing(t *testing.T) {
	cs := caseOf([]framework.Criterion{aCriterion([]string{"exact scan"})})
	cs.Steps.Evaluation.Prompt = "Measure recall at K for retrieval against an exact scan, please."
	for name, tc := range map[string]struct {
		text string
		met  bool
	}{
		"the prompt":                    {"Measure recall at K for retrieval against an exact scan.", false},
		"a common short phrase":         {"I'd compare what the index finds against an exact scan.", true},
		"copied once, stated once":      {cs.Steps.Evaluation.Prompt + " What an exact scan finds is the ceiling.", true},
		"copied across a line break":    {"measure recall at\nK for retrieval against an\nexact scan", false},
		"its own words beside the copy": {"The ceiling for recall at K is what an exact scan finds, so I'd compare with it.", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judgeText(cs, tc.text).Suggestions[0]; (got.Mark > 0) != tc.met {
				t.Fatalf("mark %v: %+v", got.Mark, got)
			}
		})
	}
}

func TestAWrongClaimContradictsItsCriterionAndCostsMoreThanSilence(t *testing.T) {
	first, second := aCriterion([]string{"percentile", "p99"}), aCriterion([]string{"recall"})
	second.ID, second.Weight = "d", 3
	cs := caseOf([]framework.Criterion{first, second}, casestudies.Wrong{
		Says: "The average latency is what counts.", Evidence: [][]string{{"average", "mean"}, {"latency"}}, Against: []string{"c"},
		Why: "A mean hides the tail.",
	})
	silent := judgeText(cs, "I'd measure recall, because it is the ceiling.")
	for text, want := range map[string]bool{
		"I'd measure recall, because it is the ceiling. I'd use average latency.":                   true,
		"I'd measure recall, because it is the ceiling. I would not use average latency.":           false,
		"I'd measure recall, because it is the ceiling. I'd skip the average latency and take p99.": false,
		"I'd measure recall, because it is the ceiling. Average latency is misleading.":             false,
	} {
		j := judgeText(cs, text)
		s := j.Suggestions[0]
		if got := s.Claim == framework.Contradicted; got != want {
			t.Errorf("%s: %+v", text, s)
		}
		if want && (j.Score >= silent.Score || len(j.Contradictions) != 1 || s.Note != "A mean hides the tail." || len(s.Quotes) != 1) {
			t.Errorf("%s: %.2f after %.2f: %+v", text, j.Score, silent.Score, j)
		}
	}
}

func TestAPoorChoiceContradictsWhatItSpeaksAgainst(t *testing.T) {
	cs := caseOf([]framework.Criterion{aCriterion([]string{"recall"})})
	cs.Steps.Evaluation.Decide = []casestudies.Decision{{
		ID: "metric", Options: casestudies.Options{{ID: "clicks", Verdict: casestudies.Poor}, {ID: "recall", Verdict: casestudies.Best}},
		Why: "Clicks are cheap.", Against: []string{"c"},
	}}
	for option, want := range map[string]framework.Claim{"clicks": framework.Contradicted, "recall": framework.Argued, "": framework.Argued} {
		a := Answer{Text: "I'd measure recall, because it is the ceiling.", Chosen: map[string]string{"metric": option}}
		if got := New().Judge(cs, framework.Evaluation, a).Suggestions[0]; got.Claim != want {
			t.Errorf("%q: %+v", option, got)
		}
	}
}

func TestWhatAnEarlierStepSettledDifferentlyIsQuoted(t *testing.T) {
	c := aCriterion([]string{"k", "candidates"}, []string{"recall"})
	for text, want := range map[string]bool{
		"I take K = 500, because recall is the ceiling.":                                   true,
		"I take K = 200, because recall is the ceiling.":                                   false,
		"K of 200 or K of 500: recall tells which, so I'd measure it.":                     false,
		"I wouldn't take K = 500, because recall at 200 is enough.":                        false,
		"HNSW has more recall with 300 candidates, so that is what I'd use for the index.": false,
	} {
		a := Answer{Text: text, Before: []string{"Retrieval hands K = 200 candidates to the ranker. The index is HNSW."}}
		j := New().Judge(caseOf([]framework.Criterion{c}), framework.Evaluation, a)
		if got := j.Suggestions[0].Claim == framework.Contradicted; got != want || want != (len(j.Contradictions) == 1) {
			t.Errorf("%s: %+v", text, j)
		}
	}
}

func TestFindingAFactOutEarnsItsCriterion(t *testing.T) {
	c := aCriterion([]string{"scan"})
	c.Facts = []string{"size"}
	cs := caseOf([]framework.Criterion{c})
	for _, released := range [][]string{nil, {"size"}} {
		got := New().Judge(cs, framework.Evaluation, Answer{Text: "Let me begin.", Released: released}).Suggestions[0]
		if want := len(released) > 0; (got.Mark == framework.Full) != want || want != (len(got.Quotes) == 1) {
			t.Errorf("%q: %+v", released, got)
		}
	}
}

func TestTheNearestSentencesAreShownWhateverTheMark(t *testing.T) {
	c := aCriterion([]string{"exposure"}, []string{"propensity"})
	c.Says = []string{"Clicks at the top are worth less, because people look there first, so weigh them by a propensity."}
	got := judgeText(caseOf([]framework.Criterion{c}), "I'd build it. Whatever is at the top gets more taps. I ship.").Suggestions[0]
	if got.Mark != framework.None || len(got.Nearest) == 0 || got.Nearest[0] != "Whatever is at the top gets more taps." {
		t.Errorf("%+v", got)
	}
}

func TestProbeAsksForTheMostMissingWeight(t *testing.T) {
	crit := func(id string, level framework.Level, weight int, word string) framework.Criterion {
		return framework.Criterion{ID: id, Text: id, Level: level, Weight: weight, Evidence: [][]string{{word}}, Probe: id + "?"}
	}
	cs := caseOf([]framework.Criterion{
		crit("light", framework.Mid, 1, "apple"), crit("staff", framework.Staff, 4, "pear"),
		crit("mid", framework.Mid, 4, "plum"), crit("said", framework.Mid, 5, "grape"),
	})
	c := New()
	var asked []string
	for range 5 {
		id := c.Probe(cs, framework.Evaluation, Answer{Text: "I eat grapes because they're sweet."}, asked)
		if id == "" {
			break
		}
		asked = append(asked, id)
	}
	if want := []string{"mid", "staff", "light"}; !slices.Equal(asked, want) {
		t.Fatalf("asked %q, want %q", asked, want)
	}
}

// Whatever is typed, a quote is made of the candidate's words, and the same arguments give the same judgment from a fresh coach
// and from one that has read many texts.
func TestJudgeHoldsForAnyText(t *testing.T) {
	used := New()
	cs, err := casestudies.Find("visual-search")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		pool := []string{
			"recall", "NDCG", "bias", "not", "no", "without", "don't", "é", "100ms", "- ", "\n", ". ", ", ", "e.g.", "a/b", "200M",
			"but", "\x80", "5.", "k", "I", "measure", "is", "because",
		}
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pool), 0, 60).Draw(t, "words"), " ")
		fresh := New().Judge(cs, framework.Evaluation, Answer{Text: text})
		again := used.Judge(cs, framework.Evaluation, Answer{Text: text})
		flat := strings.Join(strings.Fields(text), " ")
		for i, a := range fresh.Suggestions {
			b := again.Suggestions[i]
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("a fresh coach says %+v, a used one %+v", a, b)
			}
			for _, q := range slices.Concat(a.Quotes, a.Nearest) {
				if !strings.Contains(flat, strings.TrimSuffix(q, "…")) {
					t.Fatalf("quote %q isn't in %q", q, flat)
				}
			}
		}
	})
}

// An answer of about 250 words, judged by a coach that knows the case.
func BenchmarkJudge(b *testing.B) {
	cs, err := casestudies.Find("visual-search")
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("I'd measure recall at K against an exact scan, and NDCG with two grades from judged queries by category. ", 13)
	c := New()
	b.ReportAllocs()
	for b.Loop() {
		c.Judge(cs, framework.Evaluation, Answer{Text: text})
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("We don't need NDCG.", "ndcg", "prompt of the case")
	f.Add("- a/b\n- 200M\n\n5k, 1.5k 0.98. p99's", "a/b", "")
	f.Add("\xff’t n’t ’ 1,000 1,2 …%", "’", "\x00")
	f.Fuzz(func(t *testing.T, text, evidence, source string) {
		cs := caseOf([]framework.Criterion{aCriterion([]string{evidence}, []string{"ndcg"})})
		for _, s := range New().Judge(cs, framework.Evaluation, Answer{Text: text, Copied: []string{source}}).Suggestions {
			if (s.Mark > 0) != (len(s.Quotes) > 0) {
				t.Fatalf("mark %v rests on %q", s.Mark, s.Quotes)
			}
		}
	})
}

func TestAnEmptyAnswerIsCalledThat(t *testing.T) {
	cs, err := casestudies.Find("visual-search")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", " \n\n"} {
		for _, s := range New().Judge(cs, framework.Data, Answer{Text: text}).Suggestions {
			if s.Mark != framework.None || s.Note != "there is no answer here" {
				t.Errorf("%q: %+v", text, s)
			}
		}
	}
}
