// Package doctor is the command `dryrun doctor`: what the terminal, the data folder and the build can do.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"dryrun/casestudies"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/lookup"
	"dryrun/internal/coach"
	"dryrun/internal/lab/disk"
	"dryrun/internal/lab/kind"
	"dryrun/internal/store"
)

type options struct {
	*command.IO
	command.Exporter
	command.EngineFlags
	Dir     string // for sessions
	Cache   *disk.Folder
	Store   func(context.Context) (*store.Store, error)
	Engines func(context.Context) []engineState
}

// examination is what `doctor --json` prints.
type examination struct {
	Version  int           `json:"version"`
	Build    command.Build `json:"build"`
	Terminal terminalState `json:"terminal"`
	Data     dataState     `json:"data"`
	Cache    cacheState    `json:"cache"`
	Memory   int64         `json:"memory"` // bytes that a run of the lab may need
	Engines  []engineState `json:"engines"`
	Coach    coach.About   `json:"coach"`
	Cases    []string      `json:"cases"`
	Problems []string      `json:"problems"` // what keeps the program from working; exit 1 if there are any
}

type terminalState struct {
	Term   string `json:"term"`
	In     bool   `json:"input"`  // a terminal
	Out    bool   `json:"output"` // a terminal
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Colors string `json:"colours"` // none, 16, 256, 16 million
	Plain  bool   `json:"plain"`   // whole lines instead of screens
	Mouse  bool   `json:"mouse"`   // no screen uses it, so selecting text works as in any program
}

type dataState struct {
	Dir      string `json:"dir"`
	Writable bool   `json:"writable"`
	Database string `json:"database"`         // where it is or will be
	Schema   int64  `json:"schema,omitempty"` // its version; absent if there is no database yet
	Sessions int    `json:"sessions"`
}

// cacheState is what the lab keeps on disk.
type cacheState struct {
	Dir      string `json:"dir"`
	Writable bool   `json:"writable"`
	Entries  int    `json:"entries"`
	Bytes    int64  `json:"bytes"`
	Limit    int64  `json:"limit"` // bytes
}

type engineState struct {
	Engine  string `json:"engine"`
	Stage   string `json:"stage"`
	Present bool   `json:"present"`
	Note    string `json:"note"`
}

// New returns the command.
func New(p *command.Program) *cobra.Command { return newCommand(p, run) }

func newCommand(p *command.Program, run func(context.Context, *options) error) *cobra.Command {
	o := &options{IO: p.IO, Store: p.Store}
	o.Engines = func(ctx context.Context) []engineState { return engines(ctx, o.Env("DRYRUN_PYTHON")) }
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Say what this terminal, folder and build can do",
		Long:    "Say what this terminal, data folder and build can do, and what is wrong with them. Exit 1 if something is.",
		Example: command.Examples("before asking for help", "dryrun doctor", "for a bug report", "dryrun doctor --json"),
		Args:    command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Dir = p.DataDir()
			var err error
			if o.Cache, err = p.Cache(); err != nil {
				return err
			}
			return run(cmd.Context(), o)
		},
	}
	o.AddEngineFlags(cmd)
	o.AddJSONFlag(cmd, "print JSON")
	return cmd
}

func run(ctx context.Context, o *options) error {
	e := examination{
		Version: 1, Build: command.ThisBuild(), Terminal: o.terminal(), Memory: kind.DefaultLimit(),
		Engines: o.Engines(ctx), Coach: coach.Build(), Cases: []string{}, Problems: []string{},
	}
	problem := func(err error) {
		if err != nil {
			e.Problems = append(e.Problems, command.OneLine(err.Error()))
		}
	}
	var err error
	e.Data, err = o.examineData(ctx)
	problem(err)
	e.Cache = cacheState{Dir: o.Cache.Path(), Limit: o.Cache.Limit()}
	if err = o.Cache.Check(); err == nil {
		e.Cache.Writable = true
		e.Cache.Entries, e.Cache.Bytes, err = o.Cache.Size()
	}
	problem(err)
	problem(o.examineMilvus(ctx, e.Engines))
	all, err := casestudies.Builtin()
	problem(err)
	e.Cases = append(e.Cases, lookup.CaseIDs(all)...)

	if o.JSON {
		err = o.Export(o.IO, e)
	} else {
		err = o.WriteTable(e.rows())
	}
	if err == nil && len(e.Problems) > 0 {
		err = command.ErrFindings
	}
	return err
}

func (o *options) terminal() terminalState {
	w, h := o.Size()
	colors := map[string]string{"Ascii": "none", "ANSI": "16", "ANSI256": "256", "TrueColor": "16 million"}
	return terminalState{
		Term: o.Env("TERM"), In: o.InTerm, Out: o.OutTerm, Width: w, Height: h,
		Colors: colors[o.Profile().Name()], Plain: o.PlainMode(),
	}
}

// examineData checks that the data folder is writable and opens the database if there is one. It doesn't create a database.
func (o *options) examineData(ctx context.Context) (dataState, error) {
	d := dataState{Dir: o.Dir}
	d.Database = filepath.Join(d.Dir, store.File)
	if err := tryWriting(d.Dir); err != nil {
		return d, command.Explain(&store.DirError{Dir: d.Dir, Err: err})
	}
	d.Writable = true
	if _, err := os.Stat(d.Database); errors.Is(err, os.ErrNotExist) {
		return d, nil
	}
	s, err := o.Store(ctx)
	if err != nil {
		return d, err
	}
	d.Schema = s.Version()
	all, err := s.Sessions(ctx)
	d.Sessions = len(all)
	return d, errors.Join(err, s.Close())
}

func tryWriting(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// rows is the examination as a table.
func (e *examination) rows() []command.Row {
	yes := func(b bool) string {
		if b {
			return "yes"
		}
		return "no"
	}
	t, d := e.Terminal, e.Data
	size := "unknown"
	if t.Width > 0 {
		size = fmt.Sprintf("%d x %d", t.Width, t.Height)
	}
	database := "none yet"
	if d.Schema > 0 {
		database = fmt.Sprintf("version %d, %s", d.Schema, command.Count(d.Sessions, "session"))
	}
	rows := []command.Row{
		{"dryrun", e.Build.Version + ", " + e.Build.Go + ", " + e.Build.Platform},
		{"terminal", fmt.Sprintf("%s, input %s, output %s", command.OrDash(t.Term), yes(t.In), yes(t.Out))},
		{"size", size},
		{"colors", t.Colors},
		{"plain mode", yes(t.Plain)},
		{"mouse", "no: select text as usual"},
		{"data folder", d.Dir + ", writable: " + yes(d.Writable)},
		{"database", database},
		{"cache", fmt.Sprintf("%s, writable: %s, %s of at most %s",
			e.Cache.Dir, yes(e.Cache.Writable), command.Megabytes(e.Cache.Bytes), command.Megabytes(e.Cache.Limit))},
		{"memory", fmt.Sprintf("%.1f GB for a run of the lab", float64(e.Memory)/1e9)},
		{"coach", fmt.Sprintf("rules, a table of meaning (%s), a model of %d weights", command.Megabytes(int64(e.Coach.Table)), e.Coach.Weights)},
		{"cases", strconv.Itoa(len(e.Cases)) + ": " + strings.Join(e.Cases, ", ")},
	}
	for _, g := range e.Engines {
		rows = append(rows, command.Row{"stage " + g.Stage, g.Engine + ": " + g.Note})
	}
	for _, p := range e.Problems {
		rows = append(rows, command.Row{"problem", p})
	}
	return rows
}
