package lab

import (
	"slices"
	"strings"

	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/lab/catalog"
)

// writeTable prints the knobs, the metrics or the faults, one per line.
func (o *options) writeTable() error {
	list, rows := any(catalog.KnobTable()), knobRows
	switch o.Table {
	case "metrics":
		list, rows = catalog.MetricTable(), metricRows
	case "faults":
		list, rows = catalog.FaultTable(), faultRows
	}
	if o.JSON {
		return o.Export(o.IO, map[string]any{"version": 1, o.Table: list})
	}
	return o.WriteTable(rows())
}

func knobRows() []command.Row {
	rows := []command.Row{{"KNOB", "DEFAULT", "TAKES", "STEP", ""}}
	for _, k := range catalog.KnobTable() {
		takes := k.Range()
		if takes == "" {
			takes = "words"
		}
		rows = append(rows, command.Row{k.ID, command.OrDash(k.Default), takes, string(k.Step), k.Line})
	}
	return rows
}

func metricRows() []command.Row {
	rows := []command.Row{{"METRIC", "BETTER", "REPEATS", "STEPS", ""}}
	for _, m := range catalog.MetricTable() {
		repeats := "yes"
		if m.Timing {
			repeats = "no"
		}
		rows = append(rows, command.Row{m.ID, string(m.Direction), repeats, stepList(m.Steps), m.Line})
	}
	return rows
}

func faultRows() []command.Row {
	rows := []command.Row{{"FAULT", "WORLDS", "STEP", ""}}
	for _, f := range catalog.FaultTable() {
		rows = append(rows, command.Row{f.ID, strings.Join(f.Kinds, ","), string(f.Step), f.Line})
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
	for _, f := range catalog.FaultTable() {
		ids = append(ids, f.ID)
	}
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}
