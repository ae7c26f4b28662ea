package rehearse

import (
	"context"
	"errors"
	"fmt"

	"dryrun/internal/report"
)

// IsStorage says whether an effect stores something, as opposed to running or stopping the lab.
func IsStorage(e Effect) bool {
	switch e.(type) {
	case Append, SaveDraft:
		return true
	}
	return false
}

// Perform executes one effect and returns the command to feed back. It blocks until the effect is done: an interface
// with an update loop calls it in its own goroutine, with a context that it cancels on CancelRun, which does nothing here.
// An error means that the effect couldn't be tried; if it was tried and failed, the command says so.
func Perform(ctx context.Context, e Effect, store Store, lab Lab, progress func(report.Progress)) (Command, error) {
	if progress == nil {
		progress = func(report.Progress) {}
	}
	if IsStorage(e) && store == nil {
		return nil, errors.New("saving the session: there is no store")
	}
	switch e.(type) {
	case RunLab, RunXRay:
		if lab == nil {
			return nil, errors.New("running the lab: there is no lab")
		}
	}
	switch e := e.(type) {
	case Append:
		return storeOutcome(e, store.Append(ctx, e.Session, e.Events)), nil
	case SaveDraft:
		return storeOutcome(e, store.SaveDraft(ctx, e.Session, e.Draft)), nil
	case RunLab:
		result, err := lab.Run(ctx, e, progress)
		return labOutcome(e.Run, result, err), nil
	case RunXRay:
		result, err := lab.XRay(ctx, e)
		return XRayDone{Result: result, Err: err}, nil
	case CancelRun:
		return nil, nil
	}
	return nil, fmt.Errorf("performing an effect of unknown type %T", e)
}

func labOutcome(run int, result LabResult, err error) Command {
	if err != nil {
		return LabFailed{Run: run, Err: err}
	}
	return LabDone{Run: run, Result: result}
}

func storeOutcome(e Effect, err error) Command {
	if err != nil {
		return StoreFailed{Effect: e, Err: err}
	}
	return Stored{Effect: e}
}

// PerformAll performs effects one after another and feeds their results back, until none is left. It calls onResult, which may
// be nil, with each result and its outcome. A failure of the store is a result; the error is about effects that couldn't be
// tried, and the other effects are still performed.
func PerformAll(
	ctx context.Context, s *Session, effects []Effect, store Store, lab Lab,
	progress func(report.Progress), onResult func(back Command, out Outcome),
) error {
	var errs []error
	for len(effects) > 0 {
		e := effects[0]
		effects = effects[1:]
		back, err := Perform(ctx, e, store, lab, progress)
		if err != nil {
			errs = append(errs, err)
		}
		if back == nil {
			continue
		}
		out, err := s.Do(back)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if onResult != nil {
			onResult(back, out)
		}
		effects = append(effects, out.Effects...)
	}
	return errors.Join(errs...)
}
