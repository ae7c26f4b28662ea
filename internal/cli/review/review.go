// Package review is the command `dryrun review`: the list of past sessions, or one of them.
package review

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/sessions"
	"dryrun/internal/coach"
	"dryrun/internal/draw"
	"dryrun/internal/rehearse"
	"dryrun/internal/store"
	"dryrun/internal/study"
	"dryrun/internal/tui"
)

type options struct {
	*command.IO
	command.Exporter
	Store    func(context.Context) (*store.Store, error)
	Sessions func(context.Context) (*sessions.Open, error)
	Clock    framework.Clock
	Next     func(words ...string) string // a command of dryrun on the same data

	Session string // an id or a prefix of one; "" lists all
}

// New returns the command.
func New(p *command.Program) *cobra.Command { return newCommand(p, run) }

func newCommand(p *command.Program, run func(context.Context, *options) error) *cobra.Command {
	o := &options{IO: p.IO, Store: p.Store, Sessions: sessions.Opener(p), Clock: p.Clock, Next: p.Next}
	cmd := &cobra.Command{
		Use:   "review [SESSION]",
		Short: "List past sessions, or show one",
		Long: "List past sessions, unfinished ones included, or show one: answers, decisions, ranges and scores. " +
			"The first letters of a session's id are enough to name it.",
		Example: command.Examples(
			"every session, the last one first", "dryrun review",
			"one of them", "dryrun review 4kq2",
			"the same for a script", "dryrun review 4kq2 --json",
		),
		Args:              command.Takes(0, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.Session = args[0]
			}
			return run(cmd.Context(), o)
		},
	}
	o.AddJSONFlag(cmd, "print JSON")
	return cmd
}

func run(ctx context.Context, o *options) (err error) {
	if o.Session == "" && !o.JSON && !o.PlainMode() {
		return o.screen(ctx)
	}
	s, err := o.Store(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if o.Session == "" {
		return o.list(ctx, s)
	}
	return o.one(ctx, s)
}

// screen shows the list as a screen.
func (o *options) screen(ctx context.Context) (err error) {
	s, err := o.Sessions(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Screens(ctx, tui.Start{Review: true}, 1, false)
}

// write prints a session: drawn on a terminal, in whole lines elsewhere.
func (o *options) write(r sessionReview, past *rehearse.Session) error {
	theme, err := o.DrawTheme()
	if err != nil {
		return err
	}
	var parts []string
	for _, blocks := range r.blocks(past) {
		if o.PlainMode() {
			parts = append(parts, draw.SummaryPlain(blocks, o.Width()))
			continue
		}
		parts = append(parts, draw.Summary(blocks, draw.Options{Theme: theme, Width: o.Width()}))
	}
	if !r.Ended {
		parts = append(parts, "To continue it, run:\n"+o.Next("practice", "--resume", r.ID))
	}
	_, err = fmt.Fprintln(o.Out, strings.Join(parts, "\n\n"))
	return err
}

func (o *options) list(ctx context.Context, s *store.Store) error {
	all, err := s.Sessions(ctx)
	if err != nil {
		return err
	}
	if o.JSON {
		out := struct {
			Version  int                 `json:"version"`
			Sessions []framework.Summary `json:"sessions"`
		}{1, append([]framework.Summary{}, all...)}
		return o.Export(o.IO, out)
	}
	if len(all) == 0 {
		_, err := fmt.Fprintf(o.Out, "No sessions yet. %s starts one.\n", o.Next("practice", "visual-search"))
		return err
	}
	rows := []command.Row{{"SESSION", "LAST", "CASE", "MODE", "STEPS", "AT STEP"}}
	for _, v := range all {
		at := "ended"
		if v.Open() {
			at = command.OrDash(string(v.Step)) + ", unfinished"
		}
		rows = append(rows, command.Row{
			v.ID, v.Updated.Local().Format("2006-01-02 15:04"), v.CaseID, string(v.Mode), fmt.Sprintf("%d of %d", v.StepsDone, v.Steps), at,
		})
	}
	return o.WriteTable(rows)
}

// sessionReview is what `review SESSION --json` prints: answers, decisions, and the score by the candidate's own marks.
type sessionReview struct {
	Version int                  `json:"version"`
	ID      string               `json:"id"`
	Case    string               `json:"case"`
	Title   string               `json:"title"`
	Mode    framework.Mode       `json:"mode"`
	Created time.Time            `json:"created"`
	Ended   bool                 `json:"ended"`
	Minutes float64              `json:"minutes"` // of active time
	Facts   []string             `json:"facts"`   // released
	Steps   []stepReview         `json:"steps"`
	Score   *framework.Scorecard `json:"score"` // null if this version can't read the case, or a mock interview withholds it
}

type stepReview struct {
	Step        framework.StepID      `json:"step"`
	Done        bool                  `json:"done"`
	Minutes     float64               `json:"minutes"`
	Answers     []answerReview        `json:"answers"`
	Decisions   []framework.Decided   `json:"decisions"`
	Predictions []framework.Predicted `json:"predictions"`
	Results     map[string]float64    `json:"results"` // of the last run, by prediction
	Marks       []framework.Marked    `json:"marks"`
}

type answerReview struct {
	To    string `json:"to,omitempty"` // a probe, follow-up or curveball
	Text  string `json:"text"`
	Draft bool   `json:"draft,omitempty"` // typed and not answered yet
}

func (o *options) one(ctx context.Context, s *store.Store) error {
	past, err := (&study.Study{Store: s, Coach: coach.New(), Clock: o.Clock}).Read(ctx, o.Session)
	if err != nil {
		return sessions.Error(err)
	}
	r := reviewOf(past.Log, past.State)
	if past.Session != nil {
		if result := past.Session.Result(); !result.Hidden {
			r.Score = &result.Card
		}
	}
	if o.JSON {
		return o.Export(o.IO, r)
	}
	return o.write(r, past.Session)
}
