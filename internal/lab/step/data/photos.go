package data

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/kind"
	"dryrun/internal/lab/measure"
	"dryrun/internal/lab/seed"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// Photos of one product look alike, and popular products are photographed again and again. A split that leaves photos of one product
// on both sides asks an encoder for what it has seen, while most of what comes later is new to it.

// How many later photos are taken, and among how many items a product's rank is found.
const (
	laterPhotos = 2000
	rankedAmong = 5000
)

// overclaim reports by how much a split claims more than came later.
func (r run) overclaim(split string, claimed, later float64) {
	over := max(claimed-later, 0)
	r.Metric("overclaim."+measure.Variant(split), over)
	if split == r.Settings.Split {
		r.Metric("overclaim", over)
	}
}

// photoSplits sets what each split of the past claims for the encoder beside what it does on later photos of products that nobody
// had photographed before.
func (r run) photoSplits(ctx context.Context) error {
	p := r.Pipeline
	if p.Learned.History != nil {
		return nil // the history's splits say more
	}
	people := p.Problem.People
	if people == nil || p.Encoding == nil || p.Encoding.Vectorizer == nil || p.Learned.Positive < 2 {
		r.MissAll("it takes photos of products, people who take new ones, and an encoder of pictures", "overclaim", "claimed_mrr")
		return nil
	}
	claims, err := build.Get(ctx, r.Builder, photoStage(), p.Scenario)
	if err != nil {
		return err
	}
	b := report.Block{
		Kind: report.Table, Title: "What each split of the past claims for the encoder",
		Columns: []string{"split", "photos", "claimed MRR", "MRR on later photos of new products", "off by"},
	}
	var words []string
	for _, split := range catalog.Offers(r.Config.World.Kind, "split") {
		c, label := claims.of(split), split
		if split == "user-time" {
			label += " (nobody returns: as global-time)"
		}
		r.Metric("claimed_mrr."+measure.Variant(split), c.claimed)
		r.overclaim(split, c.claimed, c.later)
		if split == r.Settings.Split {
			r.Metric("claimed_mrr", c.claimed)
			r.Metric("claimed_mrr.later", c.later)
		}
		if math.IsNaN(c.claimed) || math.IsNaN(c.later) {
			row := report.Row{report.Text(label), report.Count(c.photos), report.Text("too few photos"), report.Text(""), report.Text("")}
			b.Rows = append(b.Rows, row)
			continue
		}
		b.Rows = append(b.Rows, report.Row{
			report.Text(label), report.Count(c.photos), report.Num(c.claimed), report.Num(c.later),
			report.Text(report.Difference(c.claimed - c.later).String()),
		})
		words = append(words, fmt.Sprintf("%s claims %s", split, report.Num(c.claimed)))
	}
	b.Alt = photosAlt(words, claims.byTime.later)
	r.Block(b)
	return nil
}

// photoClaim is what a split claims, from so many held-out photos, and what the same encoder does later.
type photoClaim struct {
	photos         int
	claimed, later float64
}

// photoClaims are the claims of the splits that differ.
type photoClaims struct{ random, byTime, byProduct photoClaim }

// Bytes is next to nothing.
func (photoClaims) Bytes() int64 { return 72 }

func (c photoClaims) of(split string) photoClaim {
	switch split {
	case "random":
		return c.random
	case catalog.ProductSplit:
		return c.byProduct
	}
	return c.byTime
}

func photoStage() build.Stage[photoClaims] {
	return build.Stage[photoClaims]{Name: "data: claims for photos", Needs: build.IndexFields, Build: claimPhotos}
}

// claimPhotos asks the encoder that learned from the older part of the past, and one that learned from a random part, for the
// products of the photos that each was kept from.
func claimPhotos(ctx context.Context, b *build.Builder, s build.Scenario) (photoClaims, error) {
	s = s.WithoutFault(fault.AtIndex)
	p, err := b.Learned(ctx, s)
	if err != nil {
		return photoClaims{}, err
	}
	everPhotographed := map[int32]bool{}
	for i := range p.Train {
		everPhotographed[productOf(p, &p.Train[i])] = true
	}
	later := newPhotos(p, everPhotographed)
	var out photoClaims
	for _, part := range []build.Past{build.WholePast, build.SplitBy("random")} {
		of := s
		of.Past = part
		asked := p
		if part != build.WholePast {
			cut, err := b.Part(ctx, of)
			if err != nil {
				return out, err
			}
			asked = cut.Problem
		}
		encoding, err := b.Passing().Encoding(ctx, of)
		if err != nil {
			return out, err
		}
		held := kind.PastForRanker(asked)
		known := map[int32]bool{}
		for _, q := range asked.Train[:len(asked.Train)-len(held)] {
			known[productOf(p, &q)] = true
		}
		ranks, err := reciprocals(ctx, b, p, encoding, held)
		if err != nil {
			return out, err
		}
		unseen, err := reciprocals(ctx, b, p, encoding, later)
		if err != nil {
			return out, err
		}
		claim := photoClaim{len(held), metrics.Mean(ranks), metrics.Mean(unseen)}
		if part != build.WholePast {
			out.random = claim
			continue
		}
		out.byTime = claim
		var alone []float64
		for i := range held {
			if !known[productOf(p, &held[i])] {
				alone = append(alone, ranks[i])
			}
		}
		out.byProduct = photoClaim{len(alone), metrics.Mean(alone), claim.later}
	}
	return out, nil
}

// productOf is the product that a photo shows.
func productOf(p *problem.Problem, q *problem.Query) int32 { return p.Truth.Positives(q)[0].Item }

// newPhotos takes later photos of products that aren't among those that are known.
func newPhotos(p *problem.Problem, known map[int32]bool) []problem.Query {
	number := seed.Of(p.Seed, "later photos")
	play, rng := p.People.Begin(number), rand.New(rand.NewPCG(number, 0))
	var out []problem.Query
	for i := range laterPhotos {
		q := play.Request(7*float64(i)/laterPhotos, rng)
		if !known[productOf(p, &q)] {
			out = append(out, q)
		}
	}
	return out
}

// reciprocals are one over the rank of each photo's product among some of the items.
func reciprocals(ctx context.Context, b *build.Builder, p *problem.Problem, e *kind.Encoding, photos []problem.Query) ([]float64, error) {
	emb, step := e.EmbeddingFor(p), max(p.Items/rankedAmong, 1)
	out := make([]float64, len(photos))
	err := b.Each(ctx, len(photos), func(i int) error {
		vec, own := make([]float32, emb.Dim), productOf(p, &photos[i])
		emb.Encode(&photos[i], vec)
		least, ahead := measure.Dot(vec, emb.Item(own)), 0
		for item := 0; item < p.Items; item += step {
			if int32(item) != own && measure.Dot(vec, emb.Item(int32(item))) > least {
				ahead++
			}
		}
		out[i] = 1 / float64(ahead+1)
		return nil
	})
	return out, err
}
