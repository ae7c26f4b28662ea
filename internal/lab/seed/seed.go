// Package seed derives the randomness of each part of a run from the run's one seed: a seed and the name of its use come in, a
// seed that no other use shares comes out.
package seed

// Of mixes a run's seed with the name of its use (FNV-1a).
func Of(seed int64, use string) uint64 {
	h := uint64(14695981039346656037) ^ uint64(seed)
	for _, c := range []byte(use) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h ^ h>>29
}
