package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// For every width and by either path, the sums equal the definition's to the last bit, and are close to the vectors' inner
// products.
func TestCodesSumExactlyAndNearly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 133).Draw(t, "dim")
		n := rapid.IntRange(1, 23).Draw(t, "rows")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
		q, rows, ids := random(rng, dim), random(rng, n*dim), make([]int32, n)
		Normalize(q)
		c := NewCodes(n, dim)
		for i := range n {
			Normalize(rows[i*dim : (i+1)*dim])
			c.Set(i, rows[i*dim:(i+1)*dim])
			ids[i] = int32(rng.IntN(n))
		}
		quantized := c.QuantizeQuery(q, nil)
		got, plain := make([]float32, n+1), make([]float32, n)
		c.Prefetch(ids)
		c.DotGather(quantized, ids, got)
		c.dotPlain(quantized, ids, plain)
		if got[n] != 0 || !slices.Equal(got[:n], plain) {
			t.Fatalf("the fast path gives %v, the plain %v", got, plain)
		}
		for i, id := range ids {
			sum := int64(0)
			for j := range c.width {
				sum += int64(quantized[j]) * int64(c.rows[int(id)*c.width+j])
			}
			if sum != int64(int32(sum)) || got[i] != float32(sum) {
				t.Fatalf("row %d sums to %g, want %d in 31 bits", id, got[i], sum)
			}
			// Each value of both vectors is off by at most half a step.
			want, bound := Dot(q, rows[int(id)*dim:(int(id)+1)*dim]), math.Sqrt(float64(dim))/math.MaxInt16+1e-6
			if score := float64(sum) / (math.MaxInt16 * math.MaxInt16); math.Abs(score-float64(want)) > bound {
				t.Fatalf("row %d scores %g, its vector %g; want within %g", id, score, want, bound)
			}
		}
	})
}

func TestCodesOfExtremeRows(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	const one = math.MaxInt16
	for _, tc := range []struct {
		name        string
		row         []float32
		code, query []int16
	}{
		{"along one axis", []float32{0, -1, 0}, []int16{0, -one, 0}, []int16{0, -one, 0}},
		{"shorter than one", []float32{0, 0.5, 0}, []int16{0, 16384, 0}, []int16{0, one, 0}},
		{"longer than one", []float32{3, 0, -4}, []int16{19660, 0, -26214}, []int16{19660, 0, -26214}},
		{"the longest", []float32{math.MaxFloat32, 0, 0}, []int16{one, 0, 0}, []int16{one, 0, 0}},
		{"the shortest", []float32{0, 0, math.SmallestNonzeroFloat32}, []int16{0, 0, 0}, []int16{0, 0, one}},
		{"zero", []float32{0, 0, 0}, []int16{0, 0, 0}, []int16{0, 0, 0}},
		{"not a number", []float32{1, nan, 0}, []int16{0, 0, 0}, []int16{0, 0, 0}},
		{"infinite", []float32{1, 0, -inf}, []int16{0, 0, 0}, []int16{0, 0, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := NewCodes(2, 3)
			c.Set(1, []float32{1, 0, 0})
			c.Set(1, tc.row)
			if got := c.rows[c.width : c.width+3]; !slices.Equal(got, tc.code) {
				t.Errorf("coded as %v, want %v", got, tc.code)
			}
			used := slices.Repeat([]int16{7}, 40)
			if got := c.QuantizeQuery(tc.row, used); len(got) != c.width || !slices.Equal(got[:3], tc.query) || slices.Max(got[3:]) != 0 {
				t.Errorf("query quantized as %v, want %v", got, tc.query)
			}
		})
	}
}

func TestResizingCodesKeepsTheRowsOfCopies(t *testing.T) {
	c := NewCodes(0, 5).Resize(2)
	c.Set(1, []float32{0, 1, 0, 0, 0})
	was := slices.Clone(c.rows)
	for n := 3; n < 40; n++ {
		more := c.Resize(n)
		more.Set(n-1, []float32{0, 0, 0, 0, 1})
		if !slices.Equal(c.rows, was) || !slices.Equal(more.rows[:len(was)], was) {
			t.Fatalf("with %d rows the first two changed", n)
		}
		if fewer := more.Resize(2); fewer.Bytes() != c.Bytes() || more.Bytes() != n*16*2 {
			t.Fatalf("%d bytes for 2 rows, %d for %d", fewer.Bytes(), more.Bytes(), n)
		}
	}
}

func TestCodesOutOfRangeAreRefused(t *testing.T) {
	c := NewCodes(2, 4)
	for _, id := range []int32{-1, 2} {
		t.Run(fmt.Sprint(id), func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("row %d of 2 was read", id)
				}
			}()
			c.DotGather(c.QuantizeQuery(make([]float32, 4), nil), []int32{id}, make([]float32, 1))
		})
	}
}

// One call for 16 scattered rows of 100,000, as BenchmarkDotGather.
func BenchmarkCodes(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, dim = 100_000, 64
	c, out := NewCodes(n, dim), make([]float32, 16)
	for i := range n {
		c.Set(i, random(rng, dim))
	}
	q := c.QuantizeQuery(random(rng, dim), nil)
	ids := make([]int32, 1<<16)
	for i := range ids {
		ids[i] = int32(rng.IntN(n))
	}
	at := 0
	for b.Loop() {
		c.Prefetch(ids[at : at+16])
		c.DotGather(q, ids[at:at+16], out)
		at = (at + 16) % len(ids)
	}
}
