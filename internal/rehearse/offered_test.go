package rehearse_test

import (
	"fmt"
	"slices"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
)

func TestOptionsAreShownInAnOrderOfTheSessionsSeed(t *testing.T) {
	places := map[int]int{} // how often the best option stands at each place
	orders := map[string]bool{}
	for seed := int64(1); seed <= 40; seed++ {
		x := begin(t, rehearse.Options{Seed: seed})
		for _, step := range framework.Steps() {
			for _, d := range x.s.Case().Step(step.ID).Decide {
				offered := x.s.Offered(d)
				if len(offered) != len(d.Options) {
					t.Fatalf("%d of %d options of %s are offered", len(offered), len(d.Options), d.ID)
				}
				best := slices.IndexFunc(offered, func(o casestudies.Option) bool { return o.Verdict == casestudies.Best })
				if len(offered) == 3 {
					places[best]++
				}
				if d.ID == "index-family" {
					orders[fmt.Sprint(offered)] = true
				}
			}
		}
	}
	total := places[0] + places[1] + places[2]
	for place := range 3 {
		if share := float64(places[place]) / float64(total); share < .25 || share > .42 {
			t.Errorf("the best of three options stands at place %d in %.0f%% of %d decisions", place+1, 100*share, total)
		}
	}
	if len(orders) < 2 {
		t.Errorf("40 seeds show %d orders", len(orders))
	}
}

func TestAResumedSessionShowsItsOptionsInTheSameOrder(t *testing.T) {
	x := begin(t, rehearse.Options{Seed: 7})
	log, err := x.memory.Session(t.Context(), x.s.State().Started.Session)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := rehearse.Resume(deps(x.clock), log)
	if err != nil {
		t.Fatal(err)
	}
	d := x.s.Step().Decide[0]
	if was, is := fmt.Sprint(x.s.Offered(d)), fmt.Sprint(again.Offered(d)); was != is {
		t.Errorf("it was %s and is %s", was, is)
	}
}

func TestAPredictionIsOpenUntilItIsGivenOrRun(t *testing.T) {
	x := begin(t, rehearse.Options{})
	if n := len(x.s.OpenPredictions()); n != len(x.s.Step().Lab.Predict) {
		t.Fatalf("%d are open at the start", n)
	}
	x.do(rehearse.Run{})
	if open := x.s.OpenPredictions(); len(open) > 0 {
		t.Errorf("%v is open after the run", open)
	}
	x.do(rehearse.Enter{Step: framework.Architecture})
	for _, p := range x.s.Step().Lab.Predict {
		x.do(rehearse.Predict{Prediction: p.ID, Skip: true})
	}
	if open := x.s.OpenPredictions(); len(open) > 0 {
		t.Errorf("%v is open though it was skipped", open)
	}
}
