package encode

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"dryrun/internal/retrieval/retrievaltest"
	"dryrun/internal/vec"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Against gonum's principal components, computed in full: same variances, same axes up to sign.
func TestPCAFindsTheMainAxes(t *testing.T) {
	const n, width, dim = 1500, 30, 4 // over one block of rows
	rng := rand.New(rand.NewPCG(1, 1))
	rows := retrievaltest.Gaussian(rng, n, width)
	for i := range n {
		for j, scale := range []float32{9, 6, 4, 3, 2} {
			rows[i*width+5*j] *= scale
		}
		for j := range width { // off the origin, and mixed
			rows[i*width+j] += 20 + 0.3*rows[i*width]
		}
	}
	p, err := TrainPCA(t.Context(), rows, width, dim, 1)
	if err != nil {
		t.Fatal(err)
	}
	data := mat.NewDense(n, width, nil)
	for i := range n {
		row := append([]float32(nil), rows[i*width:(i+1)*width]...)
		level(row)
		for j, v := range row {
			data.Set(i, j, float64(v))
		}
	}
	var pc stat.PC
	if !pc.PrincipalComponents(data, nil) {
		t.Fatal("gonum found no components")
	}
	vars, total := pc.VarsTo(nil), 0.0
	for _, v := range vars {
		total += v
	}
	var axes mat.Dense
	pc.VectorsTo(&axes)
	for k := range dim {
		if want := vars[k] / total; math.Abs(p.Explained[k]-want) > 0.001 {
			t.Errorf("axis %d keeps %.4f of the variance, want %.4f", k, p.Explained[k], want)
		}
		dot := 0.0
		for j := range width {
			dot += axes.At(j, k) * float64(p.axes[k*width+j])
		}
		if math.Abs(dot) < 0.999 {
			t.Errorf("axis %d has cosine %.4f with gonum's", k, dot)
		}
	}
	into := make([]float32, dim)
	p.Encode(rows[:width], into)
	// The same by the definition: project the leveled row, less the mean of all, and bring it to unit length.
	first, want := data.RawRowView(0), make([]float32, dim)
	for k := range dim {
		for j, v := range first {
			want[k] += p.axes[k*width+j] * float32(v)
		}
		want[k] -= p.bias[k]
	}
	vec.Normalize(want)
	for k := range want {
		if math.Abs(float64(into[k]-want[k])) > 1e-4 {
			t.Errorf("encoded to %v, want %v", into, want)
			break
		}
	}
	if l := vec.Dot(into, into); math.Abs(float64(l)-1) > 1e-5 {
		t.Errorf("length² %g, want 1", l)
	}
}

func TestPCAAtTheEdges(t *testing.T) {
	if _, err := TrainPCA(t.Context(), make([]float32, 10), 5, 6, 1); err == nil {
		t.Error("six axes of five values were accepted")
	}
	if _, err := TrainPCA(t.Context(), make([]float32, 11), 5, 2, 1); err == nil {
		t.Error("a broken row was accepted")
	}
	p, err := TrainPCA(t.Context(), make([]float32, 20), 5, 2, 1) // nothing varies
	if err != nil {
		t.Fatal(err)
	}
	into := []float32{7, 7}
	p.Encode(make([]float32, 5), into)
	if into[0] != 0 || into[1] != 0 { // and not NaN
		t.Errorf("without variance the vector is %v, want zero", into)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := TrainPCA(ctx, make([]float32, 20), 5, 2, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
