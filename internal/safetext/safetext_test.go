package safetext

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckRefusesTextThatATerminalCouldObey(t *testing.T) {
	bad := map[string]string{
		"an escape":                        "a\x1b[2Jb",
		"a bell":                           "a\ab",
		"a carriage return":                "a\rb",
		"DEL":                              "a\x7fb",
		"C1 as YAML writes it":             "a\u009b2J",
		"a right-to-left override":         "a\u202eb",
		"an isolate":                       "a\u2066b",
		"invalid UTF-8":                    "a\xffb",
		"a decimal entity":                 "a&#27;[2J",
		"a decimal entity, not terminated": "a&#27[2J",
		"a hexadecimal entity":             "a&#x1B;b",
		"zeros before it":                  "a&#0000027;b",
		"an entity escaped twice":          "a&amp;amp;#27;b",
		"C1, which browsers remap":         "a&#155;b",
		"C1, escaped once":                 "a&amp;#x9b;b",
		"an override as an entity":         "a&#8238;b",
		"escaping without end":             "a&" + strings.Repeat("amp;", 1000) + "b",
	}
	for name, s := range bad {
		err := Check(s)
		if err == nil {
			t.Errorf("%s passed", name)
			continue
		}
		if i, _ := firstUnsafe(err.Error()); i >= 0 || !strings.Contains(err.Error(), `"a`) && len(s) < 40 {
			t.Errorf("%s: the message must quote the text safely: %q", name, err)
		}
	}
	for _, s := range []string{
		"", "plain\n\ttext", "naïve 日本語 שלום", "a < b && c", "&lt;b&gt; &amp;lt; R&D", "&#10;&#9;", "price: &#8364;", "\ufeffx",
	} {
		if err := Check(s); err != nil {
			t.Errorf("%q was refused: %v", s, err)
		}
	}
}

func TestEndlessEscapingIsCheap(t *testing.T) {
	s := "&" + strings.Repeat("amp;", 250_000) // 1 MB: undoing every level would take 250,000 passes
	if Check(s) == nil {
		t.Error("it passed")
	}
}

func TestCleanShowsWhatItEscapes(t *testing.T) {
	for in, want := range map[string]string{
		"plain\n\ttext é": "plain\n\ttext é",
		"\x1b[31mred":     `\x1b[31mred`,
		"a\u202eb":        `a\u202eb`,
		"a\u009bb":        `a\u009bb`,
		"a\xffb":          `a\xffb`,
		"a\rb":            `a\rb`,
		"a\ufffdb":        "a\ufffdb",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Line("a\nb\tc\x1b"); got != `a\nb\tc\x1b` {
		t.Errorf("Line: %q", got)
	}
}

func TestTerminalLetsColorsThroughAndNothingElse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "a\nb\tc é", "a\nb\tc é"},
		{"a color", "\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m"},
		{"256 colors, number 8", "\x1b[38;5;8mgrey\x1b[m", "\x1b[38;5;8mgrey\x1b[m"},
		{"true color", "\x1b[48;2;8;8;8mx", "\x1b[48;2;8;8;8mx"},
		{"subparameters", "\x1b[38:2::1:2:3m\x1b[4:3mx", "\x1b[38:2::1:2:3m\x1b[4:3mx"},
		{"conceal", "\x1b[8mhidden", "hidden"},
		{"conceal among others", "\x1b[1;08;31mhidden", "hidden"},
		{"conceal after a color", "\x1b[38;5;1;8mhidden", "hidden"},
		{"a color cut short", "\x1b[38;8mx", "x"},
		{"256 more than conceal", "\x1b[264mx", "x"},
		{"a private m", "\x1b[>4;2mx", "x"},
		{"intermediates", "\x1b[1 mx", "x"},
		{"clear the screen", "a\x1b[2Jb", "ab"},
		{"a title", "a\x1b]0;title\ab", "ab"},
		{"the clipboard", "a\x1b]52;c;AAAA\x1b\\b", "ab"},
		{"a link", "\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "text"},
		{"an unterminated string", "a\x1b]0;never\nnext", "a]0;never\nnext"},
		{"a sequence inside another", "\x1b\x1b[31[31mx", "31mx"},
		{"reset", "\x1bcx", "cx"},
		{"C1", "a\u009b2Jb\x9b2J", "a2Jb\ufffd2J"},
		{"an override", "a\u202eb", "ab"},
		{"a return and a bell", "a\r\n\ab", "a\nb"},
		{"cut off", "a\x1b[31", "a[31"},
		{"cut off at once", "a\x1b", "a"},
	} {
		if got := Terminal(c.in); got != c.want {
			t.Errorf("%s: Terminal(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

var colors = regexp.MustCompile("\x1b\\[[0-9;:]*m")

func FuzzSafe(f *testing.F) {
	for _, s := range []string{
		"", "a\x1b[31mb\x1b[8m", "\x1b]0;t\a", "&#27;", "&amp;#155;", "\xff\u009b", "\x1b[38;5;8m", "\x1b\x1b[m[2J", "\x1b]x\x1b[m\a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, out := range map[string]string{"Clean": Clean(s), "Terminal": colors.ReplaceAllString(Terminal(s), "")} {
			if i, r := firstUnsafe(out); i >= 0 || !utf8.ValidString(out) {
				t.Fatalf("%s let U+%04X through: %q", name, r, out)
			}
		}
		if Terminal(Terminal(s)) != Terminal(s) || Clean(Clean(s)) != Clean(s) {
			t.Fatal("a second pass changes the text")
		}
		if err := Check(s); err != nil {
			if i, _ := firstUnsafe(err.Error()); i >= 0 {
				t.Fatalf("the message isn't safe: %q", err)
			}
		} else if Clean(s) != s || Terminal(s) != s {
			t.Fatalf("%q passes Check and isn't clean", s)
		}
	})
}
