package problem

import "context"

// Spec names a problem: a generated world, or real data where Format is set. It is comparable, so that problems can be
// cached by it.
type Spec struct {
	Kind    string
	Task    string
	Items   int // 0: the kind's default, or all of the real data; of real data at most this many are kept
	Queries int
	Classes int
	Users   int
	Days    int
	Seed    int64
	Format  string // "folders", "idx", "movielens"; empty: generated
	Path    string
}

// Progress is told how much of a step is done; nil is allowed.
type Progress func(what string, done, of int)

// Step is the progress of one step, nil where p is nil.
func (p Progress) Step(what string) func(done, of int) {
	if p == nil {
		return nil
	}
	return func(done, of int) { p(what, done, of) }
}

// Maker makes a problem of a Spec whose defaults are filled in. The same Spec gives the same problem.
type Maker func(ctx context.Context, s Spec, p Progress) (*Problem, error)

// Kind is what is known of a kind of world before one is made.
type Kind struct {
	ID       string
	Line     string   // one line: what it makes
	Formats  []string // of the real data that it reads
	Default  Spec
	MaxItems int
	// Bytes estimates the memory that a Spec needs, before anything is allocated; what it leaves out is the kind's default.
	Bytes func(Spec) int64
}

// Fill returns s with the kind's defaults where it says nothing.
func (k Kind) Fill(s Spec) Spec {
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
