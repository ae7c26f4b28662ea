package coach

import (
	"slices"
	"strings"
	"testing"

	"dryrun/framework"

	"pgregory.net/rapid"
)

func criterion(evidence ...[]string) framework.Criterion {
	return framework.Criterion{ID: "c", Text: "...", Level: framework.Mid, Weight: 1, Evidence: evidence, Probe: "?"}
}

// suggestTests are by name.
type suggestTests map[string]struct {
	c    framework.Criterion
	text string
	want framework.Mark
}

func (tests suggestTests) run(t *testing.T) {
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := New().Suggest([]framework.Criterion{tc.c}, tc.text, nil)[0]
			if got.Mark != tc.want {
				t.Fatalf("mark %v, want %v (quotes %q, note %q)", got.Mark, tc.want, got.Quotes, got.Note)
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

func TestSuggestMatchesWordsInAnyForm(t *testing.T) {
	ndcg := criterion([]string{"ndcg"})
	suggestTests{
		"a word meets its group": {ndcg, "I would use NDCG.", framework.Full},
		"no word, no mark":       {ndcg, "I would use accuracy.", framework.None},
		"an empty text":          {ndcg, "", framework.None},
		"a stem meets its group": {criterion([]string{"retrieval"}), "We retrieve a few hundred.", framework.Full},
		"part of a word doesn't": {criterion([]string{"rank"}), "I am frank about it.", framework.None},
		"a phrase must be contiguous": {
			criterion([]string{"response time"}), "The time of a response matters.", framework.None,
		},
		"a phrase in another form": {criterion([]string{"response time"}), "Response times matter.", framework.Full},
		"a phrase doesn't cross sentences": {
			criterion([]string{"response time"}), "I await a response. Time will tell.", framework.None,
		},
		"a long form means its abbreviation":  {ndcg, "Normalized discounted cumulative gain at ten.", framework.Full},
		"an abbreviation means its long form": {criterion([]string{"click-through rate"}), "CTR went up.", framework.Full},
		"an abbreviation inside a phrase": {
			criterion([]string{"ann index"}), "An approximate nearest neighbour index.", framework.Full,
		},
		"boosted trees by a product's name":             {criterion([]string{"gbdt"}), "XGBoost on pair features.", framework.Full},
		"a/b in three spellings":                        {criterion([]string{"a/b"}), "an AB test", framework.Full},
		"an acronym that is also a word needs capitals": {criterion([]string{"false accept rate"}), "So far so good.", framework.None},
		"and counts in capitals":                        {criterion([]string{"false accept rate"}), "FAR of 1e-4.", framework.Full},
		"British and American": {
			criterion([]string{"neighbor"}, []string{"randomise"}), "Neighbours, randomized by user.", framework.Full,
		},
		"hyphen or space": {criterion([]string{"look-alike"}), "A look alike is fine.", framework.Full},
		"numbers however written": {
			criterion([]string{"20,000"}, []string{"100 ms"}), "20k items in 100ms.", framework.Full,
		},
		"number words":                          {criterion([]string{"stage two"}), "Stage 2 ranks.", framework.Full},
		"a number with a suffix isn't a letter": {criterion([]string{"k"}), "5k requests.", framework.None},
	}.run(t)
}

func TestSuggestIgnoresNegatedWords(t *testing.T) {
	ndcg := criterion([]string{"ndcg"})
	suggestTests{
		"negated by don't need":                  {ndcg, "We don't need NDCG.", framework.None},
		"negated with a curly apostrophe":        {ndcg, "We don’t need NDCG.", framework.None},
		"negated by no":                          {criterion([]string{"index"}), "There is no index.", framework.None},
		"negated by without":                     {criterion([]string{"index"}), "I'd launch without an index.", framework.None},
		"negated by instead of":                  {criterion([]string{"click"}), "Purchases instead of clicks.", framework.None},
		"negated afterwards":                     {ndcg, "NDCG isn't needed here.", framework.None},
		"dismissed as overkill":                  {ndcg, "I think NDCG is overkill.", framework.None},
		"the next clause counts":                 {ndcg, "Recall isn't needed: NDCG is.", framework.Full},
		"a list that is negated as a whole":      {ndcg, "We need no recall, precision or NDCG.", framework.None},
		"a comma ends a negation without a list": {ndcg, "No recall, we use NDCG or MRR.", framework.Full},
		"a negation ends with its clause":        {ndcg, "We don't need recall, but NDCG at ten.", framework.Full},
		"not only negates nothing":               {ndcg, "Not only NDCG matters.", framework.Full},
		"no more than negates nothing":           {criterion([]string{"latency"}), "No more than 100 ms of latency.", framework.Full},
		"never forget negates nothing":           {ndcg, "Never forget NDCG.", framework.Full},
		"can't without is a double negation": {
			criterion([]string{"a/b test"}), "You can't launch without an A/B test.", framework.Full,
		},
		"negated once, stated once":                     {ndcg, "We don't need NDCG at first. Later NDCG decides.", framework.Full},
		"a phrase of the case may itself be a negation": {criterion([]string{"no slice"}), "No slice may lose two points.", framework.Full},
	}.run(t)
}

func TestSuggestNeedsAllGroupsCloseTogether(t *testing.T) {
	pair := criterion([]string{"recall"}, []string{"bias", "biased"})
	three := criterion([]string{"recall"}, []string{"ndcg"}, []string{"guardrail"})
	far := strings.Repeat("Nothing of note stands here. ", 6)
	suggestTests{
		"all groups in adjacent sentences":       {pair, "Recall first. Then more. Labels are biased.", framework.Full},
		"groups too far apart are half":          {pair, "Recall first. " + far + "Labels are biased.", framework.Half},
		"two groups, the subject alone is half":  {pair, "Recall first.", framework.Half},
		"two groups, the other alone is nothing": {pair, "Labels are biased.", framework.None},
		"three groups, two of them are half":     {three, "NDCG with guardrails.", framework.Half},
		"three groups, one of them is nothing":   {three, "Recall it is.", framework.None},
		"bullets are sentences":                  {pair, "- recall\n- a\n- b\n- c\n- d\n- bias", framework.Half},
		"wrapped lines aren't": {
			pair, "recall at two hundred\nof the\nretrieval\nand then\nthe rest\nwith the bias", framework.Full,
		},
		"e.g. doesn't end a sentence":                    {criterion([]string{"slices rare"}), "slices, e.g. rare ones", framework.None},
		"evidence that is empty meets nothing":           {criterion(), "Anything.", framework.None},
		"an alternative of punctuation alone is skipped": {criterion([]string{"--", "ndcg"}), "NDCG.", framework.Full},
	}.run(t)
}

func TestCopiedWordsDontCount(t *testing.T) {
	prompt := []string{"Measure recall at K for retrieval against an exact scan, please."}
	c := []framework.Criterion{criterion([]string{"exact scan"})}
	for name, tc := range map[string]struct {
		text string
		want framework.Mark
	}{
		"six words in a row":            {"Recall at K for retrievals against an exact scan.", framework.None},
		"a common short phrase":         {"I compare against an exact scan.", framework.Full},
		"copied once, stated once":      {prompt[0] + " What an exact scan finds is the ceiling.", framework.Full},
		"copied across a line break":    {"measure recall at\nK for retrieval against an\nexact scan", framework.None},
		"its own words beside the copy": {"A scan that's exact, so an exact scan.", framework.Full},
	} {
		t.Run(name, func(t *testing.T) {
			if got := New().Suggest(c, tc.text, prompt)[0]; got.Mark != tc.want {
				t.Fatalf("mark %v, want %v: %+v", got.Mark, tc.want, got)
			}
		})
	}
}

func TestNotesAndQuotesAreAboutTheAnswer(t *testing.T) {
	c := criterion([]string{"grade", "graded", "two grades"}, []string{"look-alike", "similar", "cousin", "copy"})
	const text = "Measure well: I want NDCG@20 with two grades, from judged queries by category and season."
	s := New().Suggest([]framework.Criterion{c}, text, nil)[0]
	if want := "no words on “look-alike”, “similar” or “cousin”"; s.Note != want {
		t.Errorf("note %q, want %q", s.Note, want)
	}
	if want := []string{"… NDCG@20 with two grades, from judged queries …"}; !slices.Equal(s.Quotes, want) {
		t.Errorf("quotes %q, want %q", s.Quotes, want)
	}
	s = New().Suggest([]framework.Criterion{c}, "Grades matter. We don't show similar things.", nil)[0]
	if want := "“look-alike”, “similar” or “cousin” only negated"; s.Note != want {
		t.Errorf("note %q, want %q", s.Note, want)
	}
}

func TestProbeAsksForTheMostMissingWeight(t *testing.T) {
	crit := func(id string, level framework.Level, weight int, word string) framework.Criterion {
		return framework.Criterion{ID: id, Level: level, Weight: weight, Evidence: [][]string{{word}}, Probe: id + "?"}
	}
	all := []framework.Criterion{
		crit("light", framework.Mid, 1, "apple"), crit("staff", framework.Staff, 4, "pear"),
		crit("mid", framework.Mid, 4, "plum"), crit("said", framework.Mid, 5, "grape"),
	}
	c := New()
	var asked []string
	for range 5 {
		id := c.Probe(all, "I eat grapes.", nil, asked)
		if id == "" {
			break
		}
		asked = append(asked, id)
	}
	if want := []string{"mid", "staff", "light"}; !slices.Equal(asked, want) {
		t.Fatalf("asked %q, want %q", asked, want)
	}
}

// Whatever is typed, a quote is made of the candidate's words, and the same arguments give the same suggestion
// from a fresh coach and from one that has read many texts.
func TestSuggestHoldsForAnyText(t *testing.T) {
	used := New()
	rapid.Check(t, func(t *rapid.T) {
		pool := []string{
			"recall", "NDCG", "bias", "not", "no", "without", "don't", "é", "100ms", "- ", "\n", ". ", ", ", "e.g.", "a/b", "200M",
			"but", "\x80", "5.", "k",
		}
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pool), 0, 60).Draw(t, "words"), " ")
		crit := []framework.Criterion{criterion([]string{"recall"}, []string{"ndcg"}, []string{"a/b test", "bias"})}
		a := New().Suggest(crit, text, []string{text[:len(text)/2]})
		b := used.Suggest(crit, text, []string{text[:len(text)/2]})
		if a[0].Mark != b[0].Mark || a[0].Note != b[0].Note || !slices.Equal(a[0].Quotes, b[0].Quotes) {
			t.Fatalf("a fresh coach says %+v, a used one %+v", a[0], b[0])
		}
		flat := strings.Join(strings.Fields(text), " ")
		for _, q := range a[0].Quotes {
			for part := range strings.SplitSeq(q, "…") {
				if !strings.Contains(flat, strings.TrimSpace(part)) {
					t.Fatalf("quote %q isn't in %q", part, flat)
				}
			}
		}
	})
}

func BenchmarkSuggest(b *testing.B) {
	text := strings.Repeat("I'd measure recall at K against an exact scan, and NDCG with two grades from judged queries by category. ", 20)
	reference := strings.Repeat(
		"Retrieval has two recalls, one against the index and one against people; labels are biased to what was shown. ", 20)
	var criteria []framework.Criterion
	for range 8 {
		criteria = append(criteria, criterion(
			[]string{"recall", "shortlist", "found", "recall@k"}, []string{"ndcg", "mrr", "order", "how well ranked", "ranker"},
			[]string{"retrieval", "stage one", "each half", "candidates", "embedding"}))
	}
	c := New()
	b.ReportAllocs()
	for b.Loop() {
		c.Suggest(criteria, text, []string{reference, reference})
	}
}

func FuzzSuggest(f *testing.F) {
	f.Add("We don't need NDCG.", "ndcg", "prompt of the case")
	f.Add("- a/b\n- 200M\n\n5k, 1.5k 0.98. p99's", "a/b", "")
	f.Add("\xff’t n’t ’ 1,000 1,2 …%", "’", "\x00")
	f.Fuzz(func(t *testing.T, text, evidence, source string) {
		c := New()
		for _, s := range c.Suggest([]framework.Criterion{criterion([]string{evidence}, []string{"ndcg"})}, text, []string{source}) {
			if (s.Mark > 0) != (len(s.Quotes) > 0) {
				t.Fatalf("mark %v rests on %q", s.Mark, s.Quotes)
			}
		}
	})
}
