package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"dryrun/framework"
	"dryrun/internal/report"
)

func onTerminal(width int, out *bytes.Buffer) *app {
	return &app{
		Streams: Streams{
			Out: out, Err: out, InTerm: true, OutTerm: true, ErrTerm: true,
			Size: func() (int, int) { return width, 24 }, Env: func(string) string { return "" },
		},
		clock: &ticking{},
	}
}

// ticking is a clock that moves on by a second at every look.
type ticking struct{ n time.Duration }

func (c *ticking) Now() time.Time {
	c.n++
	return time.Unix(0, 0).Add(c.n * time.Second)
}

var _ framework.Clock = &ticking{}

func TestATableFitsTheTerminalAndIsWholeInAPipe(t *testing.T) {
	rows := func() []row { return []row{{"a", "日本語", "a long line of words"}, {"bbbb", "c", "\x1b[2Jd\ne"}} }
	var b bytes.Buffer
	a := onTerminal(20, &b)
	if err := a.writeTable(rows()); err != nil {
		t.Fatal(err)
	}
	if want := "a     日本語  a lon…\nbbbb  c       \\x1b[…\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	a.OutTerm = false
	if err := a.writeTable(rows()); err != nil {
		t.Fatal(err)
	}
	if want := "a     日本語  a long line of words\nbbbb  c       \\x1b[2Jd e\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestJSONEscapesWhatATerminalMayActOn(t *testing.T) {
	var b bytes.Buffer
	text := "a\x1b\u009b\u202e\u2069\x7f<é"
	if err := onTerminal(80, &b).writeJSON(text); err != nil {
		t.Fatal(err)
	}
	if want := `"a\u001b\u009b\u202e\u2069\u007f<é"` + "\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	var back string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back != text {
		t.Errorf("%q comes back as %q (%v)", text, back, err)
	}
}

func TestProgressIsOneLineThatGoesAway(t *testing.T) {
	var b bytes.Buffer
	a := onTerminal(30, &b)
	p := a.progress("model")
	p.show(report.Progress{What: "building the index of a great many items", Done: 1, Of: 2})
	p.show(report.Progress{What: "done"})
	p.clear()
	if strings.ContainsAny(b.String(), "\n\x1b") {
		t.Errorf("%q", b.String())
	}
	lines := strings.Split(b.String(), "\r")
	if lines[1] != "model: building the index of…" || lines[2] != "model: done"+strings.Repeat(" ", 18) {
		t.Errorf("%q", lines)
	}
	if last := lines[len(lines)-2]; strings.TrimSpace(last) != "" || lines[len(lines)-1] != "" {
		t.Errorf("something is left: %q", lines)
	}
	b.Reset()
	a.ErrTerm = false
	p = a.progress("model")
	p.show(report.Progress{What: "building"})
	p.clear()
	if b.Len() > 0 {
		t.Errorf("progress into a pipe: %q", b.String())
	}
}

func TestNearWordsAreNearAndFirst(t *testing.T) {
	words := []string{"requirements", "architecture", "data", "features", "model", "evaluation", "serving"}
	for _, c := range []struct{ word, want string }{
		{"modle", "model"},
		{"Serving", "serving"},
		{"evaluaton", "evaluation"},
		{"arch", "architecture"},
		{"zzz", ""},
		{"", ""},
		{"something else entirely", ""},
	} {
		if got := strings.Join(nearest(c.word, words), " "); got != c.want {
			t.Errorf("%q: %q, want %q", c.word, got, c.want)
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
