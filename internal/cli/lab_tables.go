package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/lab"
)

// writeLabTable prints what can be set, what is measured or what can break, one line each.
func (o *labOptions) writeLabTable() error {
	name, list, rows := "knobs", any(lab.KnobTable()), knobRows
	switch {
	case o.Metrics:
		name, list, rows = "metrics", lab.MetricTable(), metricRows
	case o.Faults:
		name, list, rows = "faults", lab.FaultTable(), faultRows
	}
	if o.JSON {
		return o.writeJSON(map[string]any{"version": 1, name: list})
	}
	return o.writeTable(rows())
}

func knobRows() []row {
	rows := []row{{"KNOB", "DEFAULT", "TAKES", "STEP", ""}}
	for _, k := range lab.KnobTable() {
		takes := k.Range()
		if takes == "" {
			takes = "words"
		}
		rows = append(rows, row{k.ID, orDash(k.Default), takes, string(k.Step), k.Line})
	}
	return rows
}

func metricRows() []row {
	rows := []row{{"METRIC", "BETTER", "REPEATS", "STEPS", ""}}
	for _, m := range lab.MetricTable() {
		repeats := "yes"
		if m.Timing {
			repeats = "no"
		}
		rows = append(rows, row{m.ID, string(m.Direction), repeats, stepList(m.Steps), m.Line})
	}
	return rows
}

func faultRows() []row {
	rows := []row{{"FAULT", "WORLDS", "STEP", ""}}
	for _, f := range lab.FaultTable() {
		rows = append(rows, row{f.ID, strings.Join(f.Kinds, ","), string(f.Step), f.Line})
	}
	return rows
}

func stepList(steps []framework.StepID) string {
	if len(steps) == 0 {
		return "all"
	}
	var names []string
	for _, s := range steps {
		names = append(names, string(s))
	}
	return strings.Join(names, ",")
}

func faultIDs() []string {
	var ids []string
	for _, f := range lab.FaultTable() {
		ids = append(ids, f.ID)
	}
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// complete completes a flag's value from words.
func complete(cmd *cobra.Command, flag string, words []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil { // the flag doesn't exist: a mistake in this package that every start would show
		panic(fmt.Sprintf("completion of --%s: %v", flag, err))
	}
}
