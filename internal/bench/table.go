package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dryrun/internal/bench/rows"
)

// printTable writes the results as a Markdown table, as in docs/benchmarks.md.
func printTable(out io.Writer, results []rows.Result, smoke bool) error {
	lines := [][]string{{"row", "case", "peer", "ratio", "goal", "quality, ours and theirs", "ours"}}
	for _, r := range results {
		ratio := r.Note
		if r.Median != nil {
			ratio = fmt.Sprintf("%.2f (%.2f to %.2f)", *r.Median, *r.Min, *r.Max)
		}
		quality := ""
		if r.Quality.Ours != nil && r.Quality.Peer != nil {
			quality = fmt.Sprintf("%.3f %.3f", *r.Quality.Ours, *r.Quality.Peer)
		}
		peer := strings.TrimSpace(r.Peer + " " + r.PeerVersion)
		lines = append(lines, []string{r.Name, r.Case, peer, ratio, goal(r, smoke), quality, r.Ours})
	}
	widths := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, c := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	rule := make([]string, len(widths))
	for i, w := range widths {
		rule[i] = strings.Repeat("-", w)
	}
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "%s, %s\n\n", machine(), time.Now().Format(time.DateOnly))
	for _, cells := range slices.Insert(lines, 1, rule) {
		for i, c := range cells {
			fmt.Fprintf(w, "| %s%s ", c, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)))
		}
		fmt.Fprintln(w, "|")
	}
	return w.Flush()
}

// goal is the ratio to reach, and whether it was missed. A smoke run misses nothing.
func goal(r rows.Result, smoke bool) string {
	sign := "≥"
	if r.Better == rows.Lower {
		sign = "≤"
	}
	word := ""
	if !smoke && !r.Met() {
		word = " missed"
	}
	return fmt.Sprintf("%s %.2g%s", sign, r.Goal, word)
}

// machine names the processor, the number of processors, and the Go version.
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
