package rehearse

import (
	"context"
	"errors"
	"fmt"

	"dryrun/internal/report"
)

// Perform executes one effect and returns the command to feed back. It blocks as long as the effect takes: a face with an
// update loop calls it in a command of its own, with a context that it cancels at CancelRun. CancelRun itself is the
// face's, and nothing here. An error means that the effect couldn't be tried; what failed in trying comes back as a command.
func Perform(ctx context.Context, e Effect, store Store, lab Lab, progress func(report.Progress)) (Command, error) {
	if progress == nil {
		progress = func(report.Progress) {}
	}
	switch e.(type) {
	case Append, SaveDraft:
		if store == nil {
			return nil, errors.New("saving the session: there is no store")
		}
	case RunLab, RunXRay:
		if lab == nil {
			return nil, errors.New("running the lab: there is none")
		}
	}
	switch e := e.(type) {
	case Append:
		return outcome(e, store.Append(ctx, e.Session, e.Events)), nil
	case SaveDraft:
		return outcome(e, store.SaveDraft(ctx, e.Session, e.Draft)), nil
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

func outcome(e Effect, err error) Command {
	if err != nil {
		return StoreFailed{Effect: e, Err: err}
	}
	return Stored{Effect: e}
}

// Settle performs effects one after the other and feeds back what they bring, until none is left. It suits a face that
// waits for each command, and any face that leaves. The lines are those of the outcomes that followed.
func Settle(ctx context.Context, s *Session, effects []Effect, store Store, lab Lab, progress func(report.Progress)) ([]Line, error) {
	var lines []Line
	for len(effects) > 0 {
		e := effects[0]
		effects = effects[1:]
		back, err := Perform(ctx, e, store, lab, progress)
		if err != nil {
			return lines, err
		}
		if back == nil {
			continue
		}
		out, err := s.Do(back)
		if err != nil {
			return lines, err
		}
		lines = append(lines, out.Lines...)
		effects = append(effects, out.Effects...)
	}
	return lines, nil
}
