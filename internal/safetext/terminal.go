package safetext

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const esc = 0x1b

// Terminal filters rendered Markdown before it is written to a terminal: it keeps color sequences (ESC [ … m, without
// conceal) and removes every other one. Well-formed sequences are removed whole; of malformed ones the control characters
// are removed and the rest shows as text. Invalid bytes become U+FFFD.
func Terminal(s string) string {
	if i, _ := firstUnsafe(s); i < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] == esc {
			n, color := sequence(s[i:])
			if color {
				b.WriteString(s[i : i+n])
			}
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !unsafeRune(r) {
			b.WriteRune(r) // an invalid byte decodes to U+FFFD
		}
		i += size
	}
	return b.String()
}

// sequence measures the escape sequence at the start of s, at least its ESC, and says whether it is a color to keep.
func sequence(s string) (length int, color bool) {
	if len(s) < 2 {
		return 1, false
	}
	switch s[1] {
	case '[':
		return control(s)
	case ']', 'P', 'X', '^', '_':
		return stringSequence(s), false
	}
	return 1, false
}

// control measures a control sequence: ESC [, parameters 0x30 to 0x3f, intermediates 0x20 to 0x2f, a final 0x40 to 0x7e.
func control(s string) (length int, color bool) {
	i := 2
	for i < len(s) && s[i] >= 0x30 && s[i] <= 0x3f {
		i++
	}
	params := s[2:i]
	plain := true
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x2f {
		plain = false
		i++
	}
	if i >= len(s) || s[i] < 0x40 || s[i] > 0x7e {
		return 1, false
	}
	return i + 1, plain && s[i] == 'm' && harmless(params)
}

// stringSequence measures an OSC, DCS, SOS, PM or APC string up to its terminator (BEL, or ESC \) on the same line: an
// unterminated one can't hide the text that follows it.
func stringSequence(s string) int {
	for i := 2; i < len(s); i++ {
		switch {
		case s[i] == '\n':
			return 1
		case s[i] == 0x07:
			return i + 1
		case s[i] == esc && i+1 < len(s) && s[i+1] == '\\':
			return i + 2
		case s[i] == esc:
			return 1
		}
	}
	return 1
}

// harmless says whether the parameters of ESC [ … m are plain ones without conceal (8). An 8 within a color (38;5;8) isn't
// conceal; a truncated color might leave its 8 to be read as conceal, so it is refused.
func harmless(params string) bool {
	const longest = 64
	if len(params) > longest {
		return false
	}
	fields := strings.Split(params, ";")
	for i := 0; i < len(fields); i++ {
		first, more, sub := strings.Cut(fields[i], ":")
		n, ok := number(first)
		if !ok || n == 8 || sub && !numbers(strings.Split(more, ":")) {
			return false
		}
		if sub || n != 38 && n != 48 && n != 58 {
			continue
		}
		rest := fields[i+1:]
		want := 0
		switch {
		case len(rest) > 0 && rest[0] == "5":
			want = 2
		case len(rest) > 0 && rest[0] == "2":
			want = 4
		}
		if want == 0 || len(rest) < want || !numbers(rest[:want]) {
			return false
		}
		i += want
	}
	return true
}

func numbers(fields []string) bool {
	for _, f := range fields {
		if _, ok := number(f); !ok {
			return false
		}
	}
	return true
}

// number reads one parameter. An empty one is 0; one above 255 is refused because terminals disagree on it.
func number(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(s, 10, 8)
	return int(n), err == nil
}
