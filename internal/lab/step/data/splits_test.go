package data

import (
	"math/rand/v2"
	"testing"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/kind"
	"dryrun/internal/problem"
	"dryrun/internal/world"
)

func TestSplitsHoldOutWhatTheySay(t *testing.T) {
	p, err := world.Make(t.Context(), problem.Spec{Kind: "images", Items: 1000, Queries: 40, Seed: 5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := p.Log.Impressions
	until := int32(len(p.Train) * 8 / 10)
	parts := heldOut(log, p.Train, "global-time", 0, until, rand.New(rand.NewPCG(1, 1)))
	newestLearned, oldestHeld := int32(-1), until
	for i, im := range log {
		switch {
		case im.Request >= until && parts[i] != unused:
			t.Fatalf("request %d came later and is used", im.Request)
		case parts[i] == learned:
			newestLearned = max(newestLearned, im.Request)
		case parts[i] == validated:
			oldestHeld = min(oldestHeld, im.Request)
		}
	}
	parts = heldOut(log, p.Train, catalog.ProductSplit, 0, until, rand.New(rand.NewPCG(1, 1)))
	known, held := map[int32]bool{}, 0
	for i, im := range log {
		known[im.Item] = known[im.Item] || parts[i] == learned
	}
	for i, im := range log {
		if parts[i] == validated {
			held++
			if known[im.Item] || im.Request < oldestHeld {
				t.Fatalf("impression %d is held out by product, though its product was learned from or it is too early", i)
			}
		}
	}
	if held == 0 {
		t.Error("nothing is held out by product")
	}
	if newestLearned >= oldestHeld {
		t.Errorf("a split by time learns from request %d and validates on %d", newestLearned, oldestHeld)
	}
}

// What is claimed by product is asked of photos whose products the encoder never saw, as later photos are.
func TestClaimsByProductAreOfProductsThatTheEncoderNeverSaw(t *testing.T) {
	knobs := catalog.Knobs{"items": "1000", "dim": "16", "epochs": "2"}
	cfg, err := catalog.Config{World: problem.Spec{Kind: "images", Queries: 100}, Seed: 3}.With(knobs)
	if err != nil {
		t.Fatal(err)
	}
	set, err := cfg.Settings()
	if err != nil {
		t.Fatal(err)
	}
	b, s := build.New(build.Options{Workers: 2, Bytes: 1 << 30}), build.NewScenario(cfg, set)
	p, err := b.Learned(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := claimPhotos(t.Context(), b, s)
	if err != nil {
		t.Fatal(err)
	}
	held := kind.PastForRanker(p)
	known, unseen := map[int32]bool{}, 0
	for i := range p.Train[:len(p.Train)-len(held)] {
		known[productOf(p, &p.Train[i])] = true
	}
	for i := range held {
		if !known[productOf(p, &held[i])] {
			unseen++
		}
	}
	if claims.byProduct.photos != unseen || claims.byTime.photos != len(held) || claims.random.photos != len(held) {
		t.Errorf("claims %+v of %d held-out photos, %d of new products", claims, len(held), unseen)
	}
	for _, q := range newPhotos(p, known) {
		if known[productOf(p, &q)] {
			t.Fatalf("a later photo shows product %d, which is known", productOf(p, &q))
		}
	}
	for _, c := range []photoClaim{claims.random, claims.byTime, claims.byProduct} {
		if !(c.claimed > 0 && c.claimed <= 1 && c.later > 0 && c.later <= 1) {
			t.Errorf("a claim is %+v", c)
		}
	}
}
