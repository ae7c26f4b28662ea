package draw

import (
	"math"
	"strconv"
	"testing"
)

// relativeLuminance is WCAG 2's, of a color as #rrggbb.
func relativeLuminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("color %q: %v", hex, err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestEveryColorHasEnoughContrast(t *testing.T) {
	for _, c := range []struct {
		name  string
		dark  bool
		least float64 // 4.5 is WCAG AA for text, 7 AAA
	}{{"dark", true, 4.5}, {"light", false, 4.5}, {"contrast", true, 7}, {"contrast", false, 7}} {
		p, background := colorsOf(c.name, c.dark), "#ffffff"
		if c.dark {
			background = "#1e1e1e"
		}
		for _, color := range append([]string{p.title, p.faint, p.accent, p.good, p.warn, p.bad}, p.series...) {
			if color == "" {
				continue // the terminal's own
			}
			a, b := relativeLuminance(t, color), relativeLuminance(t, background)
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < c.least {
				t.Errorf("%s: %s on %s has %.1f:1, less than %.1f:1", c.name, color, background, ratio, c.least)
			}
		}
	}
}
