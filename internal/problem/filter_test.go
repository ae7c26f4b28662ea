package problem

import "testing"

func TestAFilterRefusesItsExceptionsAndWhatItsConditionRefuses(t *testing.T) {
	even := func(item int32) bool { return item%2 == 0 }
	for _, tc := range []struct {
		name    string
		filter  Filter
		allowed []int32
		all     bool
	}{
		{"nothing", Filter{}, []int32{0, 1, 2, 3, 4, 5}, true},
		{"an empty list", Filter{Except: []int32{}}, []int32{0, 1, 2, 3, 4, 5}, true},
		{"exceptions", Filter{Except: []int32{0, 3}}, []int32{1, 2, 4, 5}, false},
		{"a condition", Filter{Only: even}, []int32{0, 2, 4}, false},
		{"both", Filter{Except: []int32{1, 2}, Only: even}, []int32{0, 4}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var allowed []int32
			for item := range int32(6) {
				if tc.filter.Allows(item) {
					allowed = append(allowed, item)
				}
			}
			if len(allowed) != len(tc.allowed) || tc.filter.AllowsAll() != tc.all {
				t.Fatalf("it allows %v, all: %v; want %v, %v", allowed, tc.filter.AllowsAll(), tc.allowed, tc.all)
			}
			for i, item := range tc.allowed {
				if allowed[i] != item {
					t.Errorf("it allows %v, want %v", allowed, tc.allowed)
				}
			}
		})
	}
}
