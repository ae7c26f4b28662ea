package interview

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:embed weights.json
var weightsFile []byte

// names are the keys of weights.json.
var names = [comparisons]string{
	"coverage", "amount", "way", "near", "near-two", "lean", "asks-met", "asks-all", "head-met", "outside", "missing",
	"other-kind", "other-who", "refuse", "open", "open-share", "open-head", "empty", "worded", "briefly", "worded-out",
	"way-out", "near-out", "head-out",
}

// weights says how much each comparison counts.
var weights = sync.OnceValue(func() *features {
	var byName map[string]float64
	if err := json.Unmarshal(weightsFile, &byName); err != nil {
		panic(fmt.Sprintf("read the embedded weights: %v", err)) // the build embeds them, so only a broken build comes here
	}
	var out features
	for i, name := range names {
		w, found := byName[name]
		if !found {
			panic(fmt.Sprintf("the embedded weights have no %q", name))
		}
		out[i] = w
	}
	return &out
})
