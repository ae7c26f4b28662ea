package practice

import (
	"testing"

	"dryrun/framework"
	"dryrun/internal/cli/clitest"
)

func parse(t *testing.T, line string) *options {
	t.Helper()
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[options]
	if err := clitest.Parse(t, newCommand(p, ran.Run), line); err != nil {
		t.Fatal(err)
	}
	return ran.Options
}

func TestFlagsBecomeOptions(t *testing.T) {
	o := parse(t, "")
	if o.Case != "" || o.Step != "" || o.Resume != "" || o.New || o.Seed != 1 || o.Spoken || o.Dir != "data" {
		t.Errorf("defaults: %+v", o)
	}
	o = parse(t, "visual-search --step model --new --seed 4 --spoken")
	if o.Case != "visual-search" || o.Step != "model" || !o.New || o.Seed != 4 || !o.Spoken {
		t.Errorf("%+v", o)
	}
	if o = parse(t, "--resume 4kq2"); o.Resume != "4kq2" {
		t.Errorf("%+v", o)
	}
}

func TestTheOptionsSayWhichSessionIsWanted(t *testing.T) {
	want, err := parse(t, "--step mod --seed 4 --spoken").wanted()
	if err != nil {
		t.Fatal(err)
	}
	if want.Case.ID != "visual-search" || want.Step != framework.Model || want.Mode != framework.Practice || want.Seed != 4 || !want.Spoken {
		t.Errorf("%+v", want)
	}
	for _, line := range []string{"visual-search --resume x", "--resume x --step data", "--resume x --new", "--step nothing", "no-such-case"} {
		if _, err := parse(t, line).wanted(); err == nil {
			t.Errorf("%q is accepted", line)
		}
	}
}
