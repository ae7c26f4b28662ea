// Package world makes problems: generated worlds, one file or folder a kind, and readers of real data. A Spec and a seed
// come in, an immutable problem.Problem with its truth comes out.
package world

import (
	"context"
	"fmt"

	"dryrun/internal/problem"
)

// Spec names a problem: a generated world, or real data where Format is set. It is comparable, so that problems can be
// cached by it.
type Spec struct {
	Kind    string
	Task    string
	Items   int // 0: the kind's default, or all of the real data; of real data at most so many are kept
	Queries int
	Classes int
	Users   int
	Days    int
	Seed    int64
	Format  string // "folders", "idx", "movielens" ...; empty: generated
	Path    string
}

// mostItems is the most that a generated world takes.
const mostItems = 10_000_000

// Progress is told how far the making is; nil is allowed.
type Progress func(what string, done, of int)

// Kind describes one kind of world.
type Kind struct {
	ID       string
	Line     string // one line: what it makes
	Formats  []string
	Default  Spec
	MaxItems int
	// Bytes estimates the memory that a Spec needs, before anything is allocated; what it leaves out is the kind's default.
	Bytes func(Spec) int64
	make  func(context.Context, Spec, Progress) (*problem.Problem, error)
}

// Make generates or reads the problem. The same Spec gives the same problem.
func Make(ctx context.Context, s Spec, p Progress) (*problem.Problem, error) {
	k, ok := KindByID(s.Kind)
	if !ok {
		return nil, fmt.Errorf("world of unknown kind %q", s.Kind)
	}
	return k.make(ctx, s.withDefaults(k), p)
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

func (s Spec) withDefaults(k Kind) Spec {
	if s.Items == 0 && s.Format == "" { // real data are read whole
		s.Items = k.Default.Items
	}
	if s.Queries == 0 {
		s.Queries = k.Default.Queries
	}
	if s.Classes == 0 {
		s.Classes = k.Default.Classes
	}
	if s.Users == 0 {
		s.Users = k.Default.Users
	}
	if s.Days == 0 {
		s.Days = k.Default.Days
	}
	return s
}
