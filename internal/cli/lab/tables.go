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
	list, rows := any(knobs()), knobRows
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

// knob is a knob with the words that it takes in each kind of world, where it takes words.
type knob struct {
	catalog.Knob
	Values map[string][]string `json:"values,omitempty"`
}

func knobs() []knob {
	var out []knob
	for _, k := range catalog.KnobTable() {
		values := map[string][]string{}
		for _, kind := range catalog.Kinds() {
			if words := catalog.Offers(kind, k.ID); len(words) > 0 {
				values[kind] = words
			}
		}
		out = append(out, knob{k, values})
	}
	return out
}

// takes writes what a knob takes: its range, or its words, by kind of world where they differ.
func (k knob) takes() string {
	if text := k.Range(); text != "" {
		return text
	}
	var kinds []string
	same := true
	for _, kind := range catalog.Kinds() {
		kinds = append(kinds, kind+": "+strings.Join(k.Values[kind], ", "))
		same = same && slices.Equal(k.Values[kind], k.Values[catalog.Kinds()[0]])
	}
	if same {
		return strings.Join(k.Values[catalog.Kinds()[0]], ", ")
	}
	return strings.Join(kinds, "; ")
}

func knobRows() []command.Row {
	rows := []command.Row{{"KNOB", "DEFAULT", "STEP", "TAKES"}}
	for _, k := range knobs() {
		rows = append(rows, command.Row{k.ID, command.OrDash(k.Default), string(k.Step), k.takes() + " (" + k.Line + ")"})
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
