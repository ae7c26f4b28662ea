package cli

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
	"dryrun/internal/lab"
	"dryrun/internal/store"
)

type doctorOptions struct {
	*app
	milvusFlags
	JSON bool
}

// examination is what `doctor --json` prints.
type examination struct {
	Version  int           `json:"version"`
	Build    build         `json:"build"`
	Terminal terminalState `json:"terminal"`
	Data     dataState     `json:"data"`
	Memory   int64         `json:"memory"` // bytes that a run of the lab may need
	Engines  []engineState `json:"engines"`
	Cases    []string      `json:"cases"`
	Problems []string      `json:"problems"` // what stands in the way; exit 1 where there are any
}

type terminalState struct {
	Term    string `json:"term"`
	In      bool   `json:"input"`  // a terminal
	Out     bool   `json:"output"` // a terminal
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Colours string `json:"colours"` // none, 16, 256, 16 million
	Plain   bool   `json:"plain"`   // whole lines instead of screens
	Mouse   bool   `json:"mouse"`   // no screen uses it, so that selecting text works as everywhere
}

type dataState struct {
	Dir      string `json:"dir"`
	Writable bool   `json:"writable"`
	Database string `json:"database"`         // where it is or will be
	Schema   int64  `json:"schema,omitempty"` // its version; absent where there is no database yet
	Sessions int    `json:"sessions"`
}

type engineState struct {
	Engine  string `json:"engine"`
	Stage   string `json:"stage"`
	Present bool   `json:"present"`
	Note    string `json:"note"`
}

func newDoctor(a *app) *cobra.Command {
	o := &doctorOptions{app: a}
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Say what this terminal, folder and build can do",
		Long:    "Say what this terminal, data folder and build can do, and what stands in the way. Exit 1 where something does.",
		Example: examples("before asking for help", "dryrun doctor", "for a bug report", "dryrun doctor --json"),
		Args:    takes(0, 0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.milvusFlags.add(cmd)
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print JSON")
	return cmd
}

func (o *doctorOptions) run(ctx context.Context) error {
	e := examination{Version: 1, Build: thisBuild(), Terminal: o.terminal(), Memory: lab.DefaultLimit(), Engines: engines(ctx, o.Env("DRYRUN_PYTHON")), Cases: []string{}, Problems: []string{}}
	problem := func(err error) {
		if err != nil {
			e.Problems = append(e.Problems, oneLine(err.Error()))
		}
	}
	var err error
	e.Data, err = o.examineData(ctx)
	problem(err)
	problem(o.examineMilvus(ctx, e.Engines))
	all, err := casestudies.Builtin()
	problem(err)
	e.Cases = append(e.Cases, ids(all)...)

	if o.JSON {
		err = o.writeJSON(e)
	} else {
		err = o.writeTable(e.rows())
	}
	if err == nil && len(e.Problems) > 0 {
		err = errFindings
	}
	return err
}

func (o *doctorOptions) terminal() terminalState {
	w, h := o.Size()
	colours := map[string]string{"Ascii": "none", "ANSI": "16", "ANSI256": "256", "TrueColor": "16 million"}
	return terminalState{
		Term: o.Env("TERM"), In: o.InTerm, Out: o.OutTerm, Width: w, Height: h,
		Colours: colours[o.profile(o.Color).Name()], Plain: o.plain(),
	}
}

// examineData looks whether the data folder can be written to, and into the database if there is one; it makes none.
func (o *doctorOptions) examineData(ctx context.Context) (dataState, error) {
	d := dataState{Dir: o.dataDir()}
	d.Database = filepath.Join(d.Dir, store.File)
	if err := tryWriting(d.Dir); err != nil {
		return d, explain(&store.DirError{Dir: d.Dir, Err: err})
	}
	d.Writable = true
	if _, err := os.Stat(d.Database); errors.Is(err, os.ErrNotExist) {
		return d, nil
	}
	s, err := o.openStore(ctx)
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

// rows is the examination for reading.
func (e *examination) rows() []row {
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
		database = fmt.Sprintf("version %d, %s", d.Schema, count(d.Sessions, "session"))
	}
	rows := []row{
		{"dryrun", e.Build.Version + ", " + e.Build.Go + ", " + e.Build.Platform},
		{"terminal", fmt.Sprintf("%s, input %s, output %s", orDash(t.Term), yes(t.In), yes(t.Out))},
		{"size", size},
		{"colours", t.Colours},
		{"plain mode", yes(t.Plain)},
		{"mouse", "no: select text as everywhere"},
		{"data folder", d.Dir + ", writable: " + yes(d.Writable)},
		{"database", database},
		{"memory", fmt.Sprintf("%.1f GB for a run of the lab", float64(e.Memory)/1e9)},
		{"cases", strconv.Itoa(len(e.Cases)) + ": " + strings.Join(e.Cases, ", ")},
	}
	for _, g := range e.Engines {
		rows = append(rows, row{"stage " + g.Stage, g.Engine + ": " + g.Note})
	}
	for _, p := range e.Problems {
		rows = append(rows, row{"problem", p})
	}
	return rows
}
