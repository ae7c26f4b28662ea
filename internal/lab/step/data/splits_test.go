package data

import (
	"math/rand/v2"
	"testing"

	"dryrun/internal/lab/catalog"
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
