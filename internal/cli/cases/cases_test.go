package cases

import (
	"slices"
	"testing"

	"dryrun/internal/cli/clitest"
)

func TestListTakesJSON(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[listOptions]
	if err := clitest.Parse(t, newList(p, ran.Run), "--json"); err != nil || !ran.Options.JSON {
		t.Errorf("%+v, %v", ran.Options, err)
	}
}

func TestShowTakesACaseAndOneFormat(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[showOptions]
	if err := clitest.Parse(t, newShow(p, ran.Run), "vis --yaml"); err != nil {
		t.Fatal(err)
	}
	if o := ran.Options; o.Case != "vis" || !o.YAML || o.JSON {
		t.Errorf("%+v", o)
	}
	for _, line := range []string{"", "a b", "vis --yaml --json"} {
		ran.Options = nil
		if err := clitest.Parse(t, newShow(p, ran.Run), line); err == nil || ran.Options != nil {
			t.Errorf("%q runs: %+v", line, ran.Options)
		}
	}
}

func TestNewTakesAnIDAWorldAndAFile(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[newOptions]
	if err := clitest.Parse(t, newNew(p, ran.Run), "spots"); err != nil {
		t.Fatal(err)
	}
	if o := ran.Options; o.ID != "spots" || o.World != "images" || o.Output != "" {
		t.Errorf("defaults: %+v", o)
	}
	if err := clitest.Parse(t, newNew(p, ran.Run), "films --world interactions -o f.yaml"); err != nil {
		t.Fatal(err)
	}
	if o := ran.Options; o.World != "interactions" || o.Output != "f.yaml" {
		t.Errorf("%+v", o)
	}
}

func TestLintAndTestTakeManyCasesAndCheckThemInTheirOwnWay(t *testing.T) {
	p, _, _ := clitest.Program()
	var lint, test clitest.Recorder[checkOptions]
	if err := clitest.Parse(t, newLint(p, lint.Run), "a b.yaml --json"); err != nil {
		t.Fatal(err)
	}
	if err := clitest.Parse(t, newTest(p, test.Run), ""); err != nil {
		t.Fatal(err)
	}
	if o := lint.Options; !slices.Equal(o.Cases, []string{"a", "b.yaml"}) || !o.JSON || o.check == nil {
		t.Errorf("lint: %+v", o)
	}
	if o := test.Options; len(o.Cases) != 0 || o.JSON || o.check == nil {
		t.Errorf("test: %+v", o)
	}
}
