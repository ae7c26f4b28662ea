package safetext

import (
	"fmt"
	"strconv"
)

// Untrusted is a stranger's text. However it is printed, logged or marshalled, it comes out cleaned; UnsafeRaw is the one way to
// what it really holds.
type Untrusted struct{ raw string }

// Wrap marks s as a stranger's.
func Wrap(s string) Untrusted { return Untrusted{raw: s} }

// UnsafeRaw returns the text as it came. It is never to be printed.
func (u Untrusted) UnsafeRaw() string { return u.raw }

// String returns the text cleaned.
func (u Untrusted) String() string { return Clean(u.raw) }

// Format prints the text cleaned whatever the verb, %#v included.
func (u Untrusted) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		fmt.Fprintf(f, "safetext.Wrap(%s)", strconv.QuoteToASCII(u.raw))
		return
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), u.String())
}

// MarshalText returns the text cleaned, for JSON and logs.
func (u Untrusted) MarshalText() ([]byte, error) { return []byte(u.String()), nil }
