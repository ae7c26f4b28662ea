package build

import (
	"context"
	"time"

	"dryrun/internal/lab/disk"
	"dryrun/internal/lab/kind"
	"dryrun/internal/lab/progress"
	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world"
)

// Sized is a value that knows roughly how much memory it keeps. Everything that is built is: the cache has a limit.
type Sized interface{ Bytes() int64 }

// Stage is one thing that is built. Needs are the fields of the scenario that it depends on, those of the stages that it is
// built from among them: Build gets a scenario in which all other fields are zero, so it can't depend on one that isn't
// declared.
type Stage[V Sized] struct {
	Name  string
	Needs Field
	Build func(ctx context.Context, b *Builder, s Scenario) (V, error)
	File  *File[V] // how a value is kept on disk; nil: it isn't
}

// Key is what a value is kept under.
type Key struct {
	Stage    string
	Scenario Scenario
}

// String is the same for the same key in every process.
func (k Key) String() string { return k.Stage + ": " + k.Scenario.String() }

// Key is what the stage's value for a scenario is kept under.
func (st Stage[V]) Key(s Scenario) Key { return Key{st.Name, s.only(st.Needs)} }

// Get returns the stage's value for a scenario: the one that is kept in memory or on disk, or a new one.
func Get[V Sized](ctx context.Context, b *Builder, st Stage[V], s Scenario) (V, error) {
	key := st.Key(s)
	return once(ctx, b.cache, key, func(ctx context.Context) (V, error) {
		if v, ok := load(ctx, b, st, key); ok {
			return v, nil
		}
		v, err := st.Build(ctx, b, key.Scenario)
		if err == nil {
			save(ctx, b, st, key, v)
		}
		return v, err
	})
}

// Keep keeps a value that was found in another way than by its stage, and is the same.
func Keep[V Sized](b *Builder, st Stage[V], s Scenario, v V) { b.cache.put(st.Key(s), v) }

// Options are what a Builder builds with.
type Options struct {
	Workers int
	Servers *kind.Servers
	Python  string // interpreter that has LightGBM's package
	Bytes   int64  // of what is kept in memory

	Disk     *disk.Folder  // what took long to build is kept here for other processes; nil: nowhere
	SlowFrom time.Duration // how long that is; 0: half a second

	// Make makes or reads a world; nil: world.Make.
	Make func(ctx context.Context, spec problem.Spec, progress problem.Progress) (*problem.Problem, error)
}

// Builder builds stages and keeps what it built. It is safe for concurrent use.
type Builder struct {
	options  Options
	cache    *cache
	progress *progress.Sink
}

// New returns a builder that keeps nothing yet.
func New(o Options) *Builder {
	if o.Make == nil {
		o.Make = world.Make
	}
	return &Builder{options: o, cache: newCache(o.Bytes)}
}

// Reporting is the builder, with its progress going to a sink.
func (b *Builder) Reporting(to *progress.Sink) *Builder {
	out := *b
	out.progress = to
	return &out
}

// Alone is a builder of the same options that keeps what it builds apart from b's, up to a number of bytes.
func (b *Builder) Alone(bytes int64) *Builder {
	o := b.options
	o.Bytes = bytes
	return New(o).Reporting(b.progress)
}

// Passing is a builder that uses what b keeps, and whose own values are dropped with it: for pipelines that are measured once.
func (b *Builder) Passing() *Builder {
	out := *b
	out.cache = newCache(b.cache.allowed())
	out.cache.parent = b.cache
	return &out
}

// Allow raises the limit on what is kept to at least this many bytes.
func (b *Builder) Allow(bytes int64) { b.cache.allow(bytes) }

// Allowed is how many bytes are kept.
func (b *Builder) Allowed() int64 { return b.cache.allowed() }

// Workers is on how many goroutines the builder works.
func (b *Builder) Workers() int { return b.options.Workers }

// Progress is where the builder reports.
func (b *Builder) Progress() *progress.Sink { return b.progress }

// Each calls do for 0 to n-1 on the builder's workers, as parallel.For does.
func (b *Builder) Each(ctx context.Context, n int, do func(i int) error) error {
	return parallel.For(ctx, b.options.Workers, n, func(_, i int) error { return do(i) })
}
