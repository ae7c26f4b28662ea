package ask

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"dryrun/internal/cli/clitest"
	"dryrun/internal/cli/command"
	"dryrun/internal/coach/interview"
)

func TestFlagsBecomeOptions(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[options]
	if err := clitest.Parse(t, newCommand(p, ran.Run), "visual-search latency? --json"); err != nil {
		t.Fatal(err)
	}
	if o := ran.Options; o.Case != "visual-search" || o.Question != "latency?" || !o.JSON {
		t.Errorf("%+v", o)
	}
}

// reply is what --json prints.
type reply struct {
	Kind  interview.Kind `json:"kind"`
	Fact  string         `json:"fact"`
	Reply string         `json:"reply"`
}

// asking runs the command with the question in standard input.
func asking(t *testing.T, question, line string) (string, error) {
	t.Helper()
	p, out, _ := clitest.Program()
	p.IO.In = strings.NewReader(question)
	err := clitest.Parse(t, New(p), line)
	return out.String(), err
}

func TestTheJSONSaysWhichFactAnswers(t *testing.T) {
	for question, want := range map[string]reply{
		"expected trafic at peak?":          {Kind: interview.Fact, Fact: "traffic"},
		"who is the founder of the company": {Kind: interview.Refusal},
		"is the query a photo?":             {Kind: interview.Brief},
	} {
		out, err := asking(t, question+"\n", "visual-search - --json")
		if err != nil {
			t.Fatal(err)
		}
		var got reply
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		if got.Kind != want.Kind || got.Fact != want.Fact || got.Reply == "" {
			t.Errorf("%q gets %+v", question, got)
		}
	}
}

func TestWithoutJSONTheReplyIsOneLine(t *testing.T) {
	out, err := asking(t, "", "visual-search latency?")
	if err != nil || !strings.Contains(out, "100 ms") || strings.Count(out, "\n") != 1 {
		t.Errorf("%q, %v", out, err)
	}
}

func TestAnUnknownCaseAndAnEmptyQuestionAreMisuse(t *testing.T) {
	for line, near := range map[string]string{"visual-serch latency?": "visual-search", "visual-search -": ""} {
		_, err := asking(t, "  \n", line)
		var f *command.Failure
		if !errors.As(err, &f) || f.Code != command.ExitMisused || strings.Join(f.Near, " ") != near {
			t.Errorf("%s: %v", line, err)
		}
	}
}
