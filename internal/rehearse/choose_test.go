package rehearse

import "testing"

func TestRangesParseAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string][2]float64{
		"0.90 0.97": {0.90, 0.97}, "100k to 300k": {100e3, 300e3}, "2% - 5%": {0.02, 0.05}, "1,000 2,000": {1000, 2000},
		" 3x  and 1.5M ": {3, 1.5e6}, "-1.5 2": {-1.5, 2}, "0.9–0.95": {0.9, 0.95},
	} {
		low, high, err := ParseRange(text)
		if err != nil || low-want[0] > 1e-12 || want[0]-low > 1e-12 || high-want[1] > 1e-12 || want[1]-high > 1e-12 {
			t.Errorf("%q reads as %v, %v, %v; want %v", text, low, high, err, want)
		}
	}
	if _, high, err := ParseRange("5% 70%"); err != nil || high != 0.7 {
		t.Errorf("70%% reads as %v, %v", high, err)
	}
	for _, text := range []string{"", "0.9", "1 2 3", "low high", "k k", "%"} {
		if _, _, err := ParseRange(text); err == nil {
			t.Errorf("%q passes for a range", text)
		}
	}
}
