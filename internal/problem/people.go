package problem

import (
	"context"
	"math/rand/v2"
)

// Reaction is what a person did with one list.
type Reaction struct {
	Clicks  []int // positions
	Bought  int   // position of the purchase (success), -1 for none
	Revenue float64
	Returns bool // comes back: counts for retention
}

// People answer what they are shown, by the world's rules.
type People interface {
	// Begin starts a playing-forward of its own; plays don't see each other. The same seed plays the same people.
	Begin(seed uint64) Play
}

// Play is one run of the people forward in time. It is not safe for concurrent use.
type Play interface {
	// Request draws the next request of the day: who asks and for what. Day 0 is the first day after the log.
	Request(day float64, rng *rand.Rand) Query
	// React shows the list (best first) and returns what the person did; it may change how they behave later.
	React(q *Query, shown []int32, rng *rand.Rand) Reaction
}

// Learner is implemented by Plays of worlds that learn from what they show.
type Learner interface {
	// Learn returns the problem after the play so far: Train, Log and History go on with what was shown and
	// done, and features count it. An experiment that retrains as it serves learns from this, and goes on in the same play.
	// Test is empty: the judged requests are in the past by then. It returns ctx's error when ctx ends first.
	Learn(ctx context.Context) (*Problem, error)
}

// Oracle is implemented by People of generated worlds, who can be asked what they would do with an item before it is shown.
type Oracle interface {
	// Expect returns how likely the request's person is to respond to the item, given a look at it.
	Expect(q *Query, item int32) Expected
}

// Expected is a response to an item that was looked at.
type Expected struct {
	Click   float64 // probability of a click
	Success float64 // probability of a click and a success after it
}

// Liker is implemented by People who can say that they liked something. Most don't.
type Liker interface {
	// Likes says whether the request's person presses like after a success with the item.
	Likes(q *Query, item int32) bool
}

// Drift makes the same world at a later time: same corpus, requests moved by strength (0 none, 1 strong).
type Drift interface {
	// At returns ctx's error when ctx ends first, and never the problem without the drift instead.
	At(ctx context.Context, strength float64) (*Problem, error)
}

// Incumbent is implemented by Plays that can show what the earlier system, the one that wrote the log, would show.
type Incumbent interface {
	// Today returns the earlier system's list for q, best first, from its own candidates. It reads what the play has shown so
	// far, where that system learns from clicks. It returns ctx's error when ctx ends first.
	Today(ctx context.Context, q *Query) ([]int32, error)
}
