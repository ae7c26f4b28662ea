// Package lab is the command `dryrun lab`: it runs the experiments behind the steps of a case, or lists what an experiment
// can set, measure and break.
package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/lookup"
	"dryrun/internal/draw"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/compare"
	"dryrun/internal/narrate"
	"dryrun/internal/report"
	"dryrun/internal/world"
)

type options struct {
	*command.IO
	command.Exporter
	command.EngineFlags
	Clock framework.Clock
	Lab   func(command.EngineFlags) (command.Lab, error)

	Table string // "knobs", "metrics" or "faults": print this table and run nothing
	Case  string
	Step  string   // an id, or "all"
	Set   []string // KNOB=VALUE
	Fault string
	Seed  int64
	Data  string // FORMAT:PATH

	Compare bool // with the case's own settings
}

// labReport is what `lab --json` prints.
type labReport struct {
	Version int            `json:"version"`
	Case    string         `json:"case"`
	Seed    int64          `json:"seed"`
	Fault   string         `json:"fault"`
	Steps   []*report.Step `json:"steps"`

	Comparisons []report.Comparison `json:"comparisons,omitempty"` // with the case's own settings, by step
}

// New returns the command.
func New(p *command.Program) *cobra.Command { return newCommand(p, run) }

func newCommand(p *command.Program, run func(context.Context, *options) error) *cobra.Command {
	o := &options{IO: p.IO, Clock: p.Clock, Lab: p.Lab}
	tables := []string{"metrics", "knobs", "faults"}
	cmd := &cobra.Command{
		Use:   "lab CASE",
		Short: "Run the two-stage pipeline behind a case's steps",
		Long: `Run the two-stage pipeline behind a case's steps and report what was measured.

Each step has its experiment; --set changes a knob, --fault plants a fault, --data replaces the generated world with files.
A seed always gives the same metrics; timings are those of this machine.`,
		Example: command.Examples(
			"the funnel, with more candidates than the reference has", "dryrun lab visual-search --step architecture --set k=500",
			"what a weaker ranker costs, on the same requests", "dryrun lab visual-search --step model --set ranker=logistic --compare",
			"all seven experiments for a script", "dryrun lab visual-search --step all --seed 3 --json",
			"the same on a folder of pictures, one folder per class", "dryrun lab visual-search --data folders:photos",
			"a fault to find from the metrics alone", "dryrun lab visual-search --fault mystery --seed 7",
			"what can be set, what is measured, what can break", "dryrun lab --knobs",
		),
		Args: func(cmd *cobra.Command, args []string) error {
			for _, t := range tables {
				if asked, err := cmd.Flags().GetBool(t); err == nil && asked {
					o.Table = t
				}
			}
			return o.checkArgs(cmd, args)
		},
		ValidArgsFunction: lookup.CompleteCase,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := command.AtMostOne(cmd, tables...); err != nil {
				return err
			}
			if len(args) > 0 {
				o.Case = args[0]
			}
			return run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Step, "step", "all", "the step whose experiment to run, or all")
	f.StringArrayVar(&o.Set, "set", nil, "set a knob, `KNOB=VALUE`; may be repeated")
	f.StringVar(&o.Fault, "fault", "", "plant a fault; mystery draws one, or none, from the seed")
	f.Int64Var(&o.Seed, "seed", 1, "seed of the world and the models")
	f.StringVar(&o.Data, "data", "", "files instead of the generated world, `FORMAT:PATH`")
	f.BoolVar(&o.Compare, "compare", false, "run the case's own settings, too, and say where the two differ")
	o.AddEngineFlags(cmd)
	o.AddJSONFlag(cmd, "print JSON")
	f.Bool("metrics", false, "list what is measured")
	f.Bool("knobs", false, "list what can be set")
	f.Bool("faults", false, "list what can break")
	command.CompleteFlag(cmd, "step", append(lookup.StepIDs(), "all"))
	command.CompleteFlag(cmd, "fault", append(faultIDs(), "mystery"))
	return cmd
}

func (o *options) checkArgs(cmd *cobra.Command, args []string) error {
	if o.Table != "" {
		return command.Takes(0, 0)(cmd, args)
	}
	if len(args) == 0 {
		return command.Misuse(nil, "dryrun cases", "lab needs a case: dryrun lab CASE")
	}
	return command.Takes(1, 1)(cmd, args)
}

func run(ctx context.Context, o *options) error {
	if o.Table != "" {
		return o.writeTable()
	}
	c, err := lookup.Case(o.Case)
	if err != nil {
		return err
	}
	steps, err := labSteps(o.Step)
	if err != nil {
		return err
	}
	own, err := catalog.FromCase(c, o.Seed)
	if err != nil {
		return badKnob(err)
	}
	if own, err = o.onData(own); err != nil {
		return err
	}
	cfg, err := o.configure(own)
	if err != nil {
		return err
	}
	return o.runSteps(ctx, cfg, own, steps)
}

// onData applies --data.
func (o *options) onData(cfg catalog.Config) (catalog.Config, error) {
	if o.Data == "" {
		return cfg, nil
	}
	format, path, err := dataSource(o.Data, cfg.World.Kind)
	if err != nil {
		return cfg, err
	}
	return cfg.WithData(format, path), nil
}

// configure applies --set and --fault, after --data: --set items=N overrides the size of the data.
func (o *options) configure(cfg catalog.Config) (catalog.Config, error) {
	knobs := catalog.Knobs{}
	for _, set := range o.Set {
		id, value, ok := strings.Cut(set, "=")
		if !ok {
			return cfg, command.Misuse(nil, "dryrun lab --knobs", "--set takes KNOB=VALUE, not %q", set)
		}
		knobs[strings.TrimSpace(id)] = strings.TrimSpace(value)
	}
	cfg, err := cfg.With(knobs)
	if err != nil {
		return cfg, badKnob(err)
	}
	if o.Fault != "" {
		if cfg.Fault, err = command.FindWord("fault", o.Fault, append(faultIDs(), "none", "mystery"), "dryrun lab --faults"); err != nil {
			return cfg, err
		}
	}
	return cfg, nil
}

// dataSource parses FORMAT:PATH and checks that the path exists.
func dataSource(text, kind string) (format, path string, err error) {
	format, path, ok := strings.Cut(text, ":")
	if !ok || path == "" {
		return "", "", command.Misuse(nil, "dryrun lab --help", "--data takes FORMAT:PATH, not %q", text)
	}
	k, ok := world.KindByID(kind)
	if !ok {
		return "", "", fmt.Errorf("the case's world is of unknown kind %q", kind)
	}
	if !slices.Contains(k.Formats, format) {
		return "", "", command.Misuse(command.Nearest(format, k.Formats), "dryrun lab --help",
			"a world of kind %s reads %s, not %q", kind, command.OrList(k.Formats), format)
	}
	if _, err := os.Stat(path); err != nil {
		return "", "", command.Misuse(nil, "dryrun lab --help", "can't read the data at %q: %w", path, command.RootCause(err))
	}
	return format, path, nil
}

func labSteps(word string) ([]framework.StepID, error) {
	var all []framework.StepID
	for _, s := range framework.Steps() {
		all = append(all, s.ID)
	}
	if word == "all" {
		return all, nil
	}
	s, err := lookup.Step(word)
	return []framework.StepID{s.ID}, err
}

// runSteps runs the experiments in order, with --compare those of the case's own settings, too. It prints each as text when it is
// done; JSON is one document at the end.
func (o *options) runSteps(ctx context.Context, cfg, own catalog.Config, steps []framework.StepID) (err error) {
	theme, err := o.DrawTheme()
	if err != nil {
		return err
	}
	l, err := o.Lab(o.EngineFlags)
	if err != nil {
		return err
	}
	defer func() { err = o.closeLab(l, err) }()
	out := labReport{Version: 1, Case: cfg.Case, Seed: cfg.Seed, Fault: cfg.Fault}
	if out.Fault == "" {
		out.Fault = "none"
	}
	for i, step := range steps {
		r, compared, err := o.runStep(ctx, l, cfg, own, step)
		if err != nil {
			return badKnob(err)
		}
		if o.JSON {
			out.Steps = append(out.Steps, withEmptyLists(r))
			if compared != nil {
				out.Comparisons = append(out.Comparisons, *compared)
			}
			continue
		}
		text := draw.Plain(r, o.Width())
		if !o.PlainMode() {
			text = draw.Text(r, draw.Options{Theme: theme, Width: o.Width(), NoPictures: !theme.Color})
		}
		if o.Compare {
			text += "\n" + o.comparedText(compared, theme)
		}
		if i > 0 {
			text = "\n" + text
		}
		if _, err := fmt.Fprintln(o.Out, text); err != nil {
			return err
		}
	}
	if o.JSON {
		return o.Export(o.IO, out)
	}
	return nil
}

// runStep runs one step, and compares it with the case's own settings where that is asked for and they are others.
func (o *options) runStep(
	ctx context.Context, l command.Lab, cfg, own catalog.Config, step framework.StepID,
) (*report.Step, *report.Comparison, error) {
	bar := o.Progress(o.Clock, string(step))
	defer bar.Clear()
	r, err := l.Run(ctx, cfg, step, bar.Show)
	if err != nil || !o.Compare || catalog.Same(cfg, own, step) {
		return r, nil, err
	}
	other, err := l.Run(ctx, own, step, bar.Show)
	if err != nil {
		return nil, nil, err
	}
	c := compare.Steps(ctx, r, other)
	c.Yours, c.Other = "these settings", "the case's own"
	return r, &c, nil
}

// comparedText is a comparison as text.
func (o *options) comparedText(c *report.Comparison, theme draw.Theme) string {
	if c == nil {
		return "These are the case's own settings: there is nothing to compare."
	}
	if o.PlainMode() {
		return draw.SummaryPlain(narrate.Comparison(c), o.Width())
	}
	return draw.Summary(narrate.Comparison(c), draw.Options{Theme: theme, Width: o.Width()})
}

// closeLab closes a lab after err and returns the caller's error. It prints what stays behind on a server even after an
// interruption, of which nothing more is printed.
func (o *options) closeLab(l command.Lab, err error) error {
	left := l.Close()
	if err == nil {
		return left
	}
	if left != nil {
		fmt.Fprintln(o.Err, "dryrun: "+command.OneLine(left.Error()))
	}
	return err
}

// badKnob turns the refusal of a setting into an error that the user caused; it returns other errors unchanged.
func badKnob(err error) error {
	var b *catalog.BadKnob
	if !errors.As(err, &b) {
		return err
	}
	near := b.Near
	if known, ok := catalog.KnobByID(b.Knob); ok && len(near) > 0 {
		near = nil
		for _, v := range b.Near {
			near = append(near, known.ID+"="+v)
		}
	} else if !ok && len(near) == 0 && b.Value == "" {
		near = command.Nearest(b.Knob, knobIDs())
	}
	return &command.Failure{Text: err.Error(), Near: near, Next: "dryrun lab --knobs", Code: command.ExitMisused, Err: err}
}

func knobIDs() []string {
	var ids []string
	for _, k := range catalog.KnobTable() {
		ids = append(ids, k.ID)
	}
	return ids
}

// withEmptyLists replaces nil lists and maps with empty ones, so a script can iterate over them.
func withEmptyLists(r *report.Step) *report.Step {
	s := *r
	if s.Metrics == nil {
		s.Metrics = map[string]float64{}
	}
	if s.Timings == nil {
		s.Timings = map[string]float64{}
	}
	if s.Missing == nil {
		s.Missing = []report.Missing{}
	}
	if s.Blocks == nil {
		s.Blocks = []report.Block{}
	}
	return &s
}
