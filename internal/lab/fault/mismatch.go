package fault

import (
	"math/rand/v2"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
)

// encoderMismatch encodes requests as another training run of the same encoder would: the same distances between pictures, in
// another basis. Two runs from other seeds agree on what is near and on nothing else.
func encoderMismatch() Fault {
	return Fault{ID: catalog.EncoderMismatch, Encode: func(encode Encode, dim int) Encode {
		rng := rand.New(rand.NewPCG(0x76657273, uint64(dim)))
		order := rng.Perm(dim)
		sign := make([]float32, dim)
		for i := range sign {
			sign[i] = float32(2*rng.IntN(2) - 1)
		}
		return func(q *problem.Query, into []float32) {
			right := make([]float32, dim)
			encode(q, right)
			for i, j := range order {
				into[i] = sign[i] * right[j]
			}
		}
	}}
}
