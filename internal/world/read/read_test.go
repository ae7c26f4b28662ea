package read

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestEveryLineIsGivenWithoutItsEndAndLongOnesAsNil(t *testing.T) {
	long := strings.Repeat("x", MaxLine+1)
	for text, want := range map[string][]string{
		"":                               nil,
		"a\nb\n":                         {"1:a", "2:b"},
		"a\r\n\nb":                       {"1:a", "2:", "3:b"},
		"a\n" + long + "\nb\n":           {"1:a", "2:nil", "3:b"},
		"a\n" + long:                     {"1:a", "2:nil"},
		strings.Repeat("y", 4095) + "\n": {"1:" + strings.Repeat("y", 4095)},
	} {
		var got []string
		err := EachLine(t.Context(), strings.NewReader(text), func(n int, line []byte) error {
			if line == nil {
				got = append(got, fmt.Sprintf("%d:nil", n))
			} else {
				got = append(got, fmt.Sprintf("%d:%s", n, line))
			}
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%.20q: lines %.60q, error %v; want %.60q", text, got, err, want)
		}
	}
}

func TestLinesStopWithTheirContextAndAtTheFirstError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	lines := 0
	err := EachLine(ctx, strings.NewReader(strings.Repeat("a\n", 10_000)), func(int, []byte) error {
		if lines++; lines == 10 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || lines > 1000 {
		t.Errorf("error %v after %d lines: it was cancelled at the tenth", err, lines)
	}
	full := errors.New("full")
	if err := EachLine(t.Context(), strings.NewReader("a\nb\n"), func(int, []byte) error { return full }); !errors.Is(err, full) {
		t.Errorf("error %v, want the reader's own", err)
	}
}

func TestWhatIsSkippedIsCountedAndTheFirstOfItNamed(t *testing.T) {
	var s Skipped
	for n := range 7 {
		s.Add("ratings\x1b[2J.csv", n+1, map[bool]string{true: "no number"}[n == 0])
	}
	names := s.Names()
	if s.N != 7 || !strings.HasPrefix(names, "ratings?[2J.csv:1 (no number), ") || !strings.HasSuffix(names, "and 2 more") {
		t.Errorf("%d skipped: %s", s.N, names)
	}
	s.N = maxSkipped + 1
	if !s.TooMany(100*s.N-1) || s.TooMany(100*s.N) {
		t.Errorf("%d of %d rows and of one more: only the first is above one in a hundred", s.N, 100*s.N-1)
	}
}

func TestNumbersAreDigitsUpToTheMost(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "42": 42, "255": 255, "": -1, "256": -1, "-1": -1, "1x": -1, "99999999999999999999": -1} {
		n, ok := WholeNumber([]byte(text), 255)
		if ok != (want >= 0) || ok && n != want {
			t.Errorf("%q is read as %d, %v", text, n, ok)
		}
	}
}

func TestTheEndOfAFileInTheMiddleOfSomethingIsUnexpected(t *testing.T) {
	if err := UnexpectedEOF(fmt.Errorf("row 3: %w", io.EOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v", err)
	}
	other := errors.New("disk on fire")
	if err := UnexpectedEOF(other); !errors.Is(err, other) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("another error became %v", err)
	}
}
