package coach

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dryrun/internal/cli/clitest"
	"dryrun/internal/cli/command"
)

func TestFlagsBecomeOptions(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[options]
	line := "visual-search answer.txt --step 6 --asked intent,traffic --chose unit=user --json"
	if err := clitest.Parse(t, newCommand(p, ran.Run), line); err != nil {
		t.Fatal(err)
	}
	o := ran.Options
	if o.Case != "visual-search" || o.File != "answer.txt" || o.Step != "6" || !o.JSON || len(o.Asked) != 2 || len(o.Chose) != 1 {
		t.Errorf("%+v", o)
	}
}

// judge runs the command on an answer in standard input.
func judge(t *testing.T, answer, line string) (string, error) {
	t.Helper()
	p, out, _ := clitest.Program()
	p.IO.In = strings.NewReader(answer)
	err := clitest.Parse(t, New(p), line)
	return out.String(), err
}

func TestTheJSONHasEveryCriterionWithQuotesOfTheAnswer(t *testing.T) {
	const answer = "I'd measure recall at 200 for retrieval and NDCG on fixed candidates for the ranker, because one can hide the other."
	out, err := judge(t, answer, "visual-search --step evaluation --json")
	if err != nil {
		t.Fatal(err)
	}
	var got judged
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Case != "visual-search" || got.Step != "evaluation" || len(got.Criteria) < 4 || got.Score <= 0 || got.Score >= 4 {
		t.Errorf("%+v", got)
	}
	for _, c := range got.Criteria {
		if c.Quotes == nil || c.Nearest == nil || len(c.Nearest) > 2 || c.Verdict == "" {
			t.Errorf("%+v", c)
		}
		for _, q := range c.Quotes {
			if !strings.Contains(answer, q) {
				t.Errorf("%s rests on %q", c.ID, q)
			}
		}
	}
}

func TestAFactThatWasAskedForEarnsTheCriterionAboutFindingItOut(t *testing.T) {
	for line, want := range map[string]bool{
		"visual-search --step requirements":                 false,
		"visual-search --step requirements --asked intent":  true,
		"visual-search --step requirements --asked traffic": false,
	} {
		out, err := judge(t, "Let me start with the scale of the system.", line)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out, "1    two-grades (argued)"); got != want {
			t.Errorf("%s: %v\n%s", line, got, out)
		}
	}
}

func TestAPoorChoiceContradictsItsCriteria(t *testing.T) {
	out, err := judge(t, "", "visual-search --step requirements --chose objective=clicks-on-results")
	if err != nil || !strings.Contains(out, "you chose clicks on results") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "answer.bin")
	if err := os.WriteFile(binary, []byte("\xff\xfe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"visual-serch --step data":                       "visual-serch",
		"visual-search":                                  "--step",
		"visual-search --step modle":                     "modle",
		"visual-search --step data --asked intnt":        "intnt",
		"visual-search --step data --chose split":        "DECISION=OPTION",
		"visual-search --step data --chose nothing=at":   "nothing",
		"visual-search --step data nowhere.txt":          "nowhere.txt",
		"visual-search --step data " + binary:            "UTF-8",
		"visual-search --step evaluation --chose unit=x": "option",
	} {
		_, err := judge(t, "", line)
		var f *command.Failure
		if !errors.As(err, &f) || f.Code != command.ExitMisused || !strings.Contains(f.Text, want) {
			t.Errorf("%s: %v", line, err)
		}
	}
	_, err := judge(t, strings.Repeat("a ", maxAnswer), "visual-search --step data")
	if err == nil || !strings.Contains(err.Error(), "64 KB") {
		t.Errorf("a long answer: %v", err)
	}
}
