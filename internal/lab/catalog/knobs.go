package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dryrun/framework"
)

// Type is how a knob's text is read.
type Type string

// The types of knobs.
const (
	Count  Type = "count"  // a whole number
	Share  Type = "share"  // a number between 0 and 1 or so
	Length Type = "length" // of time, as Go writes it: 100ms
	Choice Type = "choice" // one of the words that Offers lists for the world
	List   Type = "list"   // words that Offers lists, separated by commas, or a form that Line explains
)

// Knob is one setting of a lab.
type Knob struct {
	ID      string           `json:"id"`
	Type    Type             `json:"type"`
	Min     float64          `json:"min,omitempty"` // milliseconds for a Length
	Max     float64          `json:"max,omitempty"`
	Default string           `json:"default,omitempty"` // "": the first value that the world offers, or the world's own size
	Step    framework.StepID `json:"step"`              // whose screen offers it first
	Line    string           `json:"line"`
	// Pipeline knobs change the two stages themselves and therefore every step's numbers; the others matter in Step alone.
	Pipeline bool `json:"pipeline"`
}

// The lines of knobs that need more words.
const (
	splitLine = "how the log is split into training and validation: at random, by each user's time, at one moment for all, or " +
		"there and by product"
	negativesLine = "where a ranker's negatives come from: mostly stage one's near misses (hard), popular items, or any item (random)"
	labelLine     = "what a ranker's rows count as a positive: clicked 1 and finished 2 (graded), any click, a finished watch (satisfied), " +
		"or a like"
	ratesLine  = "how past success enters the ranker: smoothed rates with their counts, raw rates, lifetime counts alone, or none"
	miningLine = "what the encoder's loss sets a photo against: the rest of its batch (random), its own nearest mistakes too (hard), " +
		"or the classes alone (category)"
	positionLine = "where a ranker's rows come from: what people did later, from no slot (none), or the log's impressions, with their " +
		"slot ignored, read as a feature, given as an offset, or weighted out"
	scoreLine  = "what the ranker's score estimates: the label (graded), a click, minutes watched, or click times finished (satisfied)"
	filterLine = "where items that can't be shown are dropped: in the search and checked after it (inside), removed from the index at " +
		"night (index), after the search (after), or where the page is drawn (page)"
	mergeLine = "how candidates of several generators become one list: sorted by their own scores, by turns, or quotas with one light " +
		"ranker over all of them"
	modeLine     = "answers are computed at the request (online), or ahead of it once an hour or once a day (batch)"
	switchLine   = "how a new encoder goes live: a second index and one switch (both), the query side first, or vectors replaced in place"
	exploreLine  = "how new items get impressions: none of their own, reserved slots, or one page in twenty at random"
	unitLine     = "what the simulated test assigns to an arm at random: a user, a request or an item"
	stopLine     = "when a test ends: after all its days (fixed), at the first significant day, or after two days with the same people"
	featuresLine = "feature groups of the ranker: serving (those known when a request is served), all (the old system's own numbers too), " +
		"minus-GROUP to drop one, only-GROUP to keep one, or a list of groups"
)

// AutoThreshold is the threshold that is chosen on past requests, and autoWord is how it is written.
const (
	AutoThreshold = -1
	autoWord      = "auto"
	thresholdLine = "calibrated chance above which a candidate counts as relevant, for F1; auto chooses the best one on past requests"
)

// KnobTable returns every knob in the order of the steps.
func KnobTable() []Knob {
	const (
		req, arch, dat = framework.Requirements, framework.Architecture, framework.Data
		feat, mod      = framework.Features, framework.Model
		eval, serv     = framework.Evaluation, framework.Serving
	)
	return []Knob{
		{"items", Count, 1000, 10_000_000, "", req, "items in the corpus; of files, at most this many", true},
		{"qps", Count, 1, 10_000_000, "100", req, "requests per second that the target system must serve", false},
		{"budget", Length, 1, 3_600_000, "100ms", req, "p99 that a whole request may take", false},
		{"cores", Count, 1, 1024, "32", req, "processors of one machine of the target system, each as fast as one here", false},
		{"memory", Count, 1, 100_000, "128", req, "gigabytes of memory of one machine of the target system", false},
		{"engine", Choice, 0, 0, "", arch, "how stage one searches", true},
		{"k", Count, 1, 100_000, "200", arch, "candidates that stage one hands to the ranker", true},
		{"ranker", Choice, 0, 0, "", arch, "model of stage two; none keeps stage one's order", true},
		{"top", Count, 1, 1000, "20", arch, "items of the answer", true},
		{"filter", Choice, 0, 0, "", arch, filterLine, false},
		{"merge", Choice, 0, 0, "", arch, mergeLine, false},
		{"split", Choice, 0, 0, "", dat, splitLine, false},
		{"negatives", Choice, 0, 0, "", dat, negativesLine, true},
		{"label", Choice, 0, 0, "", dat, labelLine, true},
		{"log", Share, 0.05, 1, "1", dat, "share of the past requests, newest first, that the ranker learns from", true},
		{"features", List, 0, 0, ServingGroups, feat, featuresLine, true},
		{"rates", Choice, 0, 0, "", feat, ratesLine, true},
		{"encoder", Choice, 0, 0, "", feat, "how raw input becomes a vector", true},
		{"dim", Count, 2, 1024, "64", feat, "dimension of the vectors", true},
		{"models", List, 0, 0, "all", mod, "models that the model step compares: all, or a list", false},
		{"loss", Choice, 0, 0, "", mod, "what trees minimize", true},
		{"position", Choice, 0, 0, "", mod, positionLine, true},
		{"score", Choice, 0, 0, "", mod, scoreLine, true},
		{"mining", Choice, 0, 0, "", mod, miningLine, true},
		{"epochs", Count, 1, 200, "20", mod, "passes of the encoder over its training pairs", true},
		{"threshold", Share, 0, 1, autoWord, eval, thresholdLine, false},
		{"traffic", Count, 100, 1_000_000, "10000", eval, "requests a day in each arm of the simulated test", false},
		{"days", Count, 1, 60, "14", eval, "days that the simulated test runs", false},
		{"variant", Choice, 0, 0, "", eval, "candidate ranker that the test's lift is about", false},
		{"unit", Choice, 0, 0, "", eval, unitLine, false},
		{"stop", Choice, 0, 0, "", eval, stopLine, false},
		{"judged", Choice, 0, 0, "", eval, "what decides relevance when rankers are compared offline", false},
		{"mode", Choice, 0, 0, "", serv, modeLine, false},
		{"load", Share, 0.05, 1.5, "0.7", serv, "arrivals as a share of what one machine can serve", false},
		{"cache", Share, 0, 0.95, "0", serv, "size of the answer cache as a share of the distinct requests", false},
		{"drift", Share, 0, 1, "0.5", serv, "how far the requests have drifted when the simulated month ends", false},
		{"switch", Choice, 0, 0, "", serv, switchLine, false},
		{"explore", Choice, 0, 0, "", serv, exploreLine, false},
	}
}

// KnobByID returns the knob called id.
func KnobByID(id string) (Knob, bool) {
	for _, k := range KnobTable() {
		if k.ID == id {
			return k, true
		}
	}
	return Knob{}, false
}

// BadKnob says what is wrong with one setting. Near holds what may have been meant, nearest first.
type BadKnob struct {
	Knob  string
	Value string
	Near  []string
	Line  string // what is wrong, in words
}

func (b *BadKnob) Error() string {
	if b.Value == "" {
		return fmt.Sprintf("knob %q %s", b.Knob, b.Line)
	}
	return fmt.Sprintf("knob %s=%s %s", b.Knob, b.Value, b.Line)
}

// Range is the knob's range in words; "" for words.
func (k Knob) Range() string {
	switch k.Type {
	case Choice, List:
		return ""
	case Length:
		return fmt.Sprintf("%v to %v", time.Duration(k.Min)*time.Millisecond, time.Duration(k.Max)*time.Millisecond)
	}
	if k.Default == autoWord {
		return autoWord + ", or " + plain(k.Min) + " to " + plain(k.Max)
	}
	return plain(k.Min) + " to " + plain(k.Max)
}

// word checks a choice or a list against what the kind of world offers, and returns it without spaces. Feature groups
// may carry minus- or only-.
func (k Knob) word(kind, text string) (string, error) {
	offers := Offers(kind, k.ID)
	if k.ID == "engine" {
		offers = append(offers, externalEngines(kind)...)
	}
	if k.ID == "ranker" && len(offers) > 0 {
		offers = append(offers, LightGBM)
	}
	words := []string{text}
	if k.Type == List {
		words = strings.Split(text, ",")
		offers = append([]string{AllGroups}, offers...)
		if k.ID == "features" {
			offers = append([]string{ServingGroups}, offers...)
		}
	}
	for i, w := range words {
		words[i] = strings.TrimSpace(w)
		bare := words[i]
		if k.ID == "features" {
			bare = strings.TrimPrefix(strings.TrimPrefix(bare, "minus-"), "only-")
		}
		if !slices.Contains(offers, bare) {
			return "", &BadKnob{Knob: k.ID, Value: text, Near: Near(bare, offers), Line: "is not among " + strings.Join(offers, ", ")}
		}
	}
	return strings.Join(words, ","), nil
}

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
