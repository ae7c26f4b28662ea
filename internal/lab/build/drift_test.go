package build

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"dryrun/internal/problem"
)

// slowDrift works until it is canceled, and then takes a while to notice.
type slowDrift struct {
	cancel  context.CancelFunc
	working *atomic.Bool
}

func (d slowDrift) At(ctx context.Context, _ float64) (*problem.Problem, error) {
	d.working.Store(true)
	defer d.working.Store(false)
	d.cancel()
	<-ctx.Done()
	return nil, ctx.Err()
}

// drifting is a builder whose world is p.
func drifting(p *problem.Problem) *Builder {
	made := func(context.Context, problem.Spec, problem.Progress) (*problem.Problem, error) { return p, nil }
	return New(Options{Bytes: 1 << 20, Make: made})
}

func TestNothingGoesOnDriftingForACallerWhoHasLeft(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var working atomic.Bool
	base := &problem.Problem{Drift: slowDrift{cancel, &working}}
	p, err := drifting(base).Answered(ctx, Scenario{World: problem.Spec{Kind: "images"}, Drift: 0.5})
	if p != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("problem %v, error %v; want none and the context's error", p, err)
	}
	if working.Load() {
		t.Error("the drift is still at work after the call returned")
	}
}

// failedDrift can't make its world.
type failedDrift struct{}

var errNoDrift = errors.New("nobody watched anything new")

func (failedDrift) At(context.Context, float64) (*problem.Problem, error) { return nil, errNoDrift }

func TestADriftThatFailsIsAnErrorOfTheRun(t *testing.T) {
	b := drifting(&problem.Problem{Drift: failedDrift{}})
	p, err := b.Answered(t.Context(), Scenario{World: problem.Spec{Kind: "images"}, Drift: 0.5})
	if p != nil || !errors.Is(err, errNoDrift) {
		t.Errorf("problem %v, error %v; want none and the drift's error", p, err)
	}
}
