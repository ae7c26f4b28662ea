package draw

import (
	"testing"

	"dryrun/internal/report"
)

func TestANoteStartsWithItsTitleAndATableHasBlankLinesAround(t *testing.T) {
	blocks := []report.Block{
		{Kind: report.Note, Title: "Data", Text: "2.9 of 4, sound."},
		{Kind: report.Note, Text: "Nothing to compare."},
		{
			Kind: report.Table, Title: "Decisions", Columns: []string{"decision", "yours"},
			Rows: []report.Row{{report.Text("Which index?"), report.Text("hnsw")}},
		},
		{Kind: report.Note, Title: "Now", Text: "Run the lab, then open the reference."},
	}
	want := `Data: 2.9 of 4, sound.
Nothing to compare.

Decisions
decision      yours
───────────────────
Which index?  hnsw

Now: Run the lab, then open
the reference.`
	if got := Summary(blocks, Options{Width: 30}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	plain := `Data: 2.9 of 4, sound.
Nothing to compare.
Decisions
  Which index? yours: hnsw
Now: Run the lab, then open
the reference.`
	if got := SummaryPlain(blocks, 30); got != plain {
		t.Errorf("got\n%s\nwant\n%s", got, plain)
	}
}
