package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/lab"
	"dryrun/internal/report"
	"dryrun/internal/world"
)

type labOptions struct {
	*app
	milvusFlags
	Case  string
	Step  string // an id, or "all"
	Set   []string
	Fault string
	Seed  int64
	Data  string // FORMAT:PATH
	JSON  bool

	Metrics, Knobs, Faults bool // print a table instead
}

// labReport is what `lab --json` prints.
type labReport struct {
	Version int            `json:"version"`
	Case    string         `json:"case"`
	Seed    int64          `json:"seed"`
	Fault   string         `json:"fault"`
	Steps   []*report.Step `json:"steps"`
}

func newLab(a *app) *cobra.Command {
	o := &labOptions{app: a}
	cmd := &cobra.Command{
		Use:   "lab CASE",
		Short: "Run the two-stage pipeline behind a case's steps",
		Long: `Run the two-stage pipeline behind a case's steps and report what was measured.

Each step has its experiment; --set changes a knob, --fault plants a fault, --data replaces the generated world by files.
Metrics repeat for a seed; timings are this machine's.`,
		Example: examples(
			"the funnel, with more candidates than the reference has", "dryrun lab visual-search --step architecture --set k=500",
			"all seven experiments for a script", "dryrun lab visual-search --step all --seed 3 --json",
			"the same on a folder of pictures, one folder a class", "dryrun lab visual-search --data folders:photos",
			"a fault to find from the metrics alone", "dryrun lab visual-search --fault mystery --seed 7",
			"what can be set, what is measured, what can break", "dryrun lab --knobs",
		),
		Args:              o.args,
		ValidArgsFunction: completeCase,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := atMostOne(cmd, "metrics", "knobs", "faults"); err != nil {
				return err
			}
			if len(args) > 0 {
				o.Case = args[0]
			}
			return o.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Step, "step", "all", "the step whose experiment to run, or all")
	f.StringArrayVar(&o.Set, "set", nil, "set a knob, `KNOB=VALUE`; may be given again")
	f.StringVar(&o.Fault, "fault", "", "plant a fault; mystery draws one, or none, from the seed")
	f.Int64Var(&o.Seed, "seed", 1, "seed of the world and the models")
	f.StringVar(&o.Data, "data", "", "files instead of the generated world, `FORMAT:PATH`")
	o.milvusFlags.add(cmd)
	f.BoolVar(&o.JSON, "json", false, "print JSON")
	f.BoolVar(&o.Metrics, "metrics", false, "list what is measured")
	f.BoolVar(&o.Knobs, "knobs", false, "list what can be set")
	f.BoolVar(&o.Faults, "faults", false, "list what can break")
	complete(cmd, "step", append(stepIDs(), "all"))
	complete(cmd, "fault", append(faultIDs(), "mystery"))
	return cmd
}

func (o *labOptions) table() bool { return o.Metrics || o.Knobs || o.Faults }

func (o *labOptions) args(cmd *cobra.Command, args []string) error {
	if o.table() {
		return takes(0, 0)(cmd, args)
	}
	if len(args) == 0 {
		return misused(nil, "dryrun cases", "lab needs a case: dryrun lab CASE")
	}
	return takes(1, 1)(cmd, args)
}

func (o *labOptions) run(ctx context.Context) error {
	if o.table() {
		return o.writeLabTable()
	}
	c, err := findCase(o.Case)
	if err != nil {
		return err
	}
	steps, err := labSteps(o.Step)
	if err != nil {
		return err
	}
	cfg, err := lab.FromCase(c, o.Seed)
	if err != nil {
		return badKnob(err)
	}
	if cfg, err = o.configure(cfg); err != nil {
		return err
	}
	return o.runSteps(ctx, cfg, steps)
}

// configure applies --data, --set and --fault, in this order: a knob that is set wins over the data's own size.
func (o *labOptions) configure(cfg lab.Config) (lab.Config, error) {
	if o.Data != "" {
		format, path, err := dataSource(o.Data, cfg.World.Kind)
		if err != nil {
			return cfg, err
		}
		cfg = cfg.WithData(format, path)
	}
	knobs := lab.Knobs{}
	for _, set := range o.Set {
		id, value, ok := strings.Cut(set, "=")
		if !ok {
			return cfg, misused(nil, "dryrun lab --knobs", "--set takes KNOB=VALUE, not %q", set)
		}
		knobs[strings.TrimSpace(id)] = strings.TrimSpace(value)
	}
	cfg, err := cfg.With(knobs)
	if err != nil {
		return cfg, badKnob(err)
	}
	if o.Fault != "" {
		if cfg.Fault, err = findWord("fault", o.Fault, append(faultIDs(), "none", "mystery"), "dryrun lab --faults"); err != nil {
			return cfg, err
		}
	}
	return cfg, nil
}

// dataSource reads FORMAT:PATH and looks whether the path is there.
func dataSource(text, kind string) (format, path string, err error) {
	format, path, ok := strings.Cut(text, ":")
	if !ok || path == "" {
		return "", "", misused(nil, "dryrun lab --help", "--data takes FORMAT:PATH, not %q", text)
	}
	k, ok := world.KindByID(kind)
	if !ok {
		return "", "", fmt.Errorf("the case's world is of unknown kind %q", kind)
	}
	if !slices.Contains(k.Formats, format) {
		return "", "", misused(nearest(format, k.Formats), "dryrun lab --help", "a world of kind %s reads %s, not %q", kind, orList(k.Formats), format)
	}
	if _, err := os.Stat(path); err != nil {
		return "", "", misused(nil, "dryrun lab --help", "can't read the data at %q: %w", path, rootCause(err))
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
	s, err := findStep(word)
	return []framework.StepID{s.ID}, err
}

// runSteps runs one experiment after the other. As text each is printed when it is done; JSON is one document at the end.
func (o *labOptions) runSteps(ctx context.Context, cfg lab.Config, steps []framework.StepID) (err error) {
	theme, err := o.theme()
	if err != nil {
		return err
	}
	l, err := o.openLab(o.milvusFlags)
	if err != nil {
		return err
	}
	defer func() { err = o.closeLab(l, err) }()
	out := labReport{Version: 1, Case: cfg.Case, Seed: cfg.Seed, Fault: cfg.Fault}
	if out.Fault == "" {
		out.Fault = "none"
	}
	for i, step := range steps {
		bar := o.progress(string(step))
		r, err := l.Run(ctx, cfg, step, bar.show)
		bar.clear()
		if err != nil {
			return badKnob(err)
		}
		if o.JSON {
			out.Steps = append(out.Steps, withEmptyLists(r))
			continue
		}
		text := draw.Plain(r, o.width())
		if !o.plain() {
			text = draw.Text(r, draw.Options{Theme: theme, Width: o.width(), NoPictures: !theme.Color})
		}
		if i > 0 {
			text = "\n" + text
		}
		if _, err := fmt.Fprintln(o.Out, text); err != nil {
			return err
		}
	}
	if o.JSON {
		return o.writeJSON(out)
	}
	return nil
}

// withEmptyLists makes absent lists and maps empty ones, so that a script can range over them.
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
