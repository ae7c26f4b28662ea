package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
)

// HomeOptions configure the home conversation.
type HomeOptions struct {
	Options
	Cases      []*casestudies.Case
	Unfinished []framework.Summary
	// Practice opens a new session on a case, Resume an unfinished one; LabOf is the lab of a session's case.
	Practice func(ctx context.Context, c *casestudies.Case) (*rehearse.Session, rehearse.Outcome, error)
	Resume   func(ctx context.Context, id string) (*rehearse.Session, rehearse.Outcome, error)
	LabOf    func(c *casestudies.Case) rehearse.Lab
}

// Home lists what you can rehearse and, if input is interactive, opens what you choose. Enter takes the first offer.
func Home(ctx context.Context, h HomeOptions) error {
	in := readLines(h.In)
	defer close(in.stop)
	w := newWalk(nil, in, h.Options)
	w.say("dryrun rehearses machine-learning system design interviews: seven steps, your own words and decisions, " +
		"and a real two-stage pipeline behind every step that you predict, run and break. " +
		"Everything you type is saved as you type it, on this machine only.")
	w.say("")
	offers := h.offers()
	for i, o := range offers {
		w.say(fmt.Sprintf("%d  %s", i+1, o.line))
	}
	if len(offers) == 0 {
		w.say("There are no cases here. To create one, run: dryrun cases new ID")
		return nil
	}
	w.say("")
	if !h.Interactive {
		w.say("Next: " + w.Command("practice", h.Cases[0].ID, "--plain"))
		return nil
	}
	for {
		w.say("Enter a number to open it, press enter for 1, or q to quit.")
		w.prompt("> ")
		got, err := in.read(ctx)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		n, open := pickOffer(got.text, len(offers))
		switch {
		case open:
			s, outcome, err := offers[n].open(ctx)
			if err != nil {
				return err
			}
			o := h.Options
			o.Lab = h.LabOf(s.Case())
			return newWalk(s, in, o).run(ctx, outcome)
		case strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(got.text, "/")), "q"):
			return nil
		default:
			w.say(fmt.Sprintf("%q isn't one of these numbers.", short(got.text)))
		}
	}
}

type offer struct {
	line string
	open func(context.Context) (*rehearse.Session, rehearse.Outcome, error)
}

func (h HomeOptions) offers() []offer {
	var out []offer
	for _, u := range h.Unfinished {
		step, _ := framework.StepByID(u.Step)
		out = append(out, offer{
			line: fmt.Sprintf("resume %s, at %s (%s)", u.Title, step.Title, activeTime(u.Elapsed)),
			open: func(ctx context.Context) (*rehearse.Session, rehearse.Outcome, error) {
				return h.Resume(ctx, u.ID)
			},
		})
	}
	for _, c := range h.Cases {
		out = append(out, offer{
			line: c.Title + ": " + c.Summary + " (" + c.ID + ", " + c.Difficulty + ")",
			open: func(ctx context.Context) (*rehearse.Session, rehearse.Outcome, error) {
				return h.Practice(ctx, c)
			},
		})
	}
	return out
}

// activeTime writes an active time in words.
func activeTime(d time.Duration) string {
	switch n := int(d.Minutes() + 0.5); {
	case d < time.Minute:
		return "under a minute"
	case n == 1:
		return "1 minute"
	default:
		return fmt.Sprintf("%d minutes", n)
	}
}

// pickOffer parses the number of an offer. An empty line means the first.
func pickOffer(text string, of int) (int, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, of > 0
	}
	n, err := strconv.Atoi(text)
	return n - 1, err == nil && n >= 1 && n <= of
}
