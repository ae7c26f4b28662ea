package kind

import (
	"slices"
	"testing"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/world"
)

// The catalog names what a kind of world offers; here is what the names stand for.
func TestWhatTheCatalogOffersCanBeBuiltAndNothingElse(t *testing.T) {
	for _, w := range world.Kinds() {
		k := ByID(w.ID)
		var engines, encoders []string
		for _, e := range k.Engines {
			engines = append(engines, e.ID)
		}
		for _, e := range k.Encoders {
			encoders = append(encoders, e.ID)
		}
		if offered := catalog.Offers(w.ID, "engine"); !slices.Equal(engines, offered) {
			t.Errorf("%s offers the engines %q and builds %q", w.ID, offered, engines)
		}
		if offered := catalog.Offers(w.ID, "encoder"); !slices.Equal(encoders, offered) {
			t.Errorf("%s offers the encoders %q and trains %q", w.ID, offered, encoders)
		}
		for _, id := range catalog.ExternalEngines() {
			if e, ok := k.Engine(id); !ok || !e.Vectors {
				t.Errorf("%s: the external engine %s is %+v", w.ID, id, e)
			}
		}
		if k.Training.Requests == 0 || k.Copies.Vectors == 0 || k.Copies.Indexes == 0 {
			t.Errorf("%s says nothing of how much its rankers learn from or how much memory it takes: %+v", w.ID, k)
		}
	}
}

func TestAnExternalEngineSaysWhatItIsOrWhatToInstall(t *testing.T) {
	var ids []string
	for _, e := range ExternalEngines() {
		ids = append(ids, e.ID)
		if e.Note == "" {
			t.Errorf("%s: nothing says what it is or needs", e.ID)
		}
	}
	if !slices.Equal(ids, catalog.ExternalEngines()) {
		t.Errorf("%q are listed, %q can be chosen", ids, catalog.ExternalEngines())
	}
}
