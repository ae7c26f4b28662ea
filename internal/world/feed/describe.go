package feed

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// topic is what videos are about, with subjects for their titles.
type topic struct {
	name     string
	subjects [3]string
}

// topics are listed from the most to the least common.
func topics() []topic {
	return []topic{
		{"music", [3]string{"a live session", "this old ballad", "the new album"}},
		{"cooking", [3]string{"sourdough", "a one-pot curry", "knife skills"}},
		{"football", [3]string{"last night's derby", "the offside trap", "a youth academy"}},
		{"gaming", [3]string{"a speedrun", "the hidden level", "an indie puzzle game"}},
		{"comedy", [3]string{"a sketch about offices", "an open mic night", "my landlord"}},
		{"travel", [3]string{"a night train", "forty hours in Lisbon", "an empty island"}},
		{"technology", [3]string{"a cheap laptop", "the new phone", "a home server"}},
		{"fitness", [3]string{"a first marathon", "ten-minute stretches", "the deadlift"}},
		{"beauty", [3]string{"a quick haircut", "sunscreen", "an evening look"}},
		{"science", [3]string{"black holes", "a volcano up close", "how vaccines work"}},
		{"pets", [3]string{"a rescue dog", "two cats and a box", "a talking parrot"}},
		{"cars", [3]string{"an engine rebuild", "a rally stage", "the electric van"}},
		{"news explained", [3]string{"the budget", "a close election", "rising rents"}},
		{"history", [3]string{"a Roman road", "the fall of a bridge", "the spice trade"}},
		{"crafts", [3]string{"a knitted sweater", "bookbinding", "a clay teapot"}},
		{"money", [3]string{"a first salary", "index funds", "moving out"}},
		{"film", [3]string{"one long take", "a forgotten western", "how sound is made"}},
		{"gardening", [3]string{"tomatoes on a balcony", "winter pruning", "a small pond"}},
		{"languages", [3]string{"Portuguese in a month", "Korean vowels", "Latin jokes"}},
		{"mathematics", [3]string{"a proof without words", "the birthday paradox", "knots"}},
		{"parenting", [3]string{"the first week", "screen time", "a tantrum"}},
		{"woodwork", [3]string{"a dovetail joint", "a garden bench", "sharpening chisels"}},
		{"chess", [3]string{"a quiet sacrifice", "the endgame", "a blitz match"}},
		{"birdwatching", [3]string{"a kingfisher", "autumn migration", "owls at dusk"}},
		{"cycling", [3]string{"a mountain stage", "a puncture at night", "commuting in rain"}},
		{"photography", [3]string{"one lens for a year", "street portraits", "a darkroom"}},
		{"astronomy", [3]string{"the rings of Saturn", "a backyard telescope", "a comet"}},
		{"sailing", [3]string{"a crossing alone", "reefing in a gale", "a leaking hull"}},
		{"philosophy", [3]string{"free will", "a letter of Seneca", "the trolley"}},
		{"trains", [3]string{"a signal box", "the last steam line", "a model railway"}},
		{"climbing", [3]string{"a first lead", "a frozen waterfall", "falling well"}},
		{"origami", [3]string{"a paper crane", "a folded box", "one square, no cuts"}},
		{"beekeeping", [3]string{"a new queen", "a swarm in the hedge", "the first honey"}},
		{"opera", [3]string{"a soprano's warm-up", "backstage at Tosca", "how to listen"}},
		{"law", [3]string{"a tenancy contract", "a famous appeal", "small claims"}},
		{"radio", [3]string{"a valve receiver", "calling the Antarctic", "a long-wave night"}},
		{"archery", [3]string{"a bow from ash", "aiming off", "a field round"}},
		{"weather", [3]string{"a storm from above", "reading clouds", "the driest place"}},
		{"fermentation", [3]string{"kimchi", "a wild cider", "miso after a year"}},
		{"calligraphy", [3]string{"a broad pen", "one letter a day", "ink from walnuts"}},
	}
}

// describer puts videos and visits into words; there are no pictures.
type describer struct{ *snapshot }

// Item is a video's title, topic and length: "notes on sourdough (cooking, 8 min)". The more a title promises, the louder
// it is.
func (d describer) Item(i int32) string {
	v := &d.lib.items[i]
	t := topics()[v.topic]
	pick := sim.Stream(d.lib.seed, purposeTitle, uint64(i))
	subject := t.subjects[pick.IntN(len(t.subjects))]
	calm := []string{"notes on %s", "%s, step by step", "a beginner looks at %s", "%s, without hurry", "understanding %s"}
	lively := []string{"what I learned from %s", "the best of %s", "%s in five questions", "why %s still matters"}
	loud := []string{
		"nobody tells you this about %s", "%s: you won't believe minute three", "everything is wrong with %s",
		"the secret behind %s",
	}
	form := calm
	switch {
	case v.bait > 0.8:
		form = loud
	case v.bait > -0.3:
		form = lively
	}
	title := fmt.Sprintf(form[pick.IntN(len(form))], subject)
	return fmt.Sprintf("%s (%s, %.0f min)", title, t.name, max(v.minutes, 1))
}

// Request describes a viewer by what the log knows: "a viewer of 12 videos, most on chess and cooking".
func (d describer) Request(q *problem.Query) string {
	past := d.pastOf(q)
	if past.clicks == 0 {
		return "a viewer without a past"
	}
	names := d.favorites(&past)
	if past.clicks == 1 {
		return "a viewer of 1 video, on " + names[0]
	}
	return fmt.Sprintf("a viewer of %d videos, most on %s", past.clicks, sim.AndList(names))
}

// favorites names the one or two topics that a viewer clicked most.
func (d describer) favorites(past *visitFacts) []string {
	order := make([]int, len(past.topics))
	for t := range order {
		order[t] = t
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case past.topics[a] > past.topics[b]:
			return -1
		case past.topics[a] < past.topics[b]:
			return 1
		}
		return 0
	})
	names := []string{topics()[order[0]].name}
	if past.topics[order[1]] > 0.15 {
		names = append(names, topics()[order[1]].name)
	}
	return names
}

// ItemPicture returns nil: videos are words here.
func (d describer) ItemPicture(int32) image.Image { return nil }

// RequestPicture returns nil: a visit has no picture.
func (d describer) RequestPicture(*problem.Query) image.Image { return nil }

// Why says why a video may be near a viewer, or look good, without being what the viewer wants.
func (d describer) Why(q *problem.Query, item int32) string {
	v := &d.lib.items[item]
	past := d.pastOf(q)
	var why []string
	switch share := past.topics[v.topic]; {
	case past.clicks == 0:
		why = append(why, "nothing is known of the viewer yet")
	case share >= 0.2:
		why = append(why, fmt.Sprintf("%.0f%% of what the viewer clicked is on %s", 100*share, topics()[v.topic].name))
	case share == 0:
		why = append(why, "the viewer has clicked nothing on "+topics()[v.topic].name)
	}
	if v.bait > 1 {
		why = append(why, "its title promises more than it holds")
	}
	if v.quality < -1 {
		why = append(why, "few who start it finish it")
	}
	if age := q.Day - float64(v.born); age >= 0 && age < 7 {
		why = append(why, "it was uploaded this week")
	}
	return strings.Join(why, "; ")
}
