package review

import (
	"testing"

	"dryrun/internal/cli/clitest"
)

func TestFlagsBecomeOptions(t *testing.T) {
	for _, c := range []struct {
		line, session string
		json          bool
	}{{"", "", false}, {"4kq2", "4kq2", false}, {"4kq2 --json", "4kq2", true}} {
		p, _, _ := clitest.Program()
		var ran clitest.Recorder[options]
		if err := clitest.Parse(t, newCommand(p, ran.Run), c.line); err != nil {
			t.Fatal(err)
		}
		if o := ran.Options; o.Session != c.session || o.JSON != c.json || o.Sessions == nil {
			t.Errorf("%q: %+v", c.line, o)
		}
	}
}
