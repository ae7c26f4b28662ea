package problem

import "slices"

// Filter says which items a request must not be given. The zero value allows all of them.
type Filter struct {
	Except []int32               // items refused by name, ascending: already seen, blocked
	Only   func(item int32) bool // false refuses an item, as targeting does; nil: no further condition. Safe for concurrent use
}

// Allows says whether the request may be given the item.
func (f *Filter) Allows(item int32) bool {
	if len(f.Except) > 0 {
		if _, refused := slices.BinarySearch(f.Except, item); refused {
			return false
		}
	}
	return f.Only == nil || f.Only(item)
}

// AllowsAll says whether the filter refuses nothing, so that an engine can leave it out of its search.
func (f *Filter) AllowsAll() bool { return len(f.Except) == 0 && f.Only == nil }
