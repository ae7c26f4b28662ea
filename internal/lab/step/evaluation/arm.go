package evaluation

import (
	"context"
	"fmt"

	"dryrun/internal/problem"
)

// arm is what one policy's lists led to, by distinct request, or by person where people have a history.
type arm struct {
	asked, clicks, shown, successes, revenue, returns []float64

	people   perPerson    // what a test of this arm would launch on, by person
	success  perPerson    // successes by person
	exposure []float64    // impressions by item, where people have a history
	left     *problem.Log // what the next model would learn from, where the play tells
}

// perPerson is an outcome by person: its sum, its sum of squares and how often the person was there. Per is what the outcome is
// divided by: visits, or things looked for.
type perPerson struct{ sum, squares, visits, per []float64 }

func newPerPerson(n int) perPerson {
	part := parts(4, n)
	return perPerson{part[0], part[1], part[2], part[3]}
}

func (p *perPerson) add(person int, v float64, counts bool) {
	p.sum[person] += v
	p.squares[person] += v * v
	p.visits[person]++
	if counts {
		p.per[person]++
	}
}

// parts cuts one piece of memory into equal slices.
func parts(count, n int) [][]float64 {
	room, out := make([]float64, count*n), make([][]float64, count)
	for i := range out {
		out[i] = room[i*n : (i+1)*n : (i+1)*n]
	}
	return out
}

func newArm(units, people int) arm {
	part := parts(6, units)
	return arm{
		asked: part[0], clicks: part[1], shown: part[2], successes: part[3], revenue: part[4], returns: part[5],
		people: newPerPerson(people), success: newPerPerson(people),
	}
}

// goal is what a test launches on, for one visit: whether the person returns, or what was spent where nobody has a history.
func (a *audience) goal(re problem.Reaction) float64 {
	if !a.returning {
		return re.Revenue
	}
	if re.Returns {
		return 1
	}
	return 0
}

func (a *arm) add(v *visit, shown int, re problem.Reaction, goal float64) {
	i := v.unit
	a.asked[i]++
	a.shown[i] += float64(shown)
	a.clicks[i] += float64(len(re.Clicks))
	a.revenue[i] += re.Revenue
	won := 0.0
	if re.Bought >= 0 {
		won = 1
	}
	a.successes[i] += won
	if re.Returns {
		a.returns[i]++
	}
	a.people.add(v.person, goal, v.first)
	a.success.add(v.person, won, v.first)
}

// arms plays each policy forward on the same people: every arm meets the same requests and, as far as what they show is
// alike, the same reactions.
func (a *audience) arms(ctx context.Context) ([]arm, error) {
	arms := make([]arm, len(a.policies))
	err := a.Builder.Each(ctx, len(a.policies), func(k int) error {
		out := newArm(a.units(), a.people())
		if a.returning {
			out.exposure = make([]float64, a.Pipeline.Problem.Items)
		}
		show := func(play problem.Play, v *visit) ([]int32, error) { return a.list(ctx, play, v, k) }
		play, err := a.play(ctx, a.policies[k].ID, show, func(v *visit, list []int32, re problem.Reaction) {
			out.add(v, len(list), re, a.goal(re))
			if out.exposure == nil {
				return
			}
			for _, item := range list {
				out.exposure[item]++
			}
		})
		if err != nil {
			return err
		}
		if learner, ok := play.(problem.Learner); ok {
			learned, err := learner.Learn(ctx)
			if err != nil {
				return fmt.Errorf("learning from the test's log: %w", err)
			}
			out.left = learned.Log
		}
		arms[k] = out
		return nil
	})
	return arms, err
}

// met is how many people or distinct requests an arm met.
func (a *arm) met() int {
	n := 0
	for _, asked := range a.asked {
		if asked > 0 {
			n++
		}
	}
	return n
}
