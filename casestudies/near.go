package casestudies

import "dryrun/internal/spell"

// nearest returns the known word that word most likely misspells, or "".
func nearest(word string, known []string) string {
	near := spell.Nearest(word, known, 1)
	if len(near) == 0 {
		return ""
	}
	return near[0]
}
