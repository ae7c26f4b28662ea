package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dryrun/internal/problem"
)

// columns says which feature columns a ranker may read; the others are 0 for it, in training and in serving alike.
type columns struct {
	blank [64]bool // by column; an array, so that columns compare
	any   bool     // some column is blank
}

// columnsOf reads the knob features: serving or all, groups to add to it, minus-GROUP to take away; or groups alone, with
// or without only-.
func (p *pipeline) columnsOf(text string) (columns, error) {
	var c columns
	if p.base.Pairs == nil {
		return c, nil
	}
	groups := p.base.Pairs.Groups()
	words := strings.Split(text, ",")
	named, minus := map[string]bool{}, map[string]bool{}
	for _, word := range words {
		if word == allGroups || word == servingGroups {
			continue
		}
		id, dropped := strings.CutPrefix(word, "minus-")
		id = strings.TrimPrefix(id, "only-")
		if !slices.ContainsFunc(groups, func(g problem.FeatureGroup) bool { return g.ID == id }) {
			return c, &BadKnob{Knob: "features", Value: text, Near: near(id, groupIDs(groups)), Line: fmt.Sprintf("names a group that this data lacks; it has %s", andList(groupIDs(groups)))}
		}
		if dropped {
			minus[id] = true
		} else {
			named[id] = true
		}
	}
	all := slices.Contains(words, allGroups)
	serving := !all && (slices.Contains(words, servingGroups) || len(named) == 0)
	for _, g := range groups {
		kept := named[g.ID] || all || serving && g.ID != loggedGroup
		if !kept || minus[g.ID] {
			c = c.without(groups, g.ID)
		}
	}
	return c, nil
}

// without returns the columns with one more group blank.
func (c columns) without(groups []problem.FeatureGroup, id string) columns {
	return c.set(groups, id, true)
}

// with returns the columns with a group to be read.
func (c columns) with(groups []problem.FeatureGroup, id string) columns {
	return c.set(groups, id, false)
}

func (c columns) set(groups []problem.FeatureGroup, id string, blank bool) columns {
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

// has says whether a ranker may read the group.
func (c columns) has(groups []problem.FeatureGroup, id string) bool {
	return c != c.without(groups, id)
}

// clear sets the blank columns of rows to 0.
func (c columns) clear(rows []float32, width int) {
	if !c.any {
		return
	}
	for i := range rows {
		if c.blank[i%width] {
			rows[i] = 0
		}
	}
}

func groupIDs(groups []problem.FeatureGroup) []string {
	var ids []string
	for _, g := range groups {
		ids = append(ids, g.ID)
	}
	return ids
}

// blanked are features with some columns always 0.
type blanked struct {
	problem.Features
	c columns
}

// Fill fills the inner columns and clears the blank ones.
func (b blanked) Fill(q *problem.Query, c problem.Candidate, into []float32) {
	b.Features.Fill(q, c, into)
	b.c.clear(into, len(into))
}

// whole is the pipeline with every column filled, for those who clear what they don't read.
func (p *pipeline) whole() *pipeline {
	w := *p
	w.keep = columns{}
	return &w
}

// bound are a problem's features over an embedding, as the models learn from them.
func (p *pipeline) bound(ctx context.Context, prob *problem.Problem, emb *problem.Embedding) (problem.Features, error) {
	f, err := prob.Pairs.Bind(ctx, emb)
	if err != nil {
		return nil, err
	}
	if p.fault == leakage {
		f = leaky{Features: f, prob: prob}
	}
	if p.keep.any {
		f = blanked{f, p.keep}
	}
	return f, nil
}

// served are the features as they reach the ranker at serving.
func (p *pipeline) served(ctx context.Context, prob *problem.Problem, emb *problem.Embedding) (problem.Features, error) {
	if prob.Pairs == nil {
		return nil, nil
	}
	f, err := p.bound(ctx, prob, emb)
	if err == nil && p.fault == skew {
		f = blanked{f, skewed(prob.Pairs.Groups())}
	}
	return f, err
}
