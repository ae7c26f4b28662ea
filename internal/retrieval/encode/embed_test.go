package encode

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"dryrun/internal/problem"
)

// waves is content made up on the spot, different for each item.
type waves struct{}

func (waves) Width() int { return 6 }

func (waves) Item(i int32, into []float32) {
	for j := range into {
		into[j] = float32(math.Sin(float64(i+1) * float64(j+1)))
	}
}

func (w waves) Request(q *problem.Query, into []float32) { w.Item(q.ID, into) }

func TestEmbedEncodesItemsAndRequestsAlike(t *testing.T) {
	const n = 300 // over two chunks
	var want []float32
	for _, workers := range []int{1, 3} {
		last, calls := 0, 0
		e, err := Embed(t.Context(), waves{}, n, Raw{6}, "raw", 6, workers, func(done, of int) {
			if done <= last || of != n {
				t.Errorf("progress %d of %d after %d", done, of, last)
			}
			last = done
			calls++
		})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = e.Items
		}
		if !slices.Equal(e.Items, want) {
			t.Errorf("%d workers give other vectors", workers)
		}
		if last != n || calls != 3 || e.Dim != 6 || e.Name != "raw" || e.MB != 4*n*6/1e6 {
			t.Errorf("%d of %d done in %d calls; %+v", last, n, calls, e)
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				into := make([]float32, 6)
				for i := range int32(n) {
					e.Encode(&problem.Query{ID: i}, into)
					if !slices.Equal(into, e.Item(i)) {
						t.Errorf("request %d is encoded otherwise than the item with its content", i)
					}
				}
			})
		}
		wg.Wait()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Embed(ctx, waves{}, n, Raw{6}, "raw", 6, 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestRawIgnoresBrightness(t *testing.T) {
	a, b := make([]float32, 3), make([]float32, 3)
	Raw{3}.Encode([]float32{0.1, 0.2, 0.6}, a)
	Raw{3}.Encode([]float32{0.3, 0.4, 0.8}, b)
	for j := range a {
		if math.Abs(float64(a[j]-b[j])) > 1e-6 {
			t.Errorf("%v in the dark, %v in the light", a, b)
		}
	}
	// Less the mean 0.3: (-0.2, -0.1, 0.3), of length √0.14.
	if math.Abs(float64(a[2])-0.3/math.Sqrt(0.14)) > 1e-6 {
		t.Errorf("got %v", a)
	}
}
