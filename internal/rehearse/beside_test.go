package rehearse_test

import (
	"strings"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
)

// chosen is a session at the architecture of a case whose decisions are these.
func chosen(t *testing.T, decisions []casestudies.Decision, options ...string) *rehearsal {
	t.Helper()
	c := *visualSearch(t)
	c.Steps.Architecture.Decide = decisions
	x := begin(t, rehearse.Options{Case: &c, Step: framework.Architecture})
	for i, o := range options {
		if o != "" {
			x.do(rehearse.Decide{Decision: decisions[i].ID, Option: o})
		}
	}
	return x
}

func decisions() []casestudies.Decision {
	return []casestudies.Decision{
		{ID: "k", Knob: "k", Metric: "stage1_recall_at_k", Options: casestudies.Options{
			{ID: "50", Verdict: casestudies.Poor}, {ID: "20", Verdict: casestudies.Poor}, {ID: "200", Verdict: casestudies.Best},
		}},
		{
			ID: "switch", Metric: "ndcg_at_10", Options: casestudies.Options{
				{ID: "later", Verdict: casestudies.Poor}, {ID: "now", Verdict: casestudies.Poor}, {ID: "both", Verdict: casestudies.Best},
			},
			Runs: map[string]map[string]string{"now": {"fault": "stale-index", "dim": "32"}, "both": {}},
		},
		{ID: "judged", Options: casestudies.Options{{ID: "a", Verdict: casestudies.Poor}, {ID: "b", Verdict: casestudies.Best}}},
	}
}

// effect is what the session asks the lab to run.
func effect(t *testing.T, x *rehearsal) rehearse.RunLab {
	t.Helper()
	out, err := x.s.Do(rehearse.Run{})
	if err != nil {
		t.Fatal(err)
	}
	return out.Effects[len(out.Effects)-1].(rehearse.RunLab)
}

func TestAChoiceThatIsNotTheBestRunsBesideTheBest(t *testing.T) {
	r := effect(t, chosen(t, decisions(), "200", "now", "a"))
	if len(r.Decisions) != 1 {
		t.Fatalf("%+v", r.Decisions)
	}
	if d := r.Decisions[0]; d.Decision != "switch" || d.Other != "both" || d.Role != casestudies.Best {
		t.Errorf("%+v", d)
	}
	if r.Fault != "stale-index" || r.Yours["dim"] != "32" || r.Yours["fault"] != "" || r.Same {
		t.Errorf("the choice's settings don't reach the run: %+v", r)
	}
}

func TestBesideTheBestChoicesTheMostTemptingWrongOneRuns(t *testing.T) {
	r := effect(t, chosen(t, decisions(), "200", "both", "a"))
	var got []string
	for _, d := range r.Decisions {
		got = append(got, d.Decision+" "+d.Other+" "+string(d.Role))
	}
	if strings.Join(got, ", ") != "k 50 poor, switch now poor" || !r.Same {
		t.Errorf("%v, same %v", got, r.Same)
	}
	if r := effect(t, chosen(t, decisions(), "", "", "a")); len(r.Decisions) != 0 {
		t.Errorf("nothing was decided that runs: %+v", r.Decisions)
	}
}

func TestAPlantedFaultHidesNoDecision(t *testing.T) {
	x := chosen(t, decisions(), "20", "now")
	out, err := x.s.Do(rehearse.Run{Fault: rehearse.Mystery})
	if err != nil {
		t.Fatal(err)
	}
	r := out.Effects[len(out.Effects)-1].(rehearse.RunLab)
	if r.Fault != rehearse.Mystery || len(r.Decisions) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestTheVerdictsSurviveARestart(t *testing.T) {
	x := begin(t, rehearse.Options{Step: framework.Architecture})
	d := x.s.Step().Decision("candidates")
	x.do(rehearse.Decide{Decision: d.ID, Option: "20"}, rehearse.Run{})
	s, _, err := rehearse.Resume(deps(x.clock), x.stored())
	if err != nil {
		t.Fatal(err)
	}
	before, after := x.s.LastRun(framework.Architecture), s.LastRun(framework.Architecture)
	if after.Comparison == nil || after.Comparison.Verdicts[0].Metric != "speedup" || len(after.Decisions) != len(before.Decisions) ||
		len(after.Decisions) == 0 || after.Decisions[0] != before.Decisions[0] {
		t.Errorf("stored %+v, %+v; shown before %+v", after.Comparison, after.Decisions, before.Decisions)
	}
}
