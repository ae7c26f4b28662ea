package world

import (
	"dryrun/internal/problem"
	"dryrun/internal/world/feed"
	"dryrun/internal/world/gallery"
	"dryrun/internal/world/images"
	"dryrun/internal/world/movielens"
)

// Kinds returns the kinds of world, in the order in which they are shown.
func Kinds() []Kind {
	return []Kind{
		{images.Kind(), images.Make, map[string]problem.Maker{"folders": gallery.Folders, "idx": gallery.IDX}},
		{feed.Kind(), feed.Make, map[string]problem.Maker{"movielens": movielens.Make}},
	}
}
