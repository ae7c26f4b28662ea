//go:build faiss && cgo

package faiss

import (
	"cmp"
	"fmt"
	"math"
)

func (o Options) withDefaults(n int) Options {
	o.M = cmp.Or(o.M, 16)
	o.EfConstruction = cmp.Or(o.EfConstruction, 128)
	o.EfSearch = cmp.Or(o.EfSearch, 64)
	o.Lists = min(cmp.Or(o.Lists, max(1, int(math.Sqrt(float64(n))))), max(n, 1))
	o.Probes = min(cmp.Or(o.Probes, 32), o.Lists)
	o.Refine = cmp.Or(o.Refine, 4)
	return o
}

// Bounds of the parameters: an M of 1 has no level to fall by, and FAISS allocates by the others without asking.
const (
	minM, maxM = 2, 256
	maxEf      = 1 << 20
	maxLists   = 1 << 20
	maxRefine  = 100
)

func (o Options) check() error {
	for _, p := range []struct {
		name         string
		v, low, high int
	}{
		{"M", o.M, minM, maxM},
		{"efConstruction", o.EfConstruction, 1, maxEf},
		{"efSearch", o.EfSearch, 1, maxEf},
		{"lists", o.Lists, 1, maxLists},
		{"probes", o.Probes, 1, maxLists},
		{"refine", o.Refine, 1, maxRefine},
	} {
		if p.v < p.low || p.v > p.high {
			return fmt.Errorf("%s = %d: choose %d to %d", p.name, p.v, p.low, p.high)
		}
	}
	return nil
}
