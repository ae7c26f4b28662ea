// Package safetext makes untrusted text (cases, packs, answers, file names, user names, database rows) safe to print on a
// terminal. Any string comes in: Check returns an error for one that a terminal could obey, Clean and Line return it with
// such characters escaped, and Terminal removes every control sequence but colors from rendered Markdown.
// (Compare CVE-2021-25743 in kubectl.)
package safetext

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Check returns an error for text that is, or could be rendered to, something that a terminal obeys: control characters
// other than newline and tab, bidirectional overrides and isolates, and HTML entities that decode to them, however often
// they are escaped. The error quotes the surrounding text in ASCII.
func Check(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("text isn't valid UTF-8: %s", around(s, firstInvalid(s)))
	}
	if i, r := firstUnsafe(s); i >= 0 {
		return fmt.Errorf("text holds %s: %s", describe(r), around(s, i))
	}
	// Each round undoes one level of escaping. A text that still changes after that many is hiding something, and every
	// further round would cost another pass.
	const rounds = 4
	for range rounds {
		if i, r := firstReference(s); i >= 0 {
			return fmt.Errorf("text holds an HTML entity for %s: %s", describe(r), around(s, i))
		}
		next := html.UnescapeString(s)
		if next == s {
			return nil
		}
		s = next
		if i, r := firstUnsafe(s); i >= 0 {
			return fmt.Errorf("text holds an HTML entity for %s: %s", describe(r), around(s, i))
		}
	}
	return fmt.Errorf("text escapes an HTML entity more than %d times over: %s", rounds-1, around(s, strings.IndexByte(s, '&')))
}

// Clean makes any text safe to print: each character that Check refuses, and each invalid byte, becomes a visible escape such
// as \x1b or \u202e. It is for errors, paths, user names and database rows.
func Clean(s string) string {
	if i, _ := firstUnsafe(s); i < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && isInvalid(s[i:]):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !unsafeRune(r):
			b.WriteRune(r)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// Line is Clean for text that must stay on one line: newlines and tabs become escapes as well.
func Line(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(Clean(s))
}

// IndexUnsafe returns the byte offset of the first unsafe character, or -1. Unlike Check it doesn't decode HTML entities.
func IndexUnsafe(s string) int {
	i, _ := firstUnsafe(s)
	return i
}

// unsafeRune says whether a terminal may obey r: C0 other than newline and tab, DEL, C1, bidirectional overrides
// and isolates.
func unsafeRune(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func firstUnsafe(s string) (int, rune) {
	for i, r := range s {
		if unsafeRune(r) {
			return i, r
		}
	}
	return -1, 0
}

// firstReference finds a numeric character reference to an unsafe rune. html.UnescapeString alone isn't enough: like
// a browser it decodes &#155; to a Windows-1252 quotation mark, while Markdown renderers emit the C1 control itself.
func firstReference(s string) (int, rune) {
	for at := 0; ; {
		i := strings.Index(s[at:], "&#")
		if i < 0 {
			return -1, 0
		}
		at += i
		digits, base := s[at+2:], 10
		if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
			digits, base = digits[1:], 16
		}
		digits = digits[:digitsLen(digits, base)]
		if n, err := strconv.ParseUint(digits, base, 32); err == nil && n <= utf8.MaxRune && unsafeRune(rune(n)) {
			return at, rune(n)
		}
		at += 2
	}
}

// digitsLen is how many leading bytes of s are digits of the base.
func digitsLen(s string, base int) int {
	for i := range len(s) {
		c := s[i] | 0x20
		if (s[i] < '0' || s[i] > '9') && (base != 16 || c < 'a' || c > 'f') {
			return i
		}
	}
	return len(s)
}

func describe(r rune) string {
	switch {
	case r == 0x1b:
		return "U+001B, an escape character"
	case r >= 0x202a:
		return fmt.Sprintf("U+%04X, which changes the direction of text", r)
	}
	return fmt.Sprintf("U+%04X, a control character", r)
}

// around quotes some twenty bytes on either side of i, in ASCII, on whole runes.
func around(s string, i int) string {
	const reach = 20
	from, to := max(i-reach, 0), min(max(i, 0)+reach, len(s))
	for from > 0 && !utf8.RuneStart(s[from]) {
		from--
	}
	for to < len(s) && !utf8.RuneStart(s[to]) {
		to++
	}
	return strconv.QuoteToASCII(s[from:to])
}

func isInvalid(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return r == utf8.RuneError && size <= 1
}

func firstInvalid(s string) int {
	for i := range s {
		if isInvalid(s[i:]) {
			return i
		}
	}
	return 0
}
