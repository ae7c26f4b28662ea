package command

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"dryrun/framework"
	"dryrun/internal/report"
)

func onTerminal(width int, out *bytes.Buffer) *IO {
	return &IO{Streams: Streams{
		Out: out, Err: out, InTerm: true, OutTerm: true, ErrTerm: true,
		Size: func() (int, int) { return width, 24 }, Env: func(string) string { return "" },
	}}
}

// ticking is a clock that advances by a second at every reading.
type ticking struct{ n time.Duration }

func (c *ticking) Now() time.Time {
	c.n++
	return time.Unix(0, 0).Add(c.n * time.Second)
}

var _ framework.Clock = &ticking{}

func TestATableFitsTheTerminalAndIsWholeInAPipe(t *testing.T) {
	rows := func() []Row { return []Row{{"a", "日本語", "a long line of words"}, {"bbbb", "c", "\x1b[2Jd\ne"}} }
	var b bytes.Buffer
	io := onTerminal(20, &b)
	if err := io.WriteTable(rows()); err != nil {
		t.Fatal(err)
	}
	if want := "a     日本語  a lon…\nbbbb  c       \\x1b[…\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	io.OutTerm = false
	if err := io.WriteTable(rows()); err != nil {
		t.Fatal(err)
	}
	if want := "a     日本語  a long line of words\nbbbb  c       \\x1b[2Jd e\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestJSONEscapesWhatATerminalMayActOn(t *testing.T) {
	var b bytes.Buffer
	text := "a\x1b\u009b\u202e\u2069\x7f<é"
	if err := (Exporter{}).Export(onTerminal(80, &b), text); err != nil {
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
	io := onTerminal(30, &b)
	p := io.Progress(&ticking{}, "model")
	p.Show(report.Progress{What: "building the index of a great many items", Done: 1, Of: 2})
	p.Show(report.Progress{What: "done"})
	p.Clear()
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
	io.ErrTerm = false
	p = io.Progress(&ticking{}, "model")
	p.Show(report.Progress{What: "building"})
	p.Clear()
	if b.Len() > 0 {
		t.Errorf("progress into a pipe: %q", b.String())
	}
}

func TestAPrintedCommandWorksOnTheSameData(t *testing.T) {
	p := &Program{}
	if got := p.Next("practice", "visual-search"); got != "dryrun practice visual-search" {
		t.Errorf("without flags %q", got)
	}
	p.Flags = func() []string { return []string{"--data-dir", "/home/a b/it's"} }
	if got, want := p.Next("review", "4kq2"), `dryrun review 4kq2 --data-dir '/home/a b/it'\''s'`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTheLastColumnOfATableIsFolded(t *testing.T) {
	r := Row{"knob", "one two three four five six seven"}
	lines := fold("knob  one two three four five six seven", r, 30)
	if len(lines) != 2 || lines[0] != "knob  one two three four five" || lines[1] != "      six seven" {
		t.Errorf("%q", lines)
	}
	if lines := fold("knob  one two three four five six seven", r, 20); len(lines) != 1 || lines[0] != "knob  one two three…" {
		t.Errorf("a column too narrow to be folded: %q", lines)
	}
}
