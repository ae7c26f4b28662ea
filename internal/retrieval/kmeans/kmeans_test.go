package kmeans

import (
	"math"
	"testing"

	"dryrun/internal/retrieval/retrievaltest"
)

// Lloyd's rounds end where every centroid is the mean of the points that are nearest to it, and none has lost its own.
func TestKMeansCentroidsAreTheMeansOfTheirPoints(t *testing.T) {
	const n, dim, k = 300, 3, 6
	points := retrievaltest.Clustered(4, n, dim, 6, 0.05)
	for i := range n / 2 { // half are one point: most centroids that start there lose it
		copy(points[i*dim:(i+1)*dim], points[:dim])
	}
	c, err := Train(t.Context(), points, dim, k, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	of := make([]int32, n)
	if err := c.Assign(t.Context(), points, of, 2); err != nil {
		t.Fatal(err)
	}
	mean, sizes := make([]float64, k*dim), make([]float64, k)
	for i, j := range of {
		for other := range k {
			p := points[i*dim : (i+1)*dim]
			if distance(p, c.Rows[other*dim:(other+1)*dim]) < distance(p, c.Rows[int(j)*dim:(int(j)+1)*dim])-1e-5 {
				t.Fatalf("point %d is nearer to centroid %d than to its own, %d", i, other, j)
			}
		}
		sizes[j]++
		for d := range dim {
			mean[int(j)*dim+d] += float64(points[i*dim+d])
		}
	}
	for j, size := range sizes {
		if size == 0 {
			t.Fatalf("centroid %d has no points", j)
		}
		for d := range dim {
			if got := float64(c.Rows[j*dim+d]); math.Abs(got-mean[j*dim+d]/size) > 0.02 {
				t.Errorf("centroid %d, value %d: %g, its points' mean is %g", j, d, got, mean[j*dim+d]/size)
			}
		}
	}
}

// distance is squared.
func distance(a, b []float32) float32 {
	sum := float32(0)
	for i, v := range a {
		sum += (v - b[i]) * (v - b[i])
	}
	return sum
}
