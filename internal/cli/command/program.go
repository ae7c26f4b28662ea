// Package command is what all commands share: streams, tables, JSON, progress, suggestions for mistyped words, completion, and
// errors as at most three lines and an exit code. The root command passes a Program to the constructor of each command, which
// copies what the command needs into a struct of options. This package knows no command.
package command

import (
	"cmp"
	"context"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/disk"
	"dryrun/internal/report"
	"dryrun/internal/retrieval/milvus"
	"dryrun/internal/store"
)

// Program is what the root command passes to the constructor of every command. A command may call its functions only when it
// runs, because they depend on flags.
type Program struct {
	IO      *IO
	Clock   framework.Clock
	DataDir func() string
	// Flags are those of this run that a command which is printed for later needs too, such as --data-dir; nil is none.
	Flags func() []string
	// Store opens the database of sessions and prints its notices.
	Store func(context.Context) (*store.Store, error)
	// Cache returns the folder in which the lab keeps what took long to build.
	Cache func() (*disk.Folder, error)
	// Lab opens a lab that can reach the engines outside the process.
	Lab func(EngineFlags) (Lab, error)
}

// Next writes a command of dryrun as it is typed to work on the same data as this run.
func (p *Program) Next(words ...string) string {
	line := append([]string{"dryrun"}, words...)
	if p.Flags != nil {
		line = append(line, p.Flags()...)
	}
	for i, w := range line {
		line[i] = quoted(w)
	}
	return strings.Join(line, " ")
}

// quoted quotes a word for a shell where it needs it.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("-_./:=@%+,~", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Lab runs the experiments of a case. Close drops what the lab built on a server.
type Lab interface {
	Run(ctx context.Context, cfg catalog.Config, step framework.StepID, progress func(report.Progress)) (*report.Step, error)
	XRay(ctx context.Context, cfg catalog.Config, query int) (report.XRay, error)
	Close() error
}

// EngineFlags say where Milvus is. An empty one falls back to the environment, which commands without these flags use too.
// A token belongs in the environment, because other users of the machine can read a command line.
type EngineFlags struct {
	Milvus      string
	MilvusToken string
}

// AddEngineFlags adds the flags to cmd.
func (e *EngineFlags) AddEngineFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&e.Milvus, "milvus", "",
		"where Milvus is, `http://HOST:PORT`, https for TLS; ?shards=2&replicas=2 and the like follow (DRYRUN_MILVUS)")
	f.StringVar(&e.MilvusToken, "milvus-token", "",
		"user:password or key for Milvus; better in DRYRUN_MILVUS_TOKEN, which others can't see")
}

// MilvusOptions come from the flags, or else from the environment.
func (e EngineFlags) MilvusOptions(env func(string) string) (milvus.Options, error) {
	o, err := milvus.Parse(cmp.Or(e.Milvus, env("DRYRUN_MILVUS")), cmp.Or(e.MilvusToken, env("DRYRUN_MILVUS_TOKEN")))
	if err != nil {
		return o, Misuse(nil, "dryrun lab --help", "%w", err)
	}
	return o, nil
}
