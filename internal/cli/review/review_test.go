package review

import (
	"strings"
	"testing"

	"dryrun/internal/cli/clitest"
	"dryrun/internal/report"
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

func TestAResultIsMarkdownOfParagraphsAndLists(t *testing.T) {
	var b strings.Builder
	writeBlocks(&b, []report.Block{
		{Kind: report.Note, Title: "Now", Text: "Run the lab."},
		{Kind: report.Table, Title: "Ranges", Columns: []string{"range", "yours", "result"}, Rows: []report.Row{
			{report.Text("How much faster?"), report.Text("2 to 30 times"), report.Amount(31.2, "times")},
		}},
	})
	want := "**Now**: Run the lab.\n\n**Ranges**\n\n- How much faster? yours: 2 to 30 times; result: 31.2 times\n\n"
	if got := b.String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
