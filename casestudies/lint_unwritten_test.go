package casestudies

import (
	"strings"
	"testing"
)

func TestEachUnwrittenTextIsReportedAtItsPosition(t *testing.T) {
	all, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	text := string(all[0].Source().YAML)
	if all[0].Unwritten() {
		t.Error("a case that is written is taken for a skeleton")
	}
	// The summary is one line near the top of every case.
	before, rest, _ := strings.Cut(text, "\nsummary: ")
	_, after, _ := strings.Cut(rest, "\n")
	c, findings := Load("case.yaml", strings.NewReader(before+"\nsummary: \"write: one sentence\"\n"+after))
	if c == nil || HasErrors(findings) {
		t.Fatal(findings)
	}
	if !c.Unwritten() {
		t.Error("a skeleton is taken for a case that is written")
	}
	var left []Finding
	for _, f := range Lint(c) {
		if strings.HasPrefix(f.Message, "still to be written") {
			left = append(left, f)
		}
	}
	if len(left) != 1 || left[0].Field != "summary" || left[0].Line != strings.Count(before, "\n")+2 || left[0].Warning {
		t.Errorf("%+v", left)
	}
}
