package interview

import (
	"slices"
	"strings"
	"testing"

	"dryrun/casestudies"
)

func shop() *casestudies.Case {
	return &casestudies.Case{
		Title: "Shop search", Brief: "People type what they want. Build the search.",
		BriefParts: []casestudies.BriefPart{
			{ID: "typed", Questions: []string{"Do people type words?", "What do users put in?"}, Says: "People type what they want."},
			{ID: "task", Questions: []string{"What should I build?", "What do you want me to design?"}, Says: "Build the search."},
		},
		Facts: []casestudies.Fact{
			{
				ID: "size", Asks: [][]string{{"catalogue", "listings", "products"}, {"how many", "size", "big"}},
				Questions: []string{"How many listings are there?", "How big is the catalog?"},
				Answer:    "About 200 million.", Short: "200M listings",
			},
			{
				ID: "latency", Asks: [][]string{{"latency", "fast", "p99"}},
				Questions: []string{"What's the latency budget?", "How fast must it be?"},
				Answer:    "100 ms at p99.", Short: "p99 100 ms",
			},
			{
				ID: "machines", Asks: [][]string{{"cost", "machines", "hardware"}, {"how many", "what", "have"}},
				Questions: []string{"How many machines do we have?", "What hardware is there?"},
				Answer:    "Forty machines.", Short: "40 machines",
			},
		},
	}
}

func TestQuestionsGetTheirFactOrARefusal(t *testing.T) {
	for name, tc := range map[string]struct {
		question string
		kind     Kind
		fact     string
		text     string
	}{
		"a way to ask of the case":    {"How many listings are there?", Fact, "size", "About 200 million."},
		"a fragment":                  {"latency?", Fact, "latency", "100 ms at p99."},
		"an abbreviation":             {"which 99th percentile must it have?", Fact, "latency", "100 ms at p99."},
		"an assumption to confirm":    {"I assume the catalogue is big, right?", Fact, "size", "About 200 million."},
		"a typo":                      {"how many lisitngs", Fact, "size", "About 200 million."},
		"shorthand":                   {"hw?", Fact, "machines", "Forty machines."},
		"other words of the field":    {"how many servers can I use", Fact, "machines", "Forty machines."},
		"what the brief says":         {"do the users type words?", Brief, "", "People type what they want."},
		"something else":              {"Who runs the company?", Refusal, "", noAnswer},
		"a number that nobody knows":  {"How many engineers are on the team?", Refusal, "", noNumber},
		"a quantity without a fact":   {"What share of users are from Brazil?", Refusal, "", noNumber},
		"nothing":                     {"", Refusal, "", noAnswer},
		"no letters":                  {"?!", Refusal, "", noAnswer},
		"another script":              {"什么", Refusal, "", noAnswer},
		"a question of fillers":       {"so what exactly should I build?", Brief, "", "Build the search."},
		"another side of a fact":      {"What operating system do the machines run?", Refusal, "", noAnswer},
		"words about words of a fact": {"Which programming language do the machines run?", Refusal, "", noAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			r := new(Interviewer).Reply(shop(), nil, nil, tc.question)
			if r.Kind != tc.kind || r.Fact != tc.fact || r.Text != tc.text {
				t.Fatalf("%q: %+v", tc.question, r)
			}
		})
	}
}

func TestWhatInterviewersCannotAnswerGetsNoFact(t *testing.T) {
	cases, err := casestudies.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var v Interviewer
	all, wrong := 0, 0
	for line := range strings.Lines(unanswerable) {
		for _, cs := range cases {
			question := strings.TrimSpace(line)
			if strings.HasPrefix(question, "#") {
				continue
			}
			all++
			if r := v.Reply(cs, nil, nil, question); r.Kind == Fact {
				wrong++
				t.Logf("%s: %q gets %s", cs.ID, question, r.Fact)
			}
		}
	}
	if all < 200 || wrong*20 > all {
		t.Errorf("%d of %d questions get a fact, want 1 in 20 at most", wrong, all)
	}
}

func TestAskedAgainTheWholeFactIsRepeated(t *testing.T) {
	r := new(Interviewer).Reply(shop(), []string{"size"}, nil, "How many listings are there?")
	if r.Kind != Fact || r.Fact != "size" || r.Text != "As I said: About 200 million." {
		t.Fatalf("%+v", r)
	}
}

func TestOfTwoQuestionsInOneTheNewHalfIsAnswered(t *testing.T) {
	const question = "How many listings are there, and how many machines do we have?"
	var v Interviewer
	cs := shop()
	var got []string
	for range 2 {
		got = append(got, v.Reply(cs, got, nil, question).Fact)
	}
	if slices.Sort(got); !slices.Equal(got, []string{"machines", "size"}) {
		t.Fatalf("%v", got)
	}
}

func queues() *casestudies.Case {
	return &casestudies.Case{Facts: []casestudies.Fact{
		{
			ID: "letter-queue", Asks: [][]string{{"queue"}, {"letters"}}, Answer: "An hour.", Short: "1 h",
			Questions: []string{"How long is the queue of letters?", "How many letters wait?"},
		},
		{
			ID: "parcel-queue", Asks: [][]string{{"queue"}, {"parcels"}}, Answer: "A day.", Short: "1 day",
			Questions: []string{"How long is the queue of parcels?", "How many parcels wait?"},
		},
		{
			ID: "machines", Asks: [][]string{{"machines", "hardware"}}, Answer: "Forty.", Short: "40",
			Questions: []string{"How many machines do we have?", "What hardware is there?"},
		},
	}}
}

func TestTwoNearFactsAreAskedBackAndThenChosen(t *testing.T) {
	var v Interviewer
	cs := queues()
	r := v.Reply(cs, nil, nil, "How long is the queue?")
	if r.Kind != AskBack || len(r.Facts) != 2 || r.Fact != "" ||
		!strings.Contains(r.Text, "letter queue (How long is the queue of letters?)") {
		t.Fatalf("%+v", r)
	}
	for answer, want := range map[string]string{
		"the first": r.Facts[0], "second": r.Facts[1], "2": r.Facts[1], "the former": r.Facts[0], "both": r.Facts[0],
		"the letters": "letter-queue", "parcels": "parcel-queue", "I mean the parcel queue": "parcel-queue",
		"How many machines do we have?": "machines",
	} {
		if got := v.Reply(cs, nil, r.Facts, answer); got.Fact != want {
			t.Errorf("%q gets %+v, want %s", answer, got, want)
		}
	}
	if got := v.Reply(cs, nil, r.Facts, "neither of them"); got.Kind != Refusal {
		t.Errorf("a choice of neither gets %+v", got)
	}
}

func FuzzReply(f *testing.F) {
	f.Add("How many listings?", true)
	f.Add("\xf0\x28 200M ’s and how # of", false)
	var v Interviewer
	cs := shop()
	f.Fuzz(func(t *testing.T, question string, known bool) {
		var released, pending []string
		if known {
			released, pending = []string{"size"}, []string{"size", "latency"}
		}
		r := v.Reply(cs, released, pending, question)
		if r.Text == "" {
			t.Fatal("the interviewer says nothing")
		}
		if (r.Kind == Fact) != (r.Fact != "") || r.Fact != "" && cs.Fact(r.Fact) == nil {
			t.Fatalf("%+v", r)
		}
		if (r.Kind == AskBack) != (len(r.Facts) == 2) {
			t.Fatalf("%+v", r)
		}
	})
}

func BenchmarkReply(b *testing.B) {
	cases, err := casestudies.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	var v Interviewer
	v.Reply(cases[0], nil, nil, "")
	for b.Loop() {
		v.Reply(cases[0], nil, nil, "whats the expected trafic at peak hours")
	}
}

func BenchmarkFirstReply(b *testing.B) {
	cases, err := casestudies.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		new(Interviewer).Reply(cases[0], nil, nil, "whats the expected trafic at peak hours")
	}
}
