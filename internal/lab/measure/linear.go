package measure

import "math"

// Small pieces of linear algebra for what isn't hot.

// Dot is the inner product of two vectors.
func Dot(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v) * float64(b[i])
	}
	return sum
}

// Unit scales x to length 1.
func Unit(x []float32) {
	n := math.Sqrt(Dot(x, x))
	if n == 0 {
		return
	}
	for i := range x {
		x[i] = float32(float64(x[i]) / n)
	}
}

// Center removes the mean of x and scales it to length 1.
func Center(x []float32) {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	m := float32(sum / float64(len(x)))
	for i := range x {
		x[i] -= m
	}
	Unit(x)
}
