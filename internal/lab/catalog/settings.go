package catalog

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Settings is every knob's value, typed: what a configuration resolves to. It has a field for each knob.
type Settings struct {
	Items, QPS, Cores, Memory, K, Top, Dim, Epochs, Traffic, Days                    int
	Log, Threshold, Load, Cache, Drift                                               float64
	Budget                                                                           time.Duration
	Engine, Ranker, Split, Negatives, Features, Encoder, Models, Loss, Variant, Mode string
	Label, Rates, Position, Score, Mining                                            string
	Unit, Stop, Judged, Filter, Merge, Switch, Explore                               string
}

// field points to the field of knob id; its type follows the knob's.
func (s *Settings) field(id string) any {
	if word := s.wordField(id); word != nil {
		return word
	}
	switch id {
	case "items":
		return &s.Items
	case "qps":
		return &s.QPS
	case "budget":
		return &s.Budget
	case "cores":
		return &s.Cores
	case "memory":
		return &s.Memory
	case "k":
		return &s.K
	case "top":
		return &s.Top
	case "log":
		return &s.Log
	case "dim":
		return &s.Dim
	case "epochs":
		return &s.Epochs
	case "threshold":
		return &s.Threshold
	case "traffic":
		return &s.Traffic
	case "days":
		return &s.Days
	case "load":
		return &s.Load
	case "cache":
		return &s.Cache
	case "drift":
		return &s.Drift
	}
	panic("catalog: no field for knob " + id)
}

// wordField points to the field of a knob of words; nil for other knobs.
func (s *Settings) wordField(id string) *string {
	switch id {
	case "engine":
		return &s.Engine
	case "ranker":
		return &s.Ranker
	case "split":
		return &s.Split
	case "negatives":
		return &s.Negatives
	case "label":
		return &s.Label
	case "rates":
		return &s.Rates
	case "position":
		return &s.Position
	case "score":
		return &s.Score
	case "mining":
		return &s.Mining
	case "features":
		return &s.Features
	case "encoder":
		return &s.Encoder
	case "models":
		return &s.Models
	case "loss":
		return &s.Loss
	case "variant":
		return &s.Variant
	case "mode":
		return &s.Mode
	case "filter":
		return &s.Filter
	case "merge":
		return &s.Merge
	case "switch":
		return &s.Switch
	case "explore":
		return &s.Explore
	case "unit":
		return &s.Unit
	case "stop":
		return &s.Stop
	case "judged":
		return &s.Judged
	}
	return nil
}

// Get is a knob's value as a report shows it.
func (s *Settings) Get(id string) any {
	switch f := s.field(id).(type) {
	case *int:
		return *f
	case *float64:
		if id == "threshold" && *f == AutoThreshold {
			return autoWord
		}
		return *f
	case *time.Duration:
		return f.String()
	case *string:
		return *f
	}
	panic("catalog: knob of unknown type " + id)
}

// set reads one knob's text into its field. kind is the world's.
func (s *Settings) set(kind string, k Knob, text string) error {
	text = strings.TrimSpace(text)
	bad := func(line string) error { return &BadKnob{Knob: k.ID, Value: text, Line: line} }
	if k.ID == "threshold" && text == autoWord {
		s.Threshold = AutoThreshold
		return nil
	}
	var v float64 // in the units of Min and Max
	switch f := s.field(k.ID).(type) {
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return bad("is not a whole number")
		}
		*f, v = n, float64(n)
	case *float64:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) {
			return bad("is not a number")
		}
		*f, v = x, x
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return bad("is not a length of time such as 100ms")
		}
		*f, v = d, float64(d)/float64(time.Millisecond)
	case *string:
		word, err := k.word(kind, text)
		*f = word
		return err
	}
	if v < k.Min || v > k.Max {
		return bad("is outside " + k.Range())
	}
	return nil
}
