package raster

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"

	"dryrun/internal/parallel"
)

// foreignSeed is the stream of the other catalog's things.
const foreignSeed = 0x666f726569676e

// ForeignPairs makes n pairs of pictures of another catalog than any that is searched: outlines with a badge, in any color,
// photographed in all sorts of ways, though seldom as dark or as cluttered as shoppers do. Row i of both, of InputWidth values, shows
// the same thing, in b as a catalog picture.
func ForeignPairs(ctx context.Context, size, cells, n int, seed uint64) (a, b []float32, err error) {
	width := InputWidth(size, cells)
	a, b = make([]float32, n*width), make([]float32, n*width)
	err = parallel.Batches(ctx, parallel.Workers(runtime.GOMAXPROCS(0)), n, 64, nil, func(_, from, to int) error {
		var cv Canvas
		pix := make([]uint8, 3*size*size)
		for i := from; i < to; i++ {
			rng := rand.New(rand.NewPCG(seed^foreignSeed, uint64(i)))
			o, photo, studio := foreignObject(rng), foreignShot(rng), Studio()
			cv.Draw(&o, &photo, size, pix)
			FillInputs(pix, size, cells, a[i*width:(i+1)*width])
			cv.Draw(&o, &studio, size, pix)
			FillInputs(pix, size, cells, b[i*width:(i+1)*width])
		}
		return nil
	})
	return a, b, err
}

// foreignObject draws a thing of the other catalog.
func foreignObject(rng *rand.Rand) Object {
	spread := func(mid, by float32) float32 { return mid + by*(2*rng.Float32()-1) }
	return Object{
		Body: Body(rng.IntN(int(Bodies))), Part: Part(rng.IntN(int(Parts))), Window: true, Pattern: Pattern(rng.IntN(int(Patterns))),
		W: spread(0.52, 0.12), H: spread(0.52, 0.12), PartBy: spread(1, 0.3), Period: spread(0.42, 0.14), Phase: rng.Float32(),
		Angle: rng.Float32() * math.Pi,
		Main:  FromHSV(rng.Float32(), rng.Float32(), 0.2+0.8*rng.Float32()), Accent: FromHSV(rng.Float32(), rng.Float32(), rng.Float32()),
	}
}

// foreignShot draws how it was photographed.
func foreignShot(rng *rand.Rand) Shot {
	spread := func(mid, by float32) float32 { return mid + by*(2*rng.Float32()-1) }
	gray := spread(0.8, 0.15)
	return Shot{
		Turn: spread(0, 0.25), Scale: spread(0.92, 0.08), DX: spread(0, 0.1), DY: spread(0, 0.1),
		Light: spread(0.75, 0.25), Cast: RGB{spread(1, 0.05), 1, spread(1, 0.05)}, Saturation: spread(0.95, 0.15), Noise: 0.02,
		Blur: rng.IntN(2), Clutter: rng.IntN(4), Backdrop: RGB{gray, gray, gray}, Seed: rng.Uint64(),
	}
}
