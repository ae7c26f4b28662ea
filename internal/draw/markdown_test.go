package draw

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/muesli/termenv"
	"pgregory.net/rapid"
)

func TestMarkdownKeepsToItsWidth(t *testing.T) {
	long := "A word of " + strings.Repeat("x", 90) + " and 日本語のとても長い文章がここに続きます and more.\n\n" +
		"- one\n- two with **bold** text that goes on and on\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
	for _, w := range []int{10, 20, 40, 76} {
		out, err := NewMarkdown(theme(t, "dark", termenv.TrueColor)).Render(long, w)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range strings.Split(out, "\n") {
			if width(l) > w {
				t.Errorf("width %d: %q is %d wide", w, l, width(l))
			}
			if strings.HasSuffix(l, " ") {
				t.Errorf("width %d: %q ends in blanks", w, l)
			}
		}
	}
}

func TestMarkdownIsCachedByTextAndWidth(t *testing.T) {
	m := NewMarkdown(Theme{})
	if _, ok := m.Cached("*a*", 20); ok {
		t.Fatal("cached before it was rendered")
	}
	out, err := m.Render("*a*", 20)
	if err != nil || out != "a" {
		t.Fatalf("%q, %v", out, err)
	}
	if got, ok := m.Cached("*a*", 20); !ok || got != out {
		t.Errorf("cached %q, %v", got, ok)
	}
	if _, ok := m.Cached("*a*", 21); ok {
		t.Error("cached for a width that was never asked")
	}
}

func TestMarkdownRendersConcurrently(t *testing.T) {
	m := NewMarkdown(theme(t, "dark", termenv.TrueColor))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := m.Render("# Title\n\n```go\nx := 1\n```\n", 20+i%3); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
}

// No control byte comes out but newlines and color sequences, even where HTML entities decode to one.
func TestMarkdownLetsNoControlThrough(t *testing.T) {
	m := NewMarkdown(theme(t, "dark", termenv.TrueColor))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{
			"&#27;", "]52;c;x", "\x1b", "[8m", "*a*", "\u009b", "2J", "# h\n", "`c`", " ", "\n", "&#155;", "\u202e",
		})).Draw(t, "text"), "")
		out, err := m.Render(text, 30)
		if err != nil {
			t.Fatal(err)
		}
		for rest := out; rest != ""; {
			i := strings.IndexFunc(rest, func(r rune) bool { return r < 0x20 && r != '\n' || r >= 0x7f && r <= 0x9f })
			if i < 0 {
				break
			}
			if rest[i] != 0x1b {
				t.Fatalf("control %q comes out of %q", rest[i], text)
			}
			end := strings.IndexByte(rest[i:], 'm')
			if end < 0 || strings.Trim(rest[i+2:i+end], "0123456789;") != "" {
				t.Fatalf("a sequence that is no color comes out of %q: %q", text, out)
			}
			rest = rest[i+end+1:]
		}
	})
}

func TestMinusSignsKeepToTheirNumbers(t *testing.T) {
	m := NewMarkdown(theme(t, "none", termenv.Ascii))
	for w := 24; w < 60; w++ {
		out, err := m.Render("The list:\n\n- it changes revenue by -31.7% to -24.5%, which is a well-known effect (-1 point)\n- two\n", w)
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Fields(out)
		for _, want := range []string{"•", "-31.7%", "-24.5%,", "(-1"} {
			if !slices.Contains(words, want) {
				t.Errorf("at width %d no %q in:\n%s", w, want, out)
			}
		}
	}
}
