package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// printTable writes the results for people, and for the README as they stand.
func printTable(out io.Writer, results []result, smoke bool) error {
	fmt.Fprintf(out, "%s, %s\n\n", machine(), time.Now().Format(time.DateOnly))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "row\tcase\tpeer\tmedian\tmin\tmax\tgoal\tquality ours / peer\tours\t")
	for _, r := range results {
		peer := strings.TrimSpace(r.Peer + " " + r.PeerVersion)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s / %s\t%s\t%s\n", r.Name, r.Case, peer,
			number(r.Median, "%.2f"), number(r.Min, "%.2f"), number(r.Max, "%.2f"), goal(r, smoke),
			number(r.QualityOurs, "%.3f"), number(r.QualityPeer, "%.3f"), r.Ours, r.Note)
	}
	return w.Flush()
}

func number(x *float64, format string) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf(format, *x)
}

// goal is what the ratio should reach, and whether it does; tiny sizes prove nothing.
func goal(r result, smoke bool) string {
	sign := "≥"
	if r.Better == lower {
		sign = "≤"
	}
	word := ""
	if !smoke && !r.met() {
		word = " missed"
	}
	return fmt.Sprintf("%s %.2g%s", sign, r.Goal, word)
}

// machine names the processor, how many of it there are, and the Go that compiled this.
func machine() string {
	model := runtime.GOARCH
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if name, found := strings.CutPrefix(s.Text(), "model name"); found {
				model = strings.TrimLeft(name, "\t :")
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d processors, %s", model, runtime.NumCPU(), runtime.Version())
}
