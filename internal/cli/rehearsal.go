package cli

import (
	"context"
	"errors"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
	"dryrun/internal/lab"
	"dryrun/internal/plain"
	"dryrun/internal/store"
	"dryrun/internal/study"
)

// rehearsal is a study that is open for the time of one command.
type rehearsal struct {
	*app
	*study.Study
	store *store.Store
	lab   *lab.Lab
}

func (a *app) openStudy(ctx context.Context) (*rehearsal, error) {
	l, err := a.openLab(milvusFlags{})
	if err != nil {
		return nil, err
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return nil, err
	}
	return &rehearsal{app: a, store: s, lab: l, Study: &study.Study{Store: s, Lab: l, Coach: coach.New(), Clock: a.clock}}, nil
}

func (r *rehearsal) close() error { return errors.Join(r.store.Close(), r.lab.Close()) }

// changed says whether a case's file has another text than the session began with. A session keeps the text that it began
// with.
func (r *rehearsal) changed(ctx context.Context, id string, now *casestudies.Case) (bool, error) {
	if now == nil {
		return false, nil
	}
	log, err := r.Store.Session(ctx, id)
	if err != nil || len(log.Events) == 0 {
		return false, err
	}
	begun, ok := log.Events[0].Body.(framework.Started)
	return ok && begun.Hash != now.Source().Hash, nil
}

// plainOptions are what a conversation in whole lines runs on.
func (r *rehearsal) plainOptions() plain.Options {
	return plain.Options{
		In: r.In, Out: r.Out, Interactive: r.InTerm && r.OutTerm, Width: r.width(), Clock: r.clock, Store: r.Store,
	}
}

// offered is how many unfinished sessions plain home offers.
const offered = 5
