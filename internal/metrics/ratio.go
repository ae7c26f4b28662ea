package metrics

// Ratio is a mean over requests of a group of people, with the variance of that mean if requests were independent, and by
// person, whose requests aren't.
type Ratio struct {
	Mean             float64
	Naive, Clustered float64 // variances of Mean
}

// RatioOf is the ratio Σsum/Σcount of the people in a group: sum, squares and count are each person's total, total of squares
// and number of requests. By person it is the delta method for a ratio of means over people (Deng, Knoblich and Lu 2018):
//
//	Var(ΣS/ΣN) ≈ Σ(S_u − r·N_u)² / (ΣN)²
func RatioOf(sum, squares, count []float64, group []int, is int) Ratio {
	var s, q, n float64
	for u := range sum {
		if group[u] == is {
			s, q, n = s+sum[u], q+squares[u], n+count[u]
		}
	}
	r := Ratio{Mean: s / n}
	r.Naive = (q/n - r.Mean*r.Mean) / n
	for u := range sum {
		if group[u] == is {
			d := sum[u] - r.Mean*count[u]
			r.Clustered += d * d
		}
	}
	r.Clustered /= n * n
	return r
}
