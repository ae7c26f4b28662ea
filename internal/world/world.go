// Package world makes problems: Kinds is the one place that knows every kind of world, generated or read from files; each
// has a package of its own below this one. A Spec comes in, an immutable problem.Problem with its truth comes out.
package world

import (
	"context"
	"fmt"
	"strings"

	"dryrun/internal/problem"
)

// Kind is a kind of world and how to make it.
type Kind struct {
	problem.Kind
	make    problem.Maker
	readers map[string]problem.Maker // by format
}

// Make generates or reads the problem. The same Spec gives the same problem.
func Make(ctx context.Context, s problem.Spec, p problem.Progress) (*problem.Problem, error) {
	k, ok := KindByID(s.Kind)
	if !ok {
		return nil, fmt.Errorf("making a world of unknown kind %q", s.Kind)
	}
	s = k.Fill(s)
	if s.Format == "" {
		return k.make(ctx, s, p)
	}
	if read, ok := k.readers[s.Format]; ok {
		return read(ctx, s, p)
	}
	return nil, fmt.Errorf("reading %s for the %s world: unknown format %q; it reads %s", s.Path, k.ID, s.Format,
		strings.Join(k.Formats, " and "))
}

// KindByID returns the kind called id.
func KindByID(id string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.ID == id {
			return k, true
		}
	}
	return Kind{}, false
}
