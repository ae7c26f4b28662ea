// Command bench compares this program with the peers that it is measured against: it makes the data once, runs ours and
// every installed peer in turn in processes of their own that read the same files, checks that the quality is the same,
// and prints a table of ratios. Absolute times mean nothing on a shared machine; ratios of neighbouring runs do.
// Seconds are of processor time, one thread each.
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
)

// options are the command's flags.
type options struct {
	python string   // an interpreter that has the peers; "" where none is wanted
	only   []string // names of rows; empty is all
	data   []string // kinds of vectors
	mnist  string   // folder of the MNIST files
	pairs  int      // runs of ours and of each peer, in turn
	json   bool
	smoke  bool
	full   bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) > 1 && os.Args[1] == serveWord {
		if err := serve(ctx, os.Stdin, os.Stdout); err != nil {
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
	f.StringVar(&o.python, "python", os.Getenv("DRYRUN_PYTHON"), "Python interpreter that has the peers installed")
	f.StringVar(&only, "only", "", "rows to run, separated by commas: "+strings.Join(names(rows()), ", "))
	f.StringVar(&data, "data", "clustered,hard,mnist", "vectors to measure on, separated by commas: clustered, hard, mnist")
	f.StringVar(&o.mnist, "mnist", "../shared/data/mnist", "folder with t10k-images-idx3-ubyte.gz; passed over where absent")
	f.IntVar(&o.pairs, "pairs", 5, "runs of ours and of each peer, in turn; at least 5")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.smoke, "smoke", false, "tiny sizes, seconds: shows that everything runs, measures nothing")
	f.BoolVar(&o.full, "full", false, "also the sizes that take many minutes: 1M and 10M vectors")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("reading the arguments: %q is none; see --help", f.Arg(0))
	}
	o.only, o.data = words(only), words(data)
	if o.pairs < 5 {
		return o, fmt.Errorf("reading --pairs: %d is too few for a median on a noisy machine; choose 5 or more", o.pairs)
	}
	return o, nil
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func run(ctx context.Context, args []string, out, errs io.Writer) (err error) {
	o, err := parse(args, errs)
	if err != nil {
		return err
	}
	chosen, err := choose(rows(), o.only)
	if err != nil {
		return err
	}
	b, err := newBench(o, errs)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	results := []result{}
	for _, r := range chosen {
		fmt.Fprintf(errs, "%s: %s\n", r.name, r.what)
		found, err := r.measure(ctx, b)
		if err != nil {
			return fmt.Errorf("measuring %s: %w", r.name, err)
		}
		for _, f := range found {
			f.Name, f.Better = r.name, r.better
			results = append(results, f)
		}
	}
	if o.json {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Machine string   `json:"machine"`
			Smoke   bool     `json:"smoke"`
			Rows    []result `json:"rows"`
		}{machine(), o.smoke, results})
	}
	return printTable(out, results, o.smoke)
}
