package casestudies

import "dryrun/internal/spell"

// nearest returns the known word that word most likely misspells, or "".
func nearest(word string, known []string) string {
	for _, near := range spell.Nearest(word, known, 1) {
		return near
	}
	return ""
}
