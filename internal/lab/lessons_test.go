package lab

import (
	"errors"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab/catalog"
)

// Lessons that hold by far more than chance in the cases' own worlds, one seed each; `dryrun cases test` looks at five.
func TestWhatARankerLearnsFromDecidesWhatThePageBrings(t *testing.T) {
	long(t)
	l := New(Options{})
	type knobs = catalog.Knobs
	for _, c := range []struct {
		name          string
		better, worse knobs
		metric        string
		by            float64 // at least
	}{
		{"finished watches as labels", knobs{"label": "satisfied"}, knobs{"label": "click"}, "satisfied_per_page", 0.3},
		{"content for new items", knobs{"encoder": "als-content"}, knobs{"encoder": "als"}, "stage1_recall_new_at_k", 0.15},
		{"likes before clicks", knobs{"label": "like"}, knobs{"label": "click"}, "satisfied_per_page", 0.2},
		{"a slot weighted out", knobs{"position": "weights"}, knobs{"position": "ignored"}, "satisfied_per_page", 0.15},
		{"a slot as an offset", knobs{"position": "offset"}, knobs{"position": "ignored"}, "satisfied_per_page", 0.1},
		{"a score of satisfaction", knobs{"score": "satisfied"}, knobs{"score": "clicks"}, "satisfied_per_page", 0.4},
		{"a score of clicks, by clicks", knobs{"score": "clicks"}, knobs{"score": "satisfied"}, "clicks_per_page", 0.3},
		{
			"rates before counts",
			knobs{"label": "satisfied"},
			knobs{"label": "satisfied", "rates": "counts"},
			"satisfied_per_page", 0.03,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := [2]float64{}
			for i, knobs := range []catalog.Knobs{c.better, c.worse} {
				cs, err := casestudies.Find("video-recommendation")
				if err != nil {
					t.Fatal(err)
				}
				cfg, err := catalog.FromCase(cs, 1)
				if err != nil {
					t.Fatal(err)
				}
				if cfg, err = cfg.With(knobs); err != nil {
					t.Fatal(err)
				}
				rep, err := l.run(t.Context(), l.builder, cfg, framework.Model, nil)
				if err != nil {
					t.Fatal(err)
				}
				found[i] = rep.Metrics[c.metric]
			}
			if found[0] < found[1]+c.by {
				t.Errorf("%s is %.3f with %v and %.3f with %v", c.metric, found[0], c.better, found[1], c.worse)
			}
		})
	}
}

// What a knob needs and the data lack is said, whatever the knob.
func TestAKnobThatTheDataCantSupportSaysWhatIsMissing(t *testing.T) {
	l := New(Options{})
	for _, knobs := range []catalog.Knobs{{"label": "like"}, {"position": "offset"}, {"score": "minutes"}} {
		cfg := movielens(t, knobs)
		_, err := l.Run(t.Context(), cfg, framework.Model, nil)
		var bad *catalog.BadKnob
		if !errors.As(err, &bad) {
			t.Errorf("%v: %v", knobs, err)
		}
	}
}
