package program

import (
	"slices"
	"testing"

	"dryrun/internal/cli/clitest"
)

func TestAShellIsNamedByItsBeginning(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[completionOptions]
	if err := clitest.Parse(t, newCompletion(p, ran.Run), "power"); err != nil || ran.Options.Shell != "powershell" {
		t.Errorf("%+v, %v", ran.Options, err)
	}
	ran.Options = nil
	if err := clitest.Parse(t, newCompletion(p, ran.Run), "tcsh"); err == nil || ran.Options != nil {
		t.Errorf("tcsh runs: %+v", ran.Options)
	}
}

func TestManTakesTheWordsOfACommandAndAFolder(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[manOptions]
	if err := clitest.Parse(t, newMan(p, ran.Run), "cases lint --dir pages"); err != nil {
		t.Fatal(err)
	}
	if o := ran.Options; !slices.Equal(o.Words, []string{"cases", "lint"}) || o.Dir != "pages" || o.Root == nil {
		t.Errorf("%+v", o)
	}
}

func TestVersionTakesJSONAndNoWord(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[versionOptions]
	if err := clitest.Parse(t, newVersion(p, ran.Run), "--json"); err != nil || !ran.Options.JSON {
		t.Errorf("%+v, %v", ran.Options, err)
	}
	if err := clitest.Parse(t, newVersion(p, ran.Run), "extra"); err == nil {
		t.Error("a word is accepted")
	}
}
