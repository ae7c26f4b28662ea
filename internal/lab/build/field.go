package build

import (
	"fmt"
	"strings"

	"dryrun/internal/lab/fault"
	"dryrun/internal/problem"
)

// Field is a set of a Scenario's fields.
type Field uint32

// The fields. A fault counts at the stages at which it is in force.
const (
	FieldWorld Field = 1 << iota
	FieldFiles
	FieldPast
	FieldLearnedDrift
	FieldDrift
	FieldEngine
	FieldItems
	FieldEncoder
	FieldDim
	FieldEpochs
	FieldMining
	FieldRanker
	FieldLoss
	FieldFeatures
	FieldRates
	FieldNegatives
	FieldLabel
	FieldPosition
	FieldScore
	FieldLog
	FieldTrees
	FieldRate
	FieldK
	FieldTop
	FaultAtWorld
	FaultAtIndex
	FaultAtRows
	FaultAtFeatures
	FaultAtServing
	FaultAtEncode
)

// scenarioField is one field: its name, and where it is.
type scenarioField struct {
	bit  Field
	name string
	at   func(s *Scenario) any // a pointer
}

func scenarioFields() []scenarioField {
	return []scenarioField{
		{FieldWorld, "world", func(s *Scenario) any { return &s.World }},
		{FieldFiles, "files", func(s *Scenario) any { return &s.Files }},
		{FieldPast, "past", func(s *Scenario) any { return &s.Past }},
		{FieldLearnedDrift, "learned drift", func(s *Scenario) any { return &s.LearnedDrift }},
		{FieldDrift, "drift", func(s *Scenario) any { return &s.Drift }},
		{FieldEngine, "engine", func(s *Scenario) any { return &s.Engine }},
		{FieldItems, "items", func(s *Scenario) any { return &s.Items }},
		{FieldEncoder, "encoder", func(s *Scenario) any { return &s.Encoder }},
		{FieldDim, "dim", func(s *Scenario) any { return &s.Dim }},
		{FieldEpochs, "epochs", func(s *Scenario) any { return &s.Epochs }},
		{FieldMining, "mining", func(s *Scenario) any { return &s.Mining }},
		{FieldRanker, "ranker", func(s *Scenario) any { return &s.Ranker }},
		{FieldLoss, "loss", func(s *Scenario) any { return &s.Loss }},
		{FieldFeatures, "features", func(s *Scenario) any { return &s.Features }},
		{FieldRates, "rates", func(s *Scenario) any { return &s.Rates }},
		{FieldNegatives, "negatives", func(s *Scenario) any { return &s.Negatives }},
		{FieldLabel, "label", func(s *Scenario) any { return &s.Label }},
		{FieldPosition, "position", func(s *Scenario) any { return &s.Position }},
		{FieldScore, "score", func(s *Scenario) any { return &s.Score }},
		{FieldLog, "log", func(s *Scenario) any { return &s.Log }},
		{FieldTrees, "trees", func(s *Scenario) any { return &s.Trees }},
		{FieldRate, "rate", func(s *Scenario) any { return &s.Rate }},
		{FieldK, "k", func(s *Scenario) any { return &s.K }},
		{FieldTop, "top", func(s *Scenario) any { return &s.Top }},
	}
}

// hookFields are the fields of the stages that have hooks.
func hookFields() map[fault.Hooks]Field {
	return map[fault.Hooks]Field{
		fault.AtWorld: FaultAtWorld, fault.AtIndex: FaultAtIndex, fault.AtRows: FaultAtRows,
		fault.AtFeatures: FaultAtFeatures, fault.AtServing: FaultAtServing, fault.AtEncode: FaultAtEncode,
	}
}

// only is the scenario with every field outside of mask zero.
func (s Scenario) only(mask Field) Scenario {
	var out Scenario
	for _, f := range scenarioFields() {
		if mask&f.bit == 0 {
			continue
		}
		switch to, from := f.at(&out), f.at(&s); to := to.(type) {
		case *string:
			*to = *from.(*string)
		case *int:
			*to = *from.(*int)
		case *float64:
			*to = *from.(*float64)
		case *Past:
			*to = *from.(*Past)
		case *problem.Spec:
			*to = *from.(*problem.Spec)
		}
	}
	for hook, bit := range hookFields() {
		if mask&bit != 0 && s.Fault.At&hook != 0 {
			out.Fault.ID = s.Fault.ID
			out.Fault.At |= hook
		}
	}
	return out
}

// String names every field that isn't zero, in a fixed order: the same scenario is the same string in every process.
func (s Scenario) String() string {
	var parts []string
	var zero Scenario
	for _, f := range scenarioFields() {
		value, none := fmt.Sprintf("%#v", deref(f.at(&s))), fmt.Sprintf("%#v", deref(f.at(&zero)))
		if value != none {
			parts = append(parts, f.name+"="+value)
		}
	}
	if s.Fault.ID != "" {
		parts = append(parts, fmt.Sprintf("fault=%q at %b", s.Fault.ID, s.Fault.At))
	}
	return strings.Join(parts, " ")
}

func deref(p any) any {
	switch p := p.(type) {
	case *string:
		return *p
	case *int:
		return *p
	case *float64:
		return *p
	case *Past:
		return *p
	case *problem.Spec:
		return *p
	}
	panic(fmt.Sprintf("build: a scenario has no field of type %T", p))
}
