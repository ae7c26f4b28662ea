package coach

import (
	"slices"
	"testing"

	"dryrun/casestudies"
)

func shop() *casestudies.Case {
	return &casestudies.Case{Facts: []casestudies.Fact{
		{
			ID: "size", Asks: [][]string{{"catalogue", "listings", "products"}, {"how many", "size", "big"}},
			Answer: "About 200 million.", Short: "200M listings",
		},
		{
			ID: "latency", Asks: [][]string{{"latency", "fast", "p99", "budget"}},
			Answer: "100 ms at p99.", Short: "p99 100 ms",
		},
		{
			ID: "money", Asks: [][]string{{"cost", "machines", "budget"}, {"how many", "what", "have"}},
			Answer: "Forty machines.", Short: "40 machines",
		},
		{
			ID: "relevant", Asks: [][]string{{"exact", "same", "similar"}, {"product", "listings", "relevant"}},
			Answer: "Both.", Short: "Both count",
		},
	}}
}

func TestReply(t *testing.T) {
	for name, tc := range map[string]struct {
		question string
		released []string
		fact     string
		reply    string
	}{
		"a question":                      {"How many listings are there?", nil, "size", "About 200 million."},
		"the most specific of two":        {"What is the latency budget?", nil, "latency", "100 ms at p99."},
		"both groups beat one":            {"What machines does the budget allow?", nil, "money", "Forty machines."},
		"a statement works":               {"I assume the catalogue is big.", nil, "size", "About 200 million."},
		"another form of the word":        {"do similar products count", nil, "relevant", "Both."},
		"an abbreviation":                 {"any limit on the 99th percentile?", nil, "latency", "100 ms at p99."},
		"asked again: the short form":     {"How many listings are there?", []string{"size"}, "size", "As I said: 200M listings"},
		"half of the groups isn't enough": {"How many people work here?", nil, "", noNumber},
		"a question without a fact":       {"Who runs the company?", nil, "", noAnswer},
		"a quantity without a fact":       {"What share of users are logged in?", nil, "", noNumber},
		"nothing":                         {"", nil, "", noAnswer},
		"two questions in one: the new half": {
			"How big is the catalogue, how many machines have we?", []string{"money"}, "size", "About 200 million.",
		},
		"and once both are known, a short form": {"How big is the catalogue?", []string{"money", "size"}, "size", "As I said: 200M listings"},
	} {
		t.Run(name, func(t *testing.T) {
			fact, reply := New().Reply(shop(), tc.released, tc.question)
			if fact != tc.fact || reply != tc.reply {
				t.Fatalf("got %q, %q; want %q, %q", fact, reply, tc.fact, tc.reply)
			}
		})
	}
}

func FuzzReply(f *testing.F) {
	f.Add("How many listings?", true)
	f.Add("\xf0\x28 200M ’s", false)
	f.Fuzz(func(t *testing.T, question string, known bool) {
		var released []string
		if known {
			released = []string{"size"}
		}
		c := shop()
		fact, reply := New().Reply(c, released, question)
		if reply == "" {
			t.Fatal("the interviewer says nothing")
		}
		if fact != "" && !slices.ContainsFunc(c.Facts, func(f casestudies.Fact) bool { return f.ID == fact }) {
			t.Fatalf("there is no fact %q", fact)
		}
	})
}
