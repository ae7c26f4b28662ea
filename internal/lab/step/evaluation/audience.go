package evaluation

import (
	"context"
	"math/rand/v2"

	"dryrun/internal/lab/measure"
	"dryrun/internal/problem"
)

// This file is who comes in a simulated test, the same for every arm. Where people have a history, a visit is a viewer opening
// the page, and each arm draws its visits from the same numbers. Elsewhere a visit is a search: a shopper looks for one thing,
// and searches again, at most maxTries times, until it is bought or the shopper gives up.

const (
	distinctADay = 30     // distinct requests that a day of searches is made of: each is made by many shoppers
	maxTries     = 3      // searches of one shopper for one thing
	firstTries   = 2. / 3 // of all searches, about: the others are second and third ones
	shoppers     = 20_000 // in a test; each looks for several things
)

// visit is one request of a test.
type visit struct {
	n       int // its number, the same in every arm: what is random about it follows from that
	unit    int // distinct request, or person where people have a history: what the arms' intervals are over
	person  int
	first   bool // the first search for a thing
	request problem.Query
}

// audience is the people of a test.
type audience struct {
	run
	returning bool
	distinct  []problem.Query // requests that searches are drawn from; nil where people have a history
	missions  int             // shoppers for each distinct request
	lists     [][][]int32     // of each distinct request, by policy
	policies  []measure.Policy
	live      *measure.Live
}

// newAudience draws the requests of a test, and answers those that can be answered ahead: a search shows the same list to
// everybody.
func (r run) newAudience(ctx context.Context, policies []measure.Policy) (*audience, error) {
	live, err := measure.NewLive(ctx, r.Pipeline)
	if err != nil {
		return nil, err
	}
	a := &audience{run: r, returning: r.Pipeline.Learned.History != nil, policies: policies, live: live}
	if a.returning {
		return a, nil
	}
	a.distinct = r.liveRequests()
	a.missions = max(1, int(firstTries*float64(r.Settings.Traffic)/distinctADay))
	a.lists = make([][][]int32, len(a.distinct))
	play := r.Pipeline.Problem.People.Begin(r.Seed("people"))
	err = r.Builder.Each(ctx, len(a.distinct), func(i int) error {
		if i%32 == 0 {
			r.Progress.Report("answering live requests", i, len(a.distinct))
		}
		var err error
		a.lists[i], err = live.Answer(ctx, play, a.distinct[i], policies)
		return err
	})
	return a, err
}

// liveRequests draws the distinct requests of the test's days.
func (r run) liveRequests() []problem.Query {
	play := r.Pipeline.Problem.People.Begin(r.Seed("requests"))
	rng := rand.New(rand.NewPCG(r.Seed("requests"), 1))
	var out []problem.Query
	for day := range r.Settings.Days {
		for j := range distinctADay {
			out = append(out, play.Request(float64(day)+float64(j)/distinctADay, rng))
		}
	}
	return out
}

// units is how many distinct requests or people there are.
func (a *audience) units() int {
	if a.returning {
		return a.Pipeline.Learned.History.Users
	}
	return len(a.distinct)
}

// people is how many persons there are.
func (a *audience) people() int {
	if a.returning {
		return a.Pipeline.Learned.History.Users
	}
	return shoppers
}

// list is what a policy shows on a visit.
func (a *audience) list(ctx context.Context, play problem.Play, v *visit, policy int) ([]int32, error) {
	if !a.returning {
		return a.lists[v.unit][policy], nil
	}
	lists, err := a.live.Answer(ctx, play, v.request, a.policies[policy:policy+1])
	if err != nil {
		return nil, err
	}
	return lists[0], nil
}

// play plays a test's visits in order: show says what is shown on one, and told what came of it.
func (a *audience) play(ctx context.Context, what string, show func(problem.Play, *visit) ([]int32, error),
	told func(*visit, []int32, problem.Reaction),
) (problem.Play, error) {
	play := a.Pipeline.Problem.People.Begin(a.Seed("people"))
	meet := func(v *visit, rng *rand.Rand) (problem.Reaction, error) {
		list, err := show(play, v)
		if err != nil {
			return problem.Reaction{}, err
		}
		re := play.React(&v.request, list, rng)
		told(v, list, re)
		return re, nil
	}
	if a.returning {
		return play, a.playVisits(ctx, what, play, meet)
	}
	return play, a.playSearches(ctx, what, meet)
}

// playVisits draws viewers by who comes back.
func (a *audience) playVisits(ctx context.Context, what string, play problem.Play,
	meet func(*visit, *rand.Rand) (problem.Reaction, error),
) error {
	traffic := a.Settings.Traffic
	for i := range a.Settings.Days * traffic {
		if err := ctx.Err(); err != nil {
			return err
		}
		if i%traffic == 0 {
			a.Progress.Report("days of the test: "+what, i/traffic, a.Settings.Days)
		}
		rng := rand.New(rand.NewPCG(a.Seed("reactions"), uint64(i)))
		q := play.Request(float64(i)/float64(traffic), rng)
		if _, err := meet(&visit{i, int(q.User), int(q.User), true, q}, rng); err != nil {
			return err
		}
	}
	return nil
}

// playSearches sends several shoppers for each distinct request. The rng of a search is a function of its number.
func (a *audience) playSearches(ctx context.Context, what string, meet func(*visit, *rand.Rand) (problem.Reaction, error)) error {
	reactions := a.Seed("reactions")
	source := rand.NewPCG(0, 0)
	rng := rand.New(source)
	for i := range a.distinct {
		if err := ctx.Err(); err != nil {
			return err
		}
		if i%distinctADay == 0 {
			a.Progress.Report("days of the test: "+what, i/distinctADay, a.Settings.Days)
		}
		for m := range a.missions {
			mission := i*a.missions + m
			q := a.distinct[i]
			q.User = int32(mission % shoppers)
			for try := range maxTries {
				n := mission*maxTries + try
				source.Seed(reactions, uint64(n))
				re, err := meet(&visit{n, i, int(q.User), try == 0, q}, rng)
				if err != nil {
					return err
				}
				if re.Bought >= 0 || !re.Returns {
					break
				}
			}
		}
	}
	return nil
}
