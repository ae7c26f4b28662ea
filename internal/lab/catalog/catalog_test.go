package catalog

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/problem"
	"dryrun/internal/safetext"
	"dryrun/internal/world"
)

func images() Config { return Config{World: problem.Spec{Kind: "images"}, Seed: 1} }

func TestEveryKnobOfTheTableIsReadAndShown(t *testing.T) {
	for _, k := range KnobTable() {
		var values []string
		kind := "images"
		if k.Type == Choice && len(Offers(kind, k.ID)) == 0 {
			kind = "interactions" // some choices are of one kind of world alone
		}
		switch k.Type {
		case Count, Share:
			values = []string{plain(k.Min), plain(k.Max)}
		case Length:
			values = []string{"1ms", "1h"}
		case Choice:
			values = Offers(kind, k.ID)
		case List:
			values = append([]string{"all"}, Offers(kind, k.ID)...)
		}
		if len(values) < 2 {
			t.Errorf("%s has fewer than two values: %q", k.ID, values)
		}
		for _, v := range values {
			var s Settings
			if err := s.set(kind, k, v); err != nil {
				t.Errorf("%s=%s: %v", k.ID, v, err)
			}
			if s.Get(k.ID) == nil {
				t.Errorf("%s isn't shown", k.ID)
			}
		}
		if _, ok := framework.StepByID(k.Step); !ok || k.Line == "" {
			t.Errorf("%s: step %q, line %q", k.ID, k.Step, k.Line)
		}
	}
}

func TestEveryStepHasKnobsOfItsOwn(t *testing.T) {
	for _, s := range framework.Steps() {
		if !slices.ContainsFunc(KnobTable(), func(k Knob) bool { return k.Step == s.ID }) {
			t.Errorf("%s has none", s.ID)
		}
	}
}

func TestBadKnobsSayWhatIsWrongAndWhatWasMeant(t *testing.T) {
	for _, c := range []struct {
		name, knob, value, near, words string
	}{
		{"an unknown knob", "kk", "3", "k", "unknown"},
		{"a misspelt engine", "engine", "hsnw", "hnsw", "not among"},
		{"a number out of range", "k", "0", "", "outside 1 to 100000"},
		{"a word for a number", "dim", "wide", "", "whole number"},
		{"not a number", "load", "NaN", "", "not a number"},
		{"a time without a unit", "budget", "100", "", "length of time"},
		{"an unknown feature group", "features", "minus-pricing", "price", "not among"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := images().With(Knobs{c.knob: c.value})
			var bad *BadKnob
			if !errors.As(err, &bad) {
				t.Fatalf("got %v", err)
			}
			if bad.Knob != c.knob || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %q for knob %q", err, bad.Knob)
			}
			if c.near != "" && !slices.Contains(bad.Near, c.near) {
				t.Errorf("near are %q, not %s", bad.Near, c.near)
			}
		})
	}
}

func TestUnknownFaultsAndFormatsAreRefused(t *testing.T) {
	cfg := images()
	cfg.Fault = "leekage"
	var bad *BadKnob
	if err := cfg.CheckFault(); !errors.As(err, &bad) || !slices.Contains(bad.Near, Leakage) {
		t.Errorf("got %v", err)
	}
	if _, err := images().WithData("folder", "x").Settings(); !errors.As(err, &bad) || !slices.Contains(bad.Near, "folders") {
		t.Errorf("got %v", err)
	}
}

func TestWithLeavesTheOldConfigurationAlone(t *testing.T) {
	a, err := images().With(Knobs{"k": "100"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.With(Knobs{"k": "50"}); err != nil {
		t.Fatal(err)
	}
	if a.Knobs["k"] != "100" {
		t.Errorf("k is %s", a.Knobs["k"])
	}
}

func TestSameComparesWhatMattersToTheStep(t *testing.T) {
	with := func(knobs Knobs) Config {
		c, err := images().With(knobs)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, c := range []struct {
		name string
		a, b Config
		step framework.StepID
		want bool
	}{
		{"a default written out", with(nil), with(Knobs{"k": "200"}), framework.Architecture, true},
		{"another pipeline", with(nil), with(Knobs{"k": "100"}), framework.Serving, false},
		{"a knob of another step", with(nil), with(Knobs{"variant": "offline-winner"}), framework.Architecture, true},
		{"a knob of this step", with(nil), with(Knobs{"variant": "offline-winner"}), framework.Evaluation, false},
	} {
		if got := Same(c.a, c.b, c.step); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	broken := with(nil)
	broken.Fault = Skew
	if Same(with(nil), broken, framework.Features) {
		t.Error("a fault makes no difference")
	}
}

func TestMetricTableIsWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range MetricTable() {
		if seen[m.ID] || m.Line == "" || m.Direction == "" || m.ID != strings.ToLower(m.ID) || strings.ContainsAny(m.ID, ".- ") {
			t.Errorf("%+v", m)
		}
		seen[m.ID] = true
	}
	for _, c := range []struct {
		id, want string
	}{{"ndcg_at_10.none_lo", "ndcg_at_10"}, {"knn_gain_hi", "knn_gain"}, {"quality", "quality"}} {
		if m, ok := MetricByID(c.id); !ok || m.ID != c.want {
			t.Errorf("%s is %q", c.id, m.ID)
		}
	}
	if _, ok := MetricByID("ndgc"); ok {
		t.Error("a metric that isn't there is found")
	}
	if Yields("images", framework.Data, "revenue_lift") || !Yields("images", framework.Evaluation, "revenue_lift.online_winner_lo") {
		t.Error("revenue_lift belongs to evaluation alone")
	}
}

func TestSketchReadsBoxesAndKnobs(t *testing.T) {
	boxes, knobs, err := Sketch("images", "photo -> learned dim=32 -> HNSW k=500 → trees -> rerank -> top 10")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"photo", "learned dim=32", "HNSW k=500", "trees", "rerank", "top 10"}; !slices.Equal(boxes, want) {
		t.Errorf("boxes %q", boxes)
	}
	for id, want := range map[string]string{"encoder": "learned", "dim": "32", "engine": "hnsw", "k": "500", "ranker": "trees", "top": "10"} {
		if knobs[id] != want {
			t.Errorf("%s is %q, not %q", id, knobs[id], want)
		}
	}
	if len(knobs) != 6 {
		t.Errorf("knobs %v", knobs)
	}
}

func TestSketchKnowsTheOtherNamesOfEnginesAndRankers(t *testing.T) {
	for drawn, want := range map[string][2]string{
		"ivf": {"engine", "ivfpq"}, "IVF-PQ nprobe": {"engine", "ivfpq"}, "brute-force scan": {"engine", "exact"},
		"gbdt": {"ranker", "trees"}, "faiss-hnsw": {"engine", "faiss-hnsw"},
	} {
		boxes, knobs, err := Sketch("images", "photo -> "+drawn)
		if err != nil || knobs[want[0]] != want[1] || len(knobs) != 1 || boxes[1] != drawn {
			t.Errorf("%q sets %v and draws %q: %v", drawn, knobs, boxes, err)
		}
	}
}

func TestSketchRefusesWhatItCantRead(t *testing.T) {
	for _, c := range []struct{ name, line, words string }{
		{"nothing", "  ", "is empty"},
		{"an empty box", "photo -> -> top 20", "box 2"},
		{"an unknown knob", "photo -> hnsw kk=3", "kk"},
		{"a value out of range", "hnsw k=0", "outside"},
		{"two engines", "hnsw -> exact", "set twice"},
		{"an index that isn't there", "photo -> ScaNN -> trees", "doesn't have: it has hnsw, ivfpq, exact"},
		{"ranking before retrieval", "trees -> hnsw", "before"},
		{"too many boxes", strings.Repeat("a -> ", 20) + "b", "boxes"},
		{"a control character", "photo -> hn\x1b[2Jsw", "can't be drawn"},
		{"text turned round", "photo -> \u202ewsnh", "can't be drawn"},
		{"a box as long as a page", strings.Repeat("x", 200), "longer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := Sketch("images", c.line); err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzSketch(f *testing.F) {
	f.Add("photo -> encoder -> hnsw k=200 -> trees -> top 20")
	f.Add("→ k==1 -> =,;()")
	f.Fuzz(func(t *testing.T, line string) {
		boxes, knobs, err := Sketch("images", line)
		if err != nil {
			return
		}
		if len(boxes) == 0 || len(boxes) > maxBoxes {
			t.Errorf("%d boxes", len(boxes))
		}
		for id, v := range knobs {
			k, ok := KnobByID(id)
			var s Settings
			if !ok || s.set("images", k, v) != nil {
				t.Errorf("%s=%s", id, v)
			}
		}
	})
}

func TestTheBuiltInCasesAreConfigurations(t *testing.T) {
	cases, err := casestudies.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if _, ok := world.KindByID(c.Demo.World.Kind); !ok {
			continue // its world comes later
		}
		cfg, err := FromCase(c, 7)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		set, err := cfg.Settings()
		if err != nil || set.Items != c.Demo.World.Items || set.Budget != cfg.Target.P99 || cfg.Seed != 7 {
			t.Errorf("%s: %+v, %v", c.ID, set, err)
		}
		if data := cfg.WithData("folders", "x"); data.Knobs["items"] != "" || cfg.Knobs["items"] == "" {
			t.Errorf("%s: files keep the generated world's size, or the case lost its own", c.ID)
		}
	}
}

func TestMysteryDrawsEveryFaultThatCanBeAndNone(t *testing.T) {
	feed := Config{World: problem.Spec{Kind: "interactions"}}
	for name, cfg := range map[string]Config{"pictures": images(), "a feed": feed, "ratings": feed.WithData("movielens", "x")} {
		seen := map[string]bool{}
		for cfg.Seed = range int64(200) {
			drawn := cfg.Mystery()
			seen[drawn] = true
			if drawn != cfg.Mystery() {
				t.Fatal("one seed draws two faults")
			}
			cfg.Fault = Mystery
			if in := cfg.FaultInForce(); in != drawn && (in != "" || drawn != NoFault) {
				t.Fatalf("%s, seed %d: planted %q, told %q", name, cfg.Seed, in, drawn)
			}
		}
		if len(seen) != len(cfg.Faults())+1 {
			t.Errorf("%s: drawn are %v", name, seen)
		}
		for id := range seen {
			if f, _ := FaultByID(id); f.Live && cfg.World.Format != "" {
				t.Errorf("%s: %s takes a world that goes on", name, id)
			}
		}
	}
}

// The rules of a rehearsal ask by the case, the lab runs by the configuration: both must see the case's data.
func TestACasesWorldHasTheFaultsOfItsPipeline(t *testing.T) {
	cases, err := casestudies.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.Demo.World.Kind != "interactions" {
			continue
		}
		recorded := *c
		recorded.Demo.Data = &casestudies.DataSource{Format: "movielens", Path: "/ratings"}
		for seed := range int64(100) {
			cfg, err := FromCase(&recorded, seed)
			if err != nil {
				t.Fatal(err)
			}
			of := World(&recorded, seed)
			if of.Mystery() != cfg.Mystery() || !slices.Equal(of.Faults(), cfg.Faults()) || slices.Contains(cfg.Faults(), Drift) {
				t.Fatalf("seed %d: the case tells %s of %q, the lab draws %s of %q", seed, of.Mystery(), of.Faults(), cfg.Mystery(), cfg.Faults())
			}
		}
	}
}

func TestAnArrowIsAnArrow(t *testing.T) {
	a, knobsA, errA := Sketch("images", "photo -> hnsw k=50 -> trees")
	b, knobsB, errB := Sketch("images", "photo → hnsw k=50 → trees")
	if errA != nil || errB != nil || !slices.Equal(a, b) || !maps.Equal(knobsA, knobsB) || len(a) != 3 {
		t.Errorf("%q %v, %q %v (%v, %v)", a, knobsA, b, knobsB, errA, errB)
	}
}

// One rule for the whole program says which characters may be drawn.
func TestABoxMayHoldWhatSafetextLetsThrough(t *testing.T) {
	for r := rune(0x21); r < 0x2100; r++ {
		_, _, err := Sketch("images", "a"+string(r)+"b")
		if r == ',' || r == ';' || r == '(' || r == ')' || r == '=' || r == '>' || r == '→' || unicode.IsSpace(r) {
			continue
		}
		if refused := err != nil; refused != (safetext.IndexUnsafe(string(r)) >= 0) {
			t.Errorf("U+%04X: %v", r, err)
		}
	}
}

// Knobs, case files and the command line suggest by one rule: an engine that shares two letters with "cat" isn't meant by it.
func TestOnlyANearWordIsSuggested(t *testing.T) {
	if near := Near("cat", []string{"exact", "hnsw"}); len(near) > 0 {
		t.Errorf("%q is suggested", near)
	}
	if near := Near("exat", []string{"exact", "hnsw"}); !slices.Equal(near, []string{"exact"}) {
		t.Errorf("%q is suggested", near)
	}
}

// The catalog links no world, so what it knows of them is said twice.
func TestTheCatalogKnowsTheWorldsThatThereAre(t *testing.T) {
	var ids []string
	for _, w := range world.Kinds() {
		ids = append(ids, w.ID)
		k := kindOf(w.ID)
		if k.items != w.Default.Items || k.maxItems != w.MaxItems || !slices.Equal(k.formats, w.Formats) {
			t.Errorf("%s has %d of at most %d items and reads %q; the catalog says %+v", w.ID, w.Default.Items, w.MaxItems, w.Formats, k)
		}
	}
	if !slices.Equal(ids, Kinds()) {
		t.Errorf("there are %q, the catalog knows %q", ids, Kinds())
	}
}

func TestAThresholdIsChosenUnlessOneIsSet(t *testing.T) {
	for text, want := range map[string]any{"": "auto", "auto": "auto", "0.25": 0.25} {
		c := images()
		if text != "" {
			var err error
			if c, err = c.With(Knobs{"threshold": text}); err != nil {
				t.Fatal(err)
			}
		}
		set, err := c.Settings()
		if err != nil || set.Get("threshold") != want {
			t.Errorf("%q gives %v, %v", text, set.Get("threshold"), err)
		}
	}
	if _, err := images().With(Knobs{"threshold": "-1"}); err == nil {
		t.Error("a threshold below 0 is taken")
	}
	if _, err := images().With(Knobs{"load": "auto"}); err == nil {
		t.Error("another share is chosen, too")
	}
}
