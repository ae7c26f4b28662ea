package feed

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"sort"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

const (
	purposeVideo sim.Purpose = iota + 200
	purposeCreator
	purposeTopic
	purposeViewer
	purposeMoved
	purposeVisit
	purposeFeed
	purposeWatch
	purposeNoise
	purposeContent
	_
	purposeCrowd
	purposeTitle
	purposeLike
)

// tasteDim is the number of latent dimensions of viewers and videos.
const tasteDim = 16

// video is what is stored of an item.
type video struct {
	topic   int16
	creator int32
	born    float32 // day of upload, in days since the log began; negative before
	minutes float32 // length
	quality float32 // standard normal; how likely people who start it are to finish it
	bait    float32 // standard normal, correlated -0.4 with quality; how much more the title promises than the video delivers
	prior   int32   // views counted before the log began; 0 for what was uploaded later
}

// library is the corpus.
type library struct {
	seed   int64
	topics int
	share  []float64 // of each topic among videos, largest first
	items  []video
	vec    []float32 // items x tasteDim, unit length, in the space of tastes
	center []float32 // topics x tasteDim, unit length
	order  []int32   // items by topic, ties by item
	start  []int32   // topic t is order[start[t]:start[t+1]]
	newest []int32   // items uploaded since the log began, oldest first
}

func (l *library) vecOf(i int32) []float32 { return l.vec[int(i)*tasteDim : (int(i)+1)*tasteDim] }

func (l *library) centerOf(t int) []float32 { return l.center[t*tasteDim : (t+1)*tasteDim] }

// makeLibrary draws the videos on n workers.
func makeLibrary(ctx context.Context, s problem.Spec, n int, p problem.Progress) (*library, error) {
	l := &library{
		seed: s.Seed, topics: s.Classes, share: sim.Zipf(s.Classes, 0.8),
		items: make([]video, s.Items), vec: make([]float32, s.Items*tasteDim), center: make([]float32, s.Classes*tasteDim),
	}
	for t := range s.Classes {
		fillNormal(sim.Stream(s.Seed, purposeTopic, uint64(t)), l.centerOf(t), 1)
		normalize(l.centerOf(t))
	}
	// A creator has about thirty videos on average, all on one topic.
	perTopic := max(3, s.Items/(30*s.Classes))
	creators := make([]float32, perTopic*s.Classes*tasteDim)
	for c := range perTopic * s.Classes {
		if c%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		fillNormal(sim.Stream(s.Seed, purposeCreator, uint64(c)), creators[c*tasteDim:(c+1)*tasteDim], 1)
	}
	cumulative := sim.Cumulate(l.share)
	const batch = 4096 // a few milliseconds
	err := parallel.Batches(ctx, n, s.Items, batch, p.Step("making videos"), func(_, from, to int) error {
		for i := from; i < to; i++ {
			l.draw(int32(i), float64(s.Days), cumulative, perTopic, creators)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := l.index(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// draw makes video i.
func (l *library) draw(i int32, days float64, topicsTo []float64, perTopic int, creators []float32) {
	rng := sim.Stream(l.seed, purposeVideo, uint64(i))
	v := &l.items[i]
	topic := sort.SearchFloat64s(topicsTo, rng.Float64())
	if int(i) < l.topics {
		topic = int(i) // no topic is empty
	}
	v.topic = int16(topic)
	within := int(float64(perTopic) * math.Pow(rng.Float64(), 2)) // a few creators make most
	v.creator = int32(topic*perTopic + within)
	vec := l.vecOf(i)
	fillNormal(rng, vec, 0.45)
	of := creators[int(v.creator)*tasteDim:]
	for k, c := range l.centerOf(topic) {
		vec[k] += c + 0.45*of[k]/float32(math.Sqrt(tasteDim))
	}
	normalize(vec)
	v.minutes = float32(min(max(8*math.Exp(0.7*rng.NormFloat64()), 0.5), 180))
	v.quality = float32(rng.NormFloat64())
	// Poor videos promise more: correlation -0.4.
	v.bait = -0.4*v.quality + 0.92*float32(rng.NormFloat64())
	// Pareto popularity, tail exponent 1/0.65, a little higher for good videos and for clickbait.
	pull := math.Pow(rng.Float64()+0.5/float64(len(l.items)), -0.65) * math.Exp(0.25*float64(v.quality+v.bait))
	noise := math.Exp(0.5 * rng.NormFloat64())
	if when := rng.Float64(); when < 0.2 {
		// Uploaded during the log or the judged days.
		v.born = float32(when / 0.2 * (days + sim.TestDays))
		return
	}
	v.born = -float32(365 * rng.Float64())
	v.prior = int32(min(6*pull*noise, 1e6))
}

// index orders the videos by topic and by upload.
func (l *library) index(ctx context.Context) error {
	l.start = make([]int32, l.topics+1)
	for i := range l.items {
		if i%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		l.start[l.items[i].topic+1]++
	}
	for t := range l.topics {
		l.start[t+1] += l.start[t]
	}
	next := append([]int32(nil), l.start[:l.topics]...)
	l.order = make([]int32, len(l.items))
	for i := range l.items {
		if i%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t := l.items[i].topic
		l.order[next[t]] = int32(i)
		next[t]++
		if l.items[i].born >= 0 {
			l.newest = append(l.newest, int32(i))
		}
	}
	return sim.Sort(ctx, l.newest, func(a, b int32) int {
		return cmp.Or(cmp.Compare(l.items[a].born, l.items[b].born), cmp.Compare(a, b))
	})
}

// newUploads returns the videos of the week before day, oldest first.
func (l *library) newUploads(day float64) []int32 {
	after := func(day float64) int {
		return sort.Search(len(l.newest), func(i int) bool { return float64(l.items[l.newest[i]].born) > day })
	}
	return l.newest[after(day-7):after(day)]
}

// rareTopics marks the rarer half of the topics.
func (l *library) rareTopics() []bool {
	rare := make([]bool, l.topics)
	for t := l.topics / 2; t < l.topics; t++ {
		rare[t] = true
	}
	return rare
}

// fillNormal fills v with normal numbers whose expected squared length is length².
func fillNormal(rng *rand.Rand, v []float32, length float64) {
	by := length / math.Sqrt(float64(len(v)))
	for k := range v {
		v[k] = float32(by * rng.NormFloat64())
	}
}

// normalize scales v to length 1.
func normalize(v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return
	}
	by := float32(1 / math.Sqrt(sum))
	for k := range v {
		v[k] *= by
	}
}
