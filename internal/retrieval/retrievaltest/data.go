// Package retrievaltest holds what the tests of stage one's engines share: generated vectors that are easy or hard to
// search, and the recall of an engine against a scan. Only tests import it.
package retrievaltest

import (
	"math/rand/v2"

	"dryrun/internal/problem"
	"dryrun/internal/vec"
)

// Clustered returns unit vectors around so many centers: easy for any index.
func Clustered(seed uint64, n, dim, centers int, spread float64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	mid := Gaussian(rand.New(rand.NewPCG(99, 1)), centers, dim) // the same centers for items and queries
	rows := make([]float32, n*dim)
	for i := range n {
		c := rng.IntN(centers)
		row := rows[i*dim : (i+1)*dim]
		for j := range row {
			row[j] = mid[c*dim+j] + float32(spread*rng.NormFloat64())
		}
		vec.Normalize(row)
	}
	return rows
}

// Hard returns unit vectors whose eight latent values are bent into dim dimensions, with some noise: no clusters, low
// intrinsic dimension, as learned embeddings have.
func Hard(seed uint64, n, dim int) []float32 {
	const latent = 8
	rng := rand.New(rand.NewPCG(seed, 2))
	bend := Gaussian(rand.New(rand.NewPCG(98, 1)), 2*latent, dim)
	rows := make([]float32, n*dim)
	for i := range n {
		row := rows[i*dim : (i+1)*dim]
		for l := range latent {
			z := float32(rng.NormFloat64())
			vec.Axpy(z, bend[l*dim:(l+1)*dim], row)
			vec.Axpy(z*z-1, bend[(latent+l)*dim:(latent+l+1)*dim], row)
		}
		for j := range row {
			row[j] += float32(0.3 * rng.NormFloat64())
		}
		vec.Normalize(row)
	}
	return rows
}

// Uniform returns directions without any structure: the hardest of all.
func Uniform(seed uint64, n, dim int) []float32 {
	rows := Gaussian(rand.New(rand.NewPCG(seed, 3)), n, dim)
	for i := range n {
		vec.Normalize(rows[i*dim : (i+1)*dim])
	}
	return rows
}

func Gaussian(rng *rand.Rand, n, dim int) []float32 {
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// Queries turns rows into requests.
func Queries(rows []float32, dim int) []problem.Query {
	qs := make([]problem.Query, len(rows)/dim)
	for i := range qs {
		qs[i] = problem.Query{ID: int32(i), User: -1, Vec: rows[i*dim : (i+1)*dim]}
	}
	return qs
}
