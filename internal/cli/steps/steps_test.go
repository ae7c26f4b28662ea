package steps

import (
	"testing"

	"dryrun/internal/cli/clitest"
)

func TestFlagsBecomeOptions(t *testing.T) {
	for _, c := range []struct {
		line, step string
		json       bool
	}{{"", "", false}, {"data", "data", false}, {"--json 3", "3", true}} {
		p, _, _ := clitest.Program()
		var ran clitest.Recorder[options]
		if err := clitest.Parse(t, newCommand(p, ran.Run), c.line); err != nil {
			t.Fatal(err)
		}
		if o := ran.Options; o.Step != c.step || o.JSON != c.json {
			t.Errorf("%q: %+v", c.line, o)
		}
	}
}
