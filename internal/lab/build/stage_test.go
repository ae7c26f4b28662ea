package build

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/fault"
	"dryrun/internal/problem"
)

// stage is what a test needs of one, whatever it builds.
type stage struct {
	name  string
	needs Field
	key   func(Scenario) Key
}

func of[V Sized](st Stage[V]) stage { return stage{st.Name, st.Needs, st.Key} }

func stages() []stage {
	return []stage{
		of(worldStage()), of(faultyWorldStage()), of(driftedWorldStage()), of(pastStage()), of(vectorStage()), of(indexStage()),
		of(rowStage()), of(logStage()), of(modelStage()), of(requestStage()), of(CandidateStage()), of(matrixStage()),
	}
}

// full is a scenario without a zero field.
func full() Scenario {
	return Scenario{
		World: problem.Spec{Kind: "images", Items: 1000, Seed: 1},
		Files: "as they were",
		Fault: Planted{catalog.Leakage, fault.AtWorld | fault.AtIndex | fault.AtRows | fault.AtFeatures | fault.AtServing | fault.AtEncode},
		Past:  BeforeRanker, LearnedDrift: 0.5, Drift: 0.25,
		StageOne: StageOne{Engine: "hnsw", Items: 10, Encoder: "pca", Dim: 8, Epochs: 2},
		StageTwo: StageTwo{Ranker: "trees", Loss: "logistic", Features: "all", Negatives: "hard", Log: 0.5, Trees: 5, Rate: 0.2},
		K:        50, Top: 10,
	}
}

// change is a field and a scenario that differs from full in it alone.
type change struct {
	bit  Field
	name string
	to   Scenario
}

func changes() []change {
	var out []change
	for _, f := range scenarioFields() {
		s := full()
		switch p := f.at(&s).(type) {
		case *string:
			*p += "2"
		case *int:
			*p++
		case *float64:
			*p /= 2
		case *Past:
			*p = SplitBy("random")
		case *problem.Spec:
			p.Path = "/elsewhere" // recorded data is part of every key
		}
		out = append(out, change{f.bit, f.name, s})
	}
	for hook, bit := range hookFields() {
		out = append(out, change{bit, fmt.Sprintf("a fault at %b", hook), full().WithoutFault(hook)})
	}
	return out
}

func TestAKeyChangesWithEveryDeclaredFieldAndWithNoOther(t *testing.T) {
	for _, st := range stages() {
		key := st.key(full())
		for _, c := range changes() {
			changed := st.key(c.to)
			if declared := st.needs&c.bit != 0; declared != (changed != key) || declared != (changed.String() != key.String()) {
				t.Errorf("%s: %s is declared: %v; %s becomes %s", st.name, c.name, declared, key, changed)
			}
		}
	}
}

// A stage gets nothing but what it declares: a field that is left out of the tables would be lost.
func TestEveryFieldOfAScenarioIsInTheTable(t *testing.T) {
	var all Field
	for _, c := range changes() {
		if all&c.bit != 0 {
			t.Errorf("%s has another's bit", c.name)
		}
		all |= c.bit
		if c.to == full() {
			t.Errorf("%s: the test changes nothing", c.name)
		}
	}
	if got := full().only(all); got != full() {
		t.Errorf("of %+v is left %+v", full(), got)
	}
	leaves := 0
	var count func(t reflect.Type)
	count = func(t reflect.Type) {
		for i := range t.NumField() {
			switch f := t.Field(i); f.Type {
			case reflect.TypeFor[problem.Spec]():
				leaves++
			case reflect.TypeFor[Planted](): // its hooks are fields
			case reflect.TypeFor[StageOne](), reflect.TypeFor[StageTwo]():
				count(f.Type)
			default:
				leaves++
			}
		}
	}
	count(reflect.TypeFor[Scenario]())
	if leaves != len(scenarioFields()) {
		t.Errorf("a scenario has %d fields and the table %d", leaves, len(scenarioFields()))
	}
	if got := full().only(0); got != (Scenario{}) {
		t.Errorf("of no field is left %+v", got)
	}
}

// What a stage is built from must not need more than the stage itself: it would get a zero for it.
func TestAStageNeedsAllThatItsPartsNeed(t *testing.T) {
	for _, c := range []struct {
		stage Field
		of    string
		part  Field
		fixed Field // what the stage sets itself when it asks for the part
	}{
		{driftedWorldStage().Needs, "a drifted world, of its world", faultyWorldStage().Needs, 0},
		{pastStage().Needs, "a part of the past, of what is learned from", driftedWorldStage().Needs, FieldDrift},
		{vectorStage().Needs, "vectors, of the past", pastStage().Needs, 0},
		{indexStage().Needs, "an index, of the vectors", vectorStage().Needs, 0},
		{rowStage().Needs, "rows, of the index", indexStage().Needs, FieldPast | FieldItems | FaultAtIndex},
		{rowStage().Needs, "rows, of the log", logStage().Needs, 0},
		{logStage().Needs, "the log, of the vectors", vectorStage().Needs, FieldPast},
		{modelStage().Needs, "a ranker, of its rows", rowStage().Needs, 0},
		{requestStage().Needs, "requests, of the vectors", vectorStage().Needs, 0},
		{CandidateStage().Needs, "candidates, of the index", indexStage().Needs, 0},
		{CandidateStage().Needs, "candidates, of the requests", requestStage().Needs, 0},
		{matrixStage().Needs, "features, of the candidates", CandidateStage().Needs, 0},
	} {
		if missing := c.part &^ c.stage &^ c.fixed; missing != 0 {
			t.Errorf("%s: %b isn't declared", c.of, missing)
		}
	}
}

func TestAKeyIsTheSameStringInEveryProcess(t *testing.T) {
	s := pictures()
	s.World.Format, s.World.Path = "folders", "/pictures"
	got := indexStage().Key(s).String()
	const stageOne = `engine="hnsw" encoder="pca" dim=16 epochs=3`
	if !strings.HasPrefix(got, "index: world=") || !strings.Contains(got, `Path:"/pictures"`) || !strings.HasSuffix(got, stageOne) {
		t.Errorf("the key is %s", got)
	}
	for range 20 {
		if again := indexStage().Key(s).String(); again != got {
			t.Fatalf("the key is %s, and then %s", got, again)
		}
	}
}

// What a scenario is built from is all that it says: a variant is another scenario, and shares what it has in common.
func TestAVariantSharesWhatItHasInCommon(t *testing.T) {
	b := New(Options{Workers: 1, Bytes: 1 << 30})
	base, err := b.Pipeline(t.Context(), pictures())
	if err != nil {
		t.Fatal(err)
	}
	s := base.WithColumns(base.Columns.Without(base.Groups(), "price"))
	without, err := b.Pipeline(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if without.Index.Index != base.Index.Index || without.Encoding != base.Encoding || without.Requests != base.Requests {
		t.Error("another ranker is on another index")
	}
	if without.Model == base.Model || without.Columns == base.Columns {
		t.Error("a ranker without a group of features is the one with it")
	}
	drifted := pictures()
	drifted.Drift = 0.5
	later, err := b.Pipeline(t.Context(), drifted)
	if err != nil {
		t.Fatal(err)
	}
	if later.Model != base.Model || later.Requests == base.Requests || later.Problem == base.Problem {
		t.Error("drifted requests have other models, or are the same requests")
	}
}

// The limit on what is kept counts all of it: worlds that were made of another, and what was measured on them.
func TestWhatIsKeptIsCounted(t *testing.T) {
	b := New(Options{Workers: 1, Bytes: 1 << 30})
	cold, loop, drifted := feed(), feed(), feed()
	cold.Fault, loop.Fault, drifted.Drift = Planted{catalog.ColdStart, fault.AtWorld}, Planted{catalog.PopularityLoop, fault.AtWorld}, 0.5
	made, err := Get(t.Context(), b, worldStage(), feed())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		stage Stage[World]
		s     Scenario
	}{
		"a world without its newest items' history": {faultyWorldStage(), cold},
		"a world after a loop":                      {faultyWorldStage(), loop},
		"a drifted world":                           {driftedWorldStage(), drifted},
	} {
		w, err := Get(t.Context(), b, c.stage, c.s)
		if err != nil {
			t.Fatal(err)
		}
		if w.Bytes() <= 0 || w.Bytes() > 4*made.Bytes() {
			t.Errorf("%s counts %d bytes, and the world itself %d", name, w.Bytes(), made.Bytes())
		}
	}
	p, err := b.Pipeline(t.Context(), feed())
	if err != nil {
		t.Fatal(err)
	}
	part, err := b.RankersPast(t.Context(), feed())
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]Sized{
		"an index": p.Index, "a part of the past": part.PartOfPast, "a ranker": p.Model, "requests": p.Requests,
	} {
		if v.Bytes() <= 0 {
			t.Errorf("%s counts %d bytes", name, v.Bytes())
		}
	}
	total := int64(0)
	for key, e := range b.cache.entries {
		if e.bytes <= 0 {
			t.Errorf("%s counts %d bytes", key, e.bytes)
		}
		total += e.bytes
	}
	if total < made.Bytes() {
		t.Errorf("all that is kept counts %d bytes, the world alone %d", total, made.Bytes())
	}
}

func TestWhatPassesUsesWhatIsKeptAndKeepsNothing(t *testing.T) {
	b := New(Options{Workers: 1, Bytes: 1 << 30})
	base, err := b.Pipeline(t.Context(), pictures())
	if err != nil {
		t.Fatal(err)
	}
	var keys []Key
	for key := range b.cache.entries {
		keys = append(keys, key)
	}
	s := pictures()
	s.LearnedDrift, s.Drift = 0.5, 0.5
	if _, err := b.Answered(t.Context(), s); err != nil { // the drifted world is kept
		t.Fatal(err)
	}
	p, err := b.Passing().Pipeline(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if p.Model == base.Model || p.Index.Index == base.Index.Index {
		t.Error("nothing was learned anew")
	}
	if kept, _ := b.Answered(t.Context(), s); kept != p.Problem {
		t.Error("the world that is kept was made again")
	}
	for key := range b.cache.entries {
		if !slices.Contains(keys, key) && key.Stage != "drifted world" {
			t.Errorf("%s was kept", key)
		}
	}
}
