package catalog

import (
	"maps"
	"slices"
)

// kind is what the configuration of one kind of world can say: facts of the world, and what the two stages can be made of, as
// names. Package kind holds what the names stand for, and package world makes the worlds; tests there and here check that
// they say the same. The first of each list is the default.
type kind struct {
	id       string
	formats  []string // of real data that it reads
	items    int      // of a generated world, where nothing says how many
	maxItems int

	engines  []string
	encoders []string
	rankers  []string
	groups   []string // of features
	stageOne []string // encoders or engines that the model step compares, simplest first
	words    map[string][]string
	defaults map[string]string // of knobs, where the table's don't suit
}

// LightGBM is the ranker that LightGBM itself trains, in a process of its own. Like the external engines it is chosen by name
// alone and never offered: other machines may lack it.
const LightGBM = "lightgbm"

// The external engines: what the field itself runs. They search the same vectors as the embedded engines, in every kind of
// world that has vectors.
const (
	FAISSFlat  = "faiss-flat"
	FAISSHNSW  = "faiss-hnsw"
	FAISSIVFPQ = "faiss-ivfpq"
	Milvus     = "milvus"
)

// ExternalEngines lists the ids of the external engines.
func ExternalEngines() []string { return []string{FAISSFlat, FAISSHNSW, FAISSIVFPQ, Milvus} }

// IsExternal says whether a run needs a program or a server outside of this one.
func IsExternal(s Settings) bool {
	return s.Ranker == LightGBM || slices.Contains(ExternalEngines(), s.Engine)
}

// externalEngines are those that a kind of world can use: all where it has vectors.
func externalEngines(kindID string) []string {
	if len(kindOf(kindID).encoders) == 0 {
		return nil
	}
	return ExternalEngines()
}

// vectorEngines search vectors in every kind of world that has them.
func vectorEngines() []string { return []string{"hnsw", "ivfpq", "exact"} }

// The words of the knobs label, position and score that a ranker's training knows. The first of each is the default.
const (
	Graded    = "graded"
	Clicked   = "click"
	Satisfied = "satisfied"
	Liked     = "like"

	NoSlot      = "none"
	IgnoreSlot  = "ignored"
	SlotFeature = "feature"
	SlotOffset  = "offset"
	SlotWeights = "weights"

	ScoreClicks  = "clicks"
	ScoreMinutes = "minutes"
)

// ProductSplit is the word of the knob split that holds out what came later about products that weren't learned from.
const ProductSplit = "product"

// The words of the knob mining.
const (
	RandomNegatives = "random"
	HardNegatives   = "hard"
	CategoryLoss    = "category"
)

// stageWords are the choices that don't depend on the kind of world.
func stageWords() map[string][]string {
	return map[string][]string{
		"negatives": {"hard", "popular", "random"},
		"split":     {"global-time", "user-time", "random"},
		"loss":      {"lambdarank", "logistic"},
		"variant":   {OnlineWinner, OfflineWinner},
		"mode":      {Online, Hourly, Batch},
		"filter":    {FilterInside, FilterIndex, FilterAfter, FilterPage},
		"switch":    {SwitchBoth, SwitchQuery, SwitchPlace},
		"rates":     {"smoothed", "raw", "counts", "none"},
		"unit":      {ByUser, ByRequest, ByItem},
		"stop":      {StopFixed, StopSignificant, StopEarly},
	}
}

// with returns words with more of them.
func with(words map[string][]string, more map[string][]string) map[string][]string {
	maps.Copy(words, more)
	return words
}

// When an answer may be computed: the values of the knob mode.
const (
	Online = "online"
	Hourly = "hourly"
	Batch  = "batch"
)

// Where items that can't be shown may be dropped: the values of the knob filter.
const (
	FilterInside = "inside"
	FilterIndex  = "index"
	FilterAfter  = "after"
	FilterPage   = "page"
)

// How candidates of several generators may be merged: the values of the knob merge.
const (
	MergeQuotas = "quotas"
	MergeTurns  = "turns"
	MergeScores = "scores"
)

// How a new encoder may go live: the values of the knob switch.
const (
	SwitchBoth  = "both"
	SwitchQuery = "query-first"
	SwitchPlace = "in-place"
)

// How new items may get impressions: the values of the knob explore.
const (
	NoExploration = "none"
	ReservedSlots = "reserved"
	RandomPages   = "random"
)

// What a simulated test may assign at random: the values of the knob unit.
const (
	ByUser    = "user"
	ByRequest = "request"
	ByItem    = "item"
)

// When a test may end: the values of the knob stop.
const (
	StopFixed       = "fixed"
	StopSignificant = "first-significant"
	StopEarly       = "two-days"
)

// What may decide relevance offline: the values of the knob judged.
const (
	JudgedByClicks    = "clicks"
	JudgedByPurchases = "purchases"
	JudgedByGrades    = "grades"
	JudgedBySatisfied = "satisfied"
)

// The candidates of the simulated test, which are the values of the knob variant.
const (
	OfflineWinner = "offline-winner"
	OnlineWinner  = "online-winner"
)

func kinds() []kind {
	return []kind{
		{
			id: "images", formats: []string{"folders", "idx"}, items: 20_000, maxItems: 10_000_000,
			engines:  vectorEngines(),
			encoders: []string{"learned", "frozen", "pca", "hog", "color", "raw"},
			rankers:  []string{"trees", "logistic", "dcn", "none"},
			groups:   []string{"similarity", "popularity", "price", "freshness", "quality", LoggedGroup},
			stageOne: []string{"raw", "color", "hog", "pca", "frozen", "learned"},
			words: with(stageWords(), map[string][]string{
				"split":  {"global-time", "user-time", "random", ProductSplit},
				"mining": {RandomNegatives, HardNegatives, CategoryLoss},
				"judged": {JudgedByClicks, JudgedByPurchases, JudgedByGrades},
			}),
		},
		{
			id: "interactions", formats: []string{"movielens"}, items: 10_000, maxItems: 10_000_000,
			engines:  append(vectorEngines(), "popularity", "cooccurrence"),
			encoders: []string{"als", "bpr", "two-tower", "als-content", "content"},
			rankers:  []string{"trees", "logistic", "dcn", "none"},
			groups:   []string{"similarity", "history", "popularity", "freshness", "value", "user", LoggedGroup},
			stageOne: []string{"popularity", "cooccurrence", "content", "als", "bpr", "two-tower"},
			words: with(stageWords(), map[string][]string{
				"label":    {Graded, Clicked, Satisfied, Liked},
				"position": {NoSlot, IgnoreSlot, SlotFeature, SlotOffset, SlotWeights},
				"score":    {Graded, ScoreClicks, ScoreMinutes, Satisfied},
				"judged":   {JudgedByClicks, JudgedBySatisfied},
				"merge":    {MergeQuotas, MergeTurns, MergeScores},
				"explore":  {NoExploration, ReservedSlots, RandomPages},
			}),
			defaults: map[string]string{"dim": "32", "epochs": "15", "traffic": "150"},
		},
	}
}

// kindOf is the kind of world called id, without an id where there is none.
func kindOf(id string) kind {
	for _, k := range kinds() {
		if k.id == id {
			return k
		}
	}
	return kind{}
}

// Kinds lists the ids of the kinds of world, in the order in which they are shown.
func Kinds() []string {
	var ids []string
	for _, k := range kinds() {
		ids = append(ids, k.id)
	}
	return ids
}

// Formats lists the formats of real data that a kind of world reads.
func Formats(kindID string) []string { return kindOf(kindID).formats }

// Words of the knob features that stand for several groups.
const (
	ServingGroups = "serving" // every group but the old system's own numbers: a live request never met that system
	AllGroups     = "all"     // every group that the log has
)

// LoggedGroup is the feature group that holds the old system's own numbers, its score first. They are in every row of the log,
// explain its clicks, and are missing when a request is served.
const LoggedGroup = "logged"

// StageTwoModels are the rankers that the model step compares, simplest first: stage one's order, logistic regression, trees
// with a pointwise loss, trees with LambdaRank.
func StageTwoModels() []string { return []string{"none", "logistic", "trees", "lambdamart"} }

// StageOneModels are the encoders and engines that the model step compares in a kind of world, simplest first.
func StageOneModels(kindID string) []string { return kindOf(kindID).stageOne }

// Offers returns the words that a knob takes in a kind of world, the default first; nil for knobs that aren't words.
func Offers(kindID, knob string) []string {
	k := kindOf(kindID)
	switch knob {
	case "engine":
		return slices.Clone(k.engines)
	case "encoder":
		return slices.Clone(k.encoders)
	case "ranker":
		return slices.Clone(k.rankers)
	case "features":
		return slices.Clone(k.groups)
	case "models":
		return slices.Concat(k.stageOne, StageTwoModels())
	}
	return slices.Clone(k.words[knob])
}

// fallback is a knob's value where nobody has set it; "" where the first value that the world offers is meant.
func (k kind) fallback(knob Knob) string {
	if v, ok := k.defaults[knob.ID]; ok {
		return v
	}
	return knob.Default
}
