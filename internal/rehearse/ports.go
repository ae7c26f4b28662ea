package rehearse

import (
	"context"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
	"dryrun/internal/report"
)

// Coach is what a session needs from a coach.
type Coach interface {
	// Reply answers a clarifying question from the facts and the brief. Released are the facts that the candidate has, pending
	// those that the interviewer has just asked back about.
	Reply(c *casestudies.Case, released, pending []string, question string) coach.Response
	// Judge judges an answer to a step, criterion by criterion.
	Judge(c *casestudies.Case, step framework.StepID, a coach.Answer) coach.Judgment
	// Nearest returns, by criterion, the sentence of a text that speaks to it most.
	Nearest(c *casestudies.Case, step framework.StepID, curveballs []string, text string) map[string]string
	// Probe picks the criterion whose probe to ask next, "" where none is left.
	Probe(c *casestudies.Case, step framework.StepID, a coach.Answer, asked []string) string
}

// Knobs is what a session needs to know about a lab without running it. Its errors are for the candidate.
type Knobs interface {
	// Check says whether the knobs are in range for the case, step by step defaults included.
	Check(c *casestudies.Case, knobs map[string]string) error
	// Sketch parses a whiteboard line into the labels of its boxes and the knobs that it sets.
	Sketch(c *casestudies.Case, line string) (boxes []string, knobs map[string]string, err error)
	// Mystery returns the fault that the lab picks for the case's world with this seed, "none" if it picks none.
	Mystery(c *casestudies.Case, seed int64) string
	// Faults returns the ids of the faults that make sense in the case's world.
	Faults(c *casestudies.Case) []string
}

// Lab performs RunLab and RunXRay for one case. It stops within 100 ms of ctx's end.
type Lab interface {
	Run(ctx context.Context, r RunLab, progress func(report.Progress)) (LabResult, error)
	XRay(ctx context.Context, r RunXRay) (report.XRay, error)
}

// Store performs Append and SaveDraft. Append returns framework.ErrOtherWriter, wrapped or not, where another program has
// written to the session since.
type Store interface {
	Append(ctx context.Context, session string, events []framework.Event) error
	SaveDraft(ctx context.Context, session string, d framework.Draft) error
	// Beat records that the session is alive at the given time, so a kill loses at most a second of the clock.
	Beat(ctx context.Context, session string, at time.Time) error
}
