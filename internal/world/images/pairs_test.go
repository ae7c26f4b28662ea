package images

import (
	"math"
	"slices"
	"strings"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/worldtest"
)

func TestFeaturesKnowOnlyWhatWasKnownBefore(t *testing.T) {
	p := generated(t, small(12), 1)
	f := worldtest.Bind(t, p, nil)
	row := make([]float32, len(f.Columns()))
	impressions, clicks := slices.Index(f.Columns(), "impressions"), slices.Index(f.Columns(), "clicks")
	for _, at := range []int{0, len(p.Train) / 2, len(p.Train) - 1} {
		q := &p.Train[at]
		for _, im := range p.Log.Impressions {
			if im.Request != q.ID {
				continue
			}
			var shown, clicked float64
			for _, other := range p.Log.Impressions {
				if other.Item == im.Item && p.Train[other.Request].Day < q.Day {
					shown++
					if other.Clicked {
						clicked++
					}
				}
			}
			f.Fill(q, problem.Candidate{Item: im.Item}, row)
			if math.Abs(float64(row[impressions])-math.Log1p(shown)) > 1e-5 || math.Abs(float64(row[clicks])-math.Log1p(clicked)) > 1e-5 {
				t.Fatalf("request %d, item %d: features count %v and %v, the log before it %v and %v", at, im.Item, row[impressions], row[clicks],
					shown, clicked)
			}
		}
	}
}

func TestFillReadsTheEmbeddingAndDoesNotAllocate(t *testing.T) {
	p := generated(t, small(13), 1)
	emb := &problem.Embedding{Dim: 2, Items: make([]float32, 2*p.Items), Encode: func(_ *problem.Query, into []float32) {
		into[0], into[1] = 0.6, 0.8
	}}
	emb.Items[14], emb.Items[15] = 1, 0.5
	f := worldtest.Bind(t, p, emb)
	row := make([]float32, len(f.Columns()))
	q := &p.Test[5]
	f.Fill(q, problem.Candidate{Item: 7}, row)
	if math.Abs(float64(row[0])-1.0) > 1e-6 {
		t.Errorf("embedding_dot %v, expected 0.6 x 1 + 0.8 x 0.5 = 1", row[0])
	}
	own := *q
	own.Vec = []float32{1, 0}
	f.Fill(&own, problem.Candidate{Item: 7}, row)
	if row[0] != 1 {
		t.Errorf("embedding_dot %v with the query's own vector, expected 1", row[0])
	}
	if n := testing.AllocsPerRun(100, func() { f.Fill(q, problem.Candidate{Item: 7}, row) }); n > 0 {
		t.Errorf("Fill allocates %v times", n)
	}
}

func TestWordsSayWhatThePictureShows(t *testing.T) {
	p := generated(t, small(14), 1)
	shop := p.Truth.(truth).s
	for i := range p.Test {
		q := &p.Test[i]
		r, words := shop.of(q), p.Look.Request(q)
		if !strings.Contains(words, className(int(shop.cat.items[r.item].class))) {
			t.Fatalf("%q doesn't name the class", words)
		}
		if strings.Contains(words, "dark") != r.dark() || strings.Contains(words, "clutter") != r.cluttered() {
			t.Fatalf("%q doesn't say how the photo was taken (%+v)", words, r.shot)
		}
		if p.Look.Why(q, (r.item+1)%int32(p.Items)) == "" {
			t.Fatal("no word on why two products may be near")
		}
		if b := p.Look.RequestPicture(q).Bounds(); b.Dx() != raster.DisplaySize || b.Dy() != raster.DisplaySize {
			t.Fatalf("a picture of %v", b)
		}
	}
	seen := map[string]bool{}
	for class := range maxClasses {
		if seen[className(class)] {
			t.Errorf("two classes are called %q", className(class))
		}
		seen[className(class)] = true
	}
}

// Every two of the first forty classes must differ in outline by more than a few pixels, or no encoder could tell them.
func TestClassesLookDifferent(t *testing.T) {
	var cv raster.Canvas
	studio := raster.Studio()
	pictures := make([][thumbBytes]uint8, 40)
	for c := range pictures {
		o := shapeOf(c)
		o.W, o.H, o.PartBy, o.Period = 0.52, 0.52, 1, 1
		o.Accent = raster.RGB{0.6, 0.6, 0.6}
		cv.Draw(&o, &studio, thumb, pictures[c][:])
	}
	for a := range pictures {
		for b := range a {
			apart := 0
			for k := 0; k < thumbBytes; k += 3 {
				if d := int(pictures[a][k]) - int(pictures[b][k]); d > 64 || d < -64 {
					apart++
				}
			}
			if apart < 4 {
				t.Errorf("%s and %s differ in %d pixels of %d", className(a), className(b), apart, thumb*thumb)
			}
		}
	}
}

func BenchmarkGenerate20k(b *testing.B) {
	s := Kind().Fill(problem.Spec{Kind: "images", Seed: 1})
	for b.Loop() {
		generated(b, s, 1)
	}
}

func BenchmarkFill(b *testing.B) {
	p := generated(b, small(1), 1)
	f := worldtest.Bind(b, p, nil)
	row := make([]float32, len(f.Columns()))
	for b.Loop() {
		f.Fill(&p.Test[3], problem.Candidate{Item: 7}, row)
	}
}

func BenchmarkRequestInputs(b *testing.B) {
	p := generated(b, small(1), 1)
	buf := make([]float32, p.Inputs.Width())
	for b.Loop() {
		p.Inputs.Request(&p.Test[3], buf)
	}
}
