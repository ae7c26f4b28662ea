package lab

import (
	"context"
	"slices"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// Everything that differs between kinds of world and isn't behind problem.Problem is in this file: which engines,
// encoders and rankers a kind offers, and how they are built.

// site is what a build happens on.
type site struct {
	prob    *problem.Problem
	set     settings
	seed    uint64
	workers int
	tell    *teller
	field   *field // connections to engines outside the process
}

// engine is one way to search.
type engine struct {
	id      string
	vectors bool // it searches the encoder's vectors; the others learn from ids alone
	build   func(ctx context.Context, s site, emb *problem.Embedding) (retrieval.Index, error)
}

// encoder is one way to make vectors.
type encoder struct {
	id    string
	train func(ctx context.Context, s site) (*coded, error)
}

// kind is what the two stages can be made of in one kind of world. The first of each list is the default.
type kind struct {
	engines  []engine
	encoders []encoder
	rankers  []string
	groups   []string // of features
	stageOne []string // encoders or engines that the model step compares, simplest first
	words    map[string][]string
	defaults map[string]string // of knobs, where the table's don't suit
	lessons  lessons           // of a ranker
	proof    int               // requests that a fault is judged on at least, where one tells little
}

func kindOf(id string) kind {
	switch id {
	case "images":
		return kind{
			engines:  []engine{{"hnsw", true, buildHNSW}, {"ivfpq", true, buildIVFPQ}, {"exact", true, buildExact}},
			encoders: []encoder{{"learned", trainLearned}, {"pca", trainPCA}, {"raw", trainRaw}},
			rankers:  []string{"trees", "logistic", "dcn", "none"},
			groups:   []string{"similarity", "popularity", "price", "freshness", "quality", "logged"},
			stageOne: []string{"raw", "pca", "learned"},
			lessons:  judgedLessons(),
			words: map[string][]string{
				"negatives": {"hard", "popular", "random"},
				"split":     {"global-time", "user-time", "random"},
				"loss":      {"lambdarank", "logistic"},
				"variant":   {"online-winner", "offline-winner"},
				"mode":      {"online", "batch"},
			},
		}
	case "interactions":
		return kind{
			engines: []engine{
				{"hnsw", true, buildHNSW},
				{"ivfpq", true, buildIVFPQ},
				{"exact", true, buildExact},
				{"popularity", false, buildPopularity},
				{"cooccurrence", false, buildCooccurrence},
			},
			encoders: []encoder{{"als", trainALS}, {"bpr", trainBPR}, {"two-tower", trainTwoTower}},
			rankers:  []string{"trees", "logistic", "dcn", "none"},
			groups:   []string{"similarity", "history", "popularity", "freshness", "value", "user", "logged"},
			lessons:  feedbackLessons(),
			proof:    500,
			stageOne: []string{"popularity", "cooccurrence", "als", "bpr", "two-tower"},
			words: map[string][]string{
				"negatives": {"hard", "popular", "random"},
				"split":     {"global-time", "user-time", "random"},
				"loss":      {"lambdarank", "logistic"},
				"variant":   {"online-winner", "offline-winner"},
				"mode":      {"online", "batch"},
			},
			defaults: map[string]string{"dim": "32", "epochs": "15", "traffic": "150"},
		}
	}
	return kind{}
}

// secondStageIDs are the rankers that the model step compares, simplest first: stage one's order, logistic regression,
// trees by a pointwise loss, trees by LambdaRank.
func secondStageIDs() []string { return []string{"none", "logistic", "trees", "lambdamart"} }

// Offers returns the words that a knob takes in a kind of world, the default first; nil for knobs that aren't words.
func Offers(kindID, knob string) []string {
	k := kindOf(kindID)
	var out []string
	switch knob {
	case "engine":
		for _, e := range k.engines {
			out = append(out, e.id)
		}
	case "encoder":
		for _, e := range k.encoders {
			out = append(out, e.id)
		}
	case "ranker":
		out = append(out, k.rankers...)
	case "features":
		out = append(out, k.groups...)
	case "models":
		out = append(append(out, k.stageOne...), secondStageIDs()...)
	default:
		out = append(out, k.words[knob]...)
	}
	return out
}

// standing is a knob's value where nobody has set it.
func (k kind) standing(knob Knob) string {
	if v, ok := k.defaults[knob.ID]; ok {
		return v
	}
	return knob.Default
}

// engineOf returns the engine called id, if there is one.
func (k kind) engineOf(id string) (engine, bool) {
	i := slices.IndexFunc(k.engines, func(e engine) bool { return e.id == id })
	if i < 0 {
		return engine{}, false
	}
	return k.engines[i], true
}

func (k kind) engine(id string) engine {
	if e, ok := fieldEngine(id); ok {
		return e
	}
	return k.engines[slices.IndexFunc(k.engines, func(e engine) bool { return e.id == id })]
}

func (k kind) encoder(id string) encoder {
	return k.encoders[slices.IndexFunc(k.encoders, func(e encoder) bool { return e.id == id })]
}

func buildExact(_ context.Context, _ site, emb *problem.Embedding) (retrieval.Index, error) {
	return retrieval.NewExact(emb.Items, emb.Dim), nil
}

// The codebooks need items to learn from: IVF-PQ of nothing is a scan of nothing.
func buildIVFPQ(ctx context.Context, s site, emb *problem.Embedding) (retrieval.Index, error) {
	if len(emb.Items) == 0 {
		return retrieval.NewExact(emb.Items, emb.Dim), nil
	}
	o := retrieval.IVFPQOptions{Seed: s.seed, Workers: s.workers}
	return retrieval.BuildIVFPQ(ctx, emb.Items, emb.Dim, o, func(done, of int) { s.tell.say("encoding the items", done, of) })
}

func buildHNSW(ctx context.Context, s site, emb *problem.Embedding) (retrieval.Index, error) {
	o := retrieval.HNSWOptions{Seed: s.seed, Workers: s.workers}
	return retrieval.BuildHNSW(ctx, emb.Items, emb.Dim, o, func(done, of int) { s.tell.say("building the index", done, of) })
}
