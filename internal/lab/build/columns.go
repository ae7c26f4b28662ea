package build

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/fault"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// Columns says which feature columns a ranker doesn't read: they are 0 for it, in training and at serving alike.
type Columns struct {
	blank [64]bool // by column; an array, so that columns compare
	any   bool     // some column is blank
}

// parseColumns reads the knob features: serving or all, groups to add to it, minus-GROUP to take away; or groups alone, with
// or without only-.
func parseColumns(groups []problem.FeatureGroup, text string) (Columns, error) {
	var c Columns
	words := strings.Split(text, ",")
	named, minus := map[string]bool{}, map[string]bool{}
	for _, word := range words {
		if word == catalog.AllGroups || word == catalog.ServingGroups {
			continue
		}
		id, dropped := strings.CutPrefix(word, "minus-")
		id = strings.TrimPrefix(id, "only-")
		if !slices.ContainsFunc(groups, func(g problem.FeatureGroup) bool { return g.ID == id }) {
			ids := groupIDs(groups)
			line := fmt.Sprintf("names a group that this data lacks; it has %s", report.Join(ids))
			return c, &catalog.BadKnob{Knob: "features", Value: text, Near: catalog.Near(id, ids), Line: line}
		}
		if dropped {
			minus[id] = true
		} else {
			named[id] = true
		}
	}
	all := slices.Contains(words, catalog.AllGroups)
	serving := !all && (slices.Contains(words, catalog.ServingGroups) || len(named) == 0)
	for _, g := range groups {
		kept := named[g.ID] || all || serving && g.ID != catalog.LoggedGroup
		if !kept || minus[g.ID] {
			c = c.Without(groups, g.ID)
		}
	}
	return c, nil
}

// Text writes the columns as the knob features does.
func (c Columns) Text(groups []problem.FeatureGroup) string {
	words := []string{catalog.ServingGroups}
	for _, g := range groups {
		switch has := c.Has(groups, g.ID); {
		case has && g.ID == catalog.LoggedGroup:
			words = append(words, g.ID)
		case !has && g.ID != catalog.LoggedGroup:
			words = append(words, "minus-"+g.ID)
		}
	}
	return strings.Join(words, ",")
}

// Without returns the columns with one more group blank.
func (c Columns) Without(groups []problem.FeatureGroup, id string) Columns {
	return c.set(groups, id, true)
}

// With returns the columns with a group to be read.
func (c Columns) With(groups []problem.FeatureGroup, id string) Columns {
	return c.set(groups, id, false)
}

func (c Columns) set(groups []problem.FeatureGroup, id string, blank bool) Columns {
	at := 0
	for _, g := range groups {
		for range g.Columns {
			if g.ID == id {
				c.blank[at] = blank
			}
			at++
		}
	}
	c.any = slices.Contains(c.blank[:], true)
	return c
}

// Has says whether a ranker reads the group.
func (c Columns) Has(groups []problem.FeatureGroup, id string) bool {
	return c != c.Without(groups, id)
}

// Clear sets the blank columns of rows to 0.
func (c Columns) Clear(rows []float32, width int) {
	if !c.any {
		return
	}
	for i := range rows {
		if c.blank[i%width] {
			rows[i] = 0
		}
	}
}

// Cleared is the rows with the blank columns 0: a copy, unless none is blank.
func (c Columns) Cleared(rows []float32, width int) []float32 {
	if !c.any {
		return rows
	}
	rows = slices.Clone(rows)
	c.Clear(rows, width)
	return rows
}

func groupIDs(groups []problem.FeatureGroup) []string {
	var ids []string
	for _, g := range groups {
		ids = append(ids, g.ID)
	}
	return ids
}

// FirstColumn is the place of a group's first column, -1 where there is no such group.
func FirstColumn(groups []problem.FeatureGroup, id string) int {
	at := 0
	for _, g := range groups {
		if g.ID == id {
			return at
		}
		at += len(g.Columns)
	}
	return -1
}

// cleared are features with some columns always 0.
type cleared struct {
	problem.Features
	columns Columns
}

// Fill fills the inner columns and clears the blank ones.
func (f cleared) Fill(q *problem.Query, c problem.Candidate, into []float32) {
	f.Features.Fill(q, c, into)
	f.columns.Clear(into, len(into))
}

// Columns returns which feature columns the scenario's ranker doesn't read.
func (s Scenario) Columns(p *problem.Problem) (Columns, error) {
	if p.Pairs == nil {
		return Columns{}, nil
	}
	return parseColumns(p.Pairs.Groups(), s.Features)
}

// TrainingFeatures are p's features over an embedding, as models learn from them, every column filled: each model clears what it
// doesn't read.
func (s Scenario) TrainingFeatures(ctx context.Context, p *problem.Problem, emb *problem.Embedding) (problem.Features, error) {
	pairs := p.Pairs
	if other, ok := pairs.(problem.RateSource); ok && s.Rates != "" {
		pairs = other.Rated(problem.Rates(s.Rates))
	}
	f, err := pairs.Bind(ctx, emb)
	if err != nil {
		return nil, err
	}
	if leak := s.faultAt(fault.AtFeatures).Features; leak != nil {
		f = leak(f, p)
	}
	return f, nil
}

// ServingFeatures are p's features as they reach a ranker at serving, every column filled that serving can fill.
func (s Scenario) ServingFeatures(ctx context.Context, p *problem.Problem, emb *problem.Embedding) (problem.Features, error) {
	if p.Pairs == nil {
		return nil, nil
	}
	f, err := s.TrainingFeatures(ctx, p, emb)
	if err != nil {
		return nil, err
	}
	if lost := s.faultAt(fault.AtServing).Serving; lost != nil {
		groups := p.Pairs.Groups()
		var c Columns
		for _, id := range lost(groups) {
			c = c.Without(groups, id)
		}
		f = cleared{f, c}
	}
	return f, nil
}

// Reading is features with the columns cleared that a ranker doesn't read.
func (c Columns) Reading(f problem.Features) problem.Features {
	if !c.any || f == nil {
		return f
	}
	return cleared{f, c}
}
