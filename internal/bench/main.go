// Command bench compares our indexes and models with the libraries that people would otherwise use. It takes the names of rows
// and flags, has package rows measure them, and prints a table of ratios or JSON. Times are processor time of one thread each;
// on a shared machine only the ratios of alternating runs mean something.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"dryrun/internal/bench/protocol"
	"dryrun/internal/bench/rows"
	"dryrun/internal/bench/worker"
)

// options are the command's flags.
type options struct {
	rows.Options
	only []string // names of rows; empty is all
	json bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) > 1 && os.Args[1] == protocol.ServeArg {
		if err := worker.Serve(ctx, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	switch err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string, errs io.Writer) (options, error) {
	o := options{}
	var only, data string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(errs)
	f.StringVar(&o.Python, "python", os.Getenv("DRYRUN_PYTHON"), "Python interpreter that has the peers installed")
	f.StringVar(&only, "only", "", "rows to run, separated by commas: "+strings.Join(rows.Names(rows.All()), ", "))
	f.StringVar(&data, "data", "clustered,hard,mnist", "kinds of vectors to measure on, separated by commas: clustered, hard, mnist")
	f.StringVar(&o.MNIST, "mnist", "../shared/data/mnist", "folder with t10k-images-idx3-ubyte.gz; MNIST is left out where it is absent")
	f.IntVar(&o.Pairs, "pairs", 5, "how often ours and each peer run, in turn; at least 5")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.Smoke, "smoke", false, "tiny sizes that take seconds: shows that everything runs and measures nothing")
	f.BoolVar(&o.Full, "full", false, "also the sizes that take many minutes: 1M and 10M vectors")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("reading the arguments: unexpected %q; see --help", f.Arg(0))
	}
	o.only, o.Kinds = split(only), split(data)
	if o.Pairs < 5 {
		return o, fmt.Errorf("reading --pairs: %d is too few for a median on a noisy machine; choose 5 or more", o.Pairs)
	}
	return o, nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func run(ctx context.Context, args []string, out, errs io.Writer) (err error) {
	o, err := parse(args, errs)
	if err != nil {
		return err
	}
	chosen, err := rows.Choose(rows.All(), o.only)
	if err != nil {
		return err
	}
	r, err := rows.NewRunner(o.Options, errs)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	results := []rows.Result{}
	for _, row := range chosen {
		measured, err := r.Measure(ctx, row)
		if err != nil {
			return err
		}
		results = append(results, measured...)
	}
	if o.json {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Machine string        `json:"machine"`
			Smoke   bool          `json:"smoke"`
			Rows    []rows.Result `json:"rows"`
		}{machine(), o.Smoke, results})
	}
	return printTable(out, results, o.Smoke)
}
