package lab

import (
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/kind"
)

// What a caller of the lab names comes from the catalog; these are its names here.
type (
	Config  = catalog.Config
	Target  = catalog.Target
	Knobs   = catalog.Knobs
	Knob    = catalog.Knob
	BadKnob = catalog.BadKnob
	Fault   = catalog.Fault
	Metric  = catalog.Metric
	Witness = catalog.Witness

	FieldEngine  = kind.ExternalEngine
	AbsentEngine = kind.AbsentEngine
	TooBig       = kind.TooBig
)

// The catalog's tables and words.
const (
	Count  = catalog.Count
	Share  = catalog.Share
	Length = catalog.Length
	Choice = catalog.Choice
	List   = catalog.List

	Higher  = catalog.Higher
	Lower   = catalog.Lower
	Neither = catalog.Neither
)

var (
	FromCase    = catalog.FromCase
	KnobTable   = catalog.KnobTable
	KnobByID    = catalog.KnobByID
	MetricTable = catalog.MetricTable
	MetricByID  = catalog.MetricByID
	Yields      = catalog.Yields
	FaultTable  = catalog.FaultTable
	FaultByID   = catalog.FaultByID
	FaultsOf    = catalog.FaultsOf
	Offers      = catalog.Offers
	Same        = catalog.Same
	Sketch      = catalog.Sketch

	FieldEngines = kind.ExternalEngines
	LightGBM     = kind.LightGBM
	DefaultLimit = kind.DefaultLimit
)
