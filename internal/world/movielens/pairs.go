package movielens

import (
	"context"
	"fmt"
	"image"
	"math"
	"math/bits"
	"slices"
	"strings"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// pairs are stage two's features of a user and a film: facts of the training positives before the request's day.
type pairs struct{ *dataset }

// Groups returns the columns by hypothesis.
func (p *pairs) Groups() []problem.FeatureGroup {
	return []problem.FeatureGroup{
		{ID: "similarity", Why: "What lies near what the user liked is liked.", Columns: []string{"embedding_dot"}},
		{ID: "history", Why: "People stay with their genres.", Columns: []string{"genre_share", "genre_cosine"}},
		{ID: "popularity", Why: "What many liked, the next one may like.", Columns: []string{"positives_log", "positives_90d_log"}},
		{ID: "freshness", Why: "Some follow what is new, others the canon.", Columns: []string{"film_age_years", "film_last_liked_days"}},
		{
			ID: "user", Why: "Who has rated much knows the hits already.",
			Columns: []string{"past_positives_log", "user_known_days", "user_last_liked_days"},
		},
	}
}

// Bind returns the features with similarities read from emb, which may be nil.
func (p *pairs) Bind(ctx context.Context, emb *problem.Embedding) (problem.Features, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := &features{dataset: p.dataset, emb: emb}
	for _, g := range p.Groups() {
		f.columns = append(f.columns, g.Columns...)
	}
	return f, nil
}

type features struct {
	*dataset
	emb     *problem.Embedding
	columns []string
	cache   sim.RequestCache[userFacts]
}

// userFacts is what is known about a user before a request's day.
type userFacts struct {
	genres      []float32 // share of the liked films by genre; a film of two genres counts for both
	norm        float32   // length of genres
	liked       int
	known, last float32 // days since the first and the last positive, longUnrated without any
}

// longUnrated caps ages in days, and stands for never.
const longUnrated = 1000

// pastOf computes what is known about q's user: for a past request the items that its filter excludes, for a judged one
// all training positives, none of which is later.
func (rec *dataset) pastOf(q *problem.Query) userFacts {
	out := userFacts{genres: make([]float32, len(rec.genres)), known: longUnrated, last: longUnrated}
	row, _ := rec.past.Row(q.User)
	days := rec.past.Day[rec.past.Start[q.User]:]
	first, last := float32(math.MaxFloat32), float32(-1)
	for k, i := range row {
		if _, seen := slices.BinarySearch(q.Filter.Except, i); !seen {
			continue
		}
		out.liked++
		first, last = min(first, days[k]), max(last, days[k])
		for g := rec.known[i].genres; g != 0; g &= g - 1 {
			out.genres[bits.TrailingZeros64(g)]++
		}
	}
	if out.liked == 0 {
		return out
	}
	for g := range out.genres {
		out.genres[g] /= float32(out.liked)
		out.norm += out.genres[g] * out.genres[g]
	}
	out.norm = float32(math.Sqrt(float64(out.norm)))
	out.known = min(float32(q.Day)-first, longUnrated)
	out.last = min(float32(q.Day)-last, longUnrated)
	return out
}

// likedBefore returns how many training positives item i had before day, and the day of the last; -1 if there is none.
func (rec *dataset) likedBefore(i int32, day float64) (n int, last float32) {
	n, _ = slices.BinarySearch(rec.days[i], float32(day))
	if n == 0 {
		return 0, -1
	}
	return n, rec.days[i][n-1]
}

// Columns names what Fill fills.
func (f *features) Columns() []string { return f.columns }

// Fill fills the columns in the order of Groups.
func (f *features) Fill(q *problem.Query, c problem.Candidate, into []float32) {
	known := f.cache.Get(q, f.emb, func() userFacts { return f.pastOf(q) })
	facts, i := &known.Own, c.Item
	_ = into[9]
	into[0] = known.Dot(q, f.emb, i)

	var sum float32
	genres := f.known[i].genres
	for g := genres; g != 0; g &= g - 1 {
		sum += facts.genres[bits.TrailingZeros64(g)]
	}
	into[1], into[2] = 0, 0
	if n := float32(bits.OnesCount64(genres)); n > 0 && facts.norm > 0 {
		into[1] = sum / n
		into[2] = sum / (facts.norm * float32(math.Sqrt(float64(n))))
	}

	n, last := f.likedBefore(i, q.Day)
	before, _ := f.likedBefore(i, q.Day-90)
	into[3] = sim.Log1p(float64(n))
	into[4] = sim.Log1p(float64(n - before))

	into[5] = float32(math.NaN())
	if f.known[i].year > 0 {
		into[5] = max(float32(q.Day)-f.born[i], 0) / 365
	}
	into[6] = longUnrated
	if last >= 0 {
		into[6] = min(float32(q.Day)-last, longUnrated)
	}

	into[7] = sim.Log1p(float64(facts.liked))
	into[8], into[9] = facts.known, facts.last
}

// firstGenres labels each film by the first of its genres.
func (rec *dataset) firstGenres() (labels []int32, names []string) {
	labels = make([]int32, len(rec.known))
	names = append(slices.Clone(rec.genres), "no genre")
	for i, f := range rec.known {
		labels[i] = int32(len(rec.genres))
		if f.genres != 0 {
			labels[i] = int32(bits.TrailingZeros64(f.genres))
		}
	}
	return labels, names
}

// describer puts films and users into words; there are no pictures.
type describer struct{ *dataset }

// Item is a film's title and its genres.
func (d describer) Item(i int32) string {
	f := d.known[i]
	if f.title == "" {
		return fmt.Sprintf("film %d", d.ids[i])
	}
	if names := d.named(f.genres); len(names) > 0 {
		return fmt.Sprintf("%s (%s)", f.title, strings.Join(names, ", "))
	}
	return f.title
}

// named lists the names of genres.
func (d describer) named(genres uint64) (names []string) {
	for g := genres; g != 0; g &= g - 1 {
		names = append(names, d.genres[bits.TrailingZeros64(g)])
	}
	return names
}

// Request describes a user by what is known: "a user who liked 54 films, most of them Drama".
func (d describer) Request(q *problem.Query) string {
	past := d.pastOf(q)
	films := fmt.Sprintf("a user who liked %d films", past.liked)
	if past.liked == 1 {
		films = "a user who liked 1 film"
	}
	if past.norm == 0 {
		return films
	}
	top := 0
	for g, share := range past.genres {
		if share > past.genres[top] {
			top = g
		}
	}
	return fmt.Sprintf("%s, %.0f%% of them %s", films, 100*past.genres[top], d.genres[top])
}

// ItemPicture returns nil: films are words here.
func (d describer) ItemPicture(int32) image.Image { return nil }

// RequestPicture returns nil: a user has no picture.
func (d describer) RequestPicture(*problem.Query) image.Image { return nil }

// Why says what a film has that the user often liked, or that it is widely liked.
func (d describer) Why(q *problem.Query, item int32) string {
	past := d.pastOf(q)
	var why []string
	for g := d.known[item].genres; g != 0; g &= g - 1 {
		if at := bits.TrailingZeros64(g); past.genres[at] >= 0.3 {
			why = append(why, fmt.Sprintf("%.0f%% of what the user liked is %s", 100*past.genres[at], d.genres[at]))
		}
	}
	n, _ := d.likedBefore(item, q.Day)
	if users := d.past.Users; 10*n >= users {
		why = append(why, fmt.Sprintf("%d of %d users liked it by then", n, users))
	}
	if n < 5 {
		why = append(why, "hardly anybody had rated it by then")
	}
	return strings.Join(why, "; ")
}
