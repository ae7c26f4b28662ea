package lab

import (
	"time"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
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

	leakage         = catalog.Leakage
	skew            = catalog.Skew
	drifted         = catalog.Drift
	staleIndex      = catalog.StaleIndex
	encoderMismatch = catalog.EncoderMismatch
	positionBias    = catalog.PositionBias
	popularityLoop  = catalog.PopularityLoop
	coldStart       = catalog.ColdStart

	servingGroups = catalog.ServingGroups
	allGroups     = catalog.AllGroups
	loggedGroup   = catalog.LoggedGroup
	lightGBMID    = catalog.LightGBM
	milvusID      = catalog.Milvus
	offlineWinner = catalog.OfflineWinner
	onlineWinner  = catalog.OnlineWinner
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
	near        = catalog.Near
)

// settings are the catalog's, under the names that the experiments use.
type settings struct {
	items, qps, k, top, dim, epochs, traffic, days                                   int
	log, threshold, load, cache, drift                                               float64
	budget                                                                           time.Duration
	engine, ranker, split, negatives, features, encoder, models, loss, variant, mode string
}

// settingsOf resolves a configuration's knobs.
func settingsOf(cfg Config) (settings, error) {
	s, err := cfg.Settings()
	return settings{
		s.Items, s.QPS, s.K, s.Top, s.Dim, s.Epochs, s.Traffic, s.Days,
		s.Log, s.Threshold, s.Load, s.Cache, s.Drift,
		s.Budget,
		s.Engine, s.Ranker, s.Split, s.Negatives, s.Features, s.Encoder, s.Models, s.Loss, s.Variant, s.Mode,
	}, err
}

func specOf(cfg Config, s settings) problem.Spec {
	w := cfg.World
	w.Items, w.Seed = s.items, cfg.Seed
	return w
}
