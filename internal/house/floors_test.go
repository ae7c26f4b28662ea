package house

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

const module = "dryrun"

// floors are the house from the roof down. A room imports rooms on floors below its own; rooms on one floor don't know
// each other but by an arrow. A folder within a room belongs to the room.
var floors = [][]string{
	{"cmd/dryrun"},
	{"internal/cli", "internal/host"},
	// faces
	{"internal/tui", "internal/plain", "internal/export", "internal/author"},
	// sessions as a service
	{"internal/study"},
	// what a rehearsal is
	{"internal/rehearse", "internal/narrate", "internal/coach", "internal/cards", "internal/opinion", "internal/pair", "internal/store", "internal/pack", "internal/lab"},
	// what is kept of the two stages on disk
	{"internal/archive"},
	// the two stages
	{"internal/world", "internal/retrieval", "internal/ranking", "internal/metrics"},
	// ground
	{"framework", "casestudies", "internal/problem", "internal/report", "internal/draw", "internal/nn", "internal/vec", "internal/parallel", "internal/binfile", "internal/safetext", "internal/spell", "internal/termbg"},
}

// arrows are the edges allowed within a floor.
var arrows = [][2]string{
	{"internal/cli", "internal/host"},
	{"internal/narrate", "internal/rehearse"}, // it tells what the rules bring
	{"internal/ranking", "internal/metrics"},
	{"internal/world", "internal/metrics"}, // a world's judge
	{"internal/draw", "internal/report"},
	{"internal/draw", "internal/safetext"},
	{"casestudies", "framework"},
	{"casestudies", "internal/safetext"},
	{"casestudies", "internal/spell"},
	{"internal/nn", "internal/vec"}, // layers are matrix products
}

// exempt stand beside the house: they may import anything, and nothing imports them.
var exempt = []string{"internal/house", "internal/bench", "internal/zzdeps"}

// inside says, for a room whose folders don't all know each other, which of them each imports; "" is the room's own folder. A
// folder's own entry comes before a pattern that matches it.
var inside = map[string]map[string][]string{
	"internal/tui": {
		"":                    {"home", "review", "walk", "session", "frame"},
		"walk":                {"pane", "pane/*", "session", "frame"},
		"home":                {"frame"},
		"review":              {"frame"},
		"pane":                {"session", "frame"}, // it holds panes and knows none
		"pane/*":              {"session", "frame"},
		"session":             {"frame"},
		"session/sessiontest": {"session", "frame"},
		"frame":               {},
	},
	"internal/cli": {
		"":         {"*"},                             // the root command knows every command
		"*":        {"command", "lookup", "sessions"}, // a command knows no other command
		"sessions": {"command", "lookup"},
		"lookup":   {"command"},
		"command":  {},
		"clitest":  {"command"},
	},
	"internal/lab": {
		"":         {"step/*", "measure", "build", "disk", "kind", "catalog", "progress"},
		"step/*":   {"measure", "build", "fault", "kind", "catalog", "seed"}, // one sees no other
		"measure":  {"build", "catalog", "seed", "progress"},
		"build":    {"disk", "fault", "kind", "catalog", "seed", "progress"},
		"fault":    {"catalog", "progress"},
		"kind":     {"catalog", "progress"},
		"catalog":  {"seed"},
		"disk":     {},
		"seed":     {},
		"progress": {},
	},
	"internal/world": {
		"":          {"images", "feed", "movielens", "gallery"}, // Kinds knows every world, and no world knows another
		"images":    {"sim", "raster"},
		"feed":      {"sim"},
		"movielens": {"sim", "read"},
		"gallery":   {"sim", "read", "raster"},
		"sim":       {},
		"read":      {},
		"raster":    {},
		"worldtest": {"sim"},
	},
}

// apart lists what a folder's packages must not reach, through whatever they import: the interfaces and the lab's tables don't link the engines,
// and the rules and the words of a result carry no renderer.
var apart = map[string][]string{
	"internal/lab/catalog": {"internal/lab/kind", "internal/retrieval", "internal/ranking", "internal/world"},

	"internal/tui":      {"internal/lab", "internal/retrieval", "internal/ranking", "internal/world"},
	"internal/plain":    {"internal/lab", "internal/retrieval", "internal/ranking", "internal/world"},
	"internal/narrate":  {"internal/lab", "internal/retrieval", "internal/ranking", "internal/world", "internal/draw"},
	"internal/rehearse": {"internal/lab", "internal/retrieval", "internal/ranking", "internal/world", "internal/draw"},
}

// links says what a room may import from outside beyond the standard library, where that matters: the public packages, and the
// one whose place in the order of initialisation depends on it.
var links = map[string][]string{
	"framework":       {},
	"casestudies":     {"gopkg.in/yaml.v3"},
	"internal/termbg": {"github.com/charmbracelet/lipgloss"},
}

// forTests are libraries that only tests may import.
var forTests = []string{
	"github.com/charmbracelet/x/exp/teatest", "github.com/creack/pty", "github.com/invopop/jsonschema",
	"github.com/rogpeppe/go-internal", "github.com/santhosh-tekuri/jsonschema", "pgregory.net/rapid",
}

// pkg is a package and what its product code imports.
type pkg struct {
	ImportPath string
	Imports    []string
}

// offences names every edge that breaks a rule, once, in words.
func offences(packages []pkg) []string {
	var out []string
	for _, p := range packages {
		from, mine := strings.CutPrefix(p.ImportPath, module+"/")
		if !mine || within(from, exempt) != "" {
			continue
		}
		if _, ok := roomOf(from); !ok {
			out = append(out, fmt.Sprintf("%s isn't in the house: give it a floor in internal/house/floors_test.go", from))
			continue
		}
		for _, i := range p.Imports {
			if why := offence(from, i); why != "" {
				out = append(out, fmt.Sprintf("%s imports %s: %s", from, strings.TrimPrefix(i, module+"/"), why))
			}
		}
	}
	out = append(out, reached(packages)...)
	slices.Sort(out)
	return slices.Compact(out)
}

// reached names every package that reaches one which it is to stay apart from, and by which imports.
func reached(packages []pkg) []string {
	imports := map[string][]string{}
	for _, p := range packages {
		from := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, i := range p.Imports {
			if to, ours := strings.CutPrefix(i, module+"/"); ours {
				imports[from] = append(imports[from], to)
			}
		}
	}
	var out []string
	for from := range imports {
		for folder, forbidden := range apart {
			if within(from, []string{folder}) == "" {
				continue
			}
			if path := pathTo(imports, from, forbidden, map[string]bool{}); path != nil {
				out = append(out, fmt.Sprintf("%s reaches %s: it must stay apart from it", strings.Join(path, " -> "), path[len(path)-1]))
			}
		}
	}
	return out
}

// pathTo returns a chain of imports from a package to a forbidden one, nil where there is none.
func pathTo(imports map[string][]string, from string, forbidden []string, seen map[string]bool) []string {
	if within(from, forbidden) != "" {
		return []string{from}
	}
	seen[from] = true
	for _, to := range imports[from] {
		if seen[to] {
			continue
		}
		if rest := pathTo(imports, to, forbidden, seen); rest != nil {
			return append([]string{from}, rest...)
		}
	}
	return nil
}

// offence says why the product code in folder from may not import another, or "".
func offence(from, imported string) string {
	to, ours := strings.CutPrefix(imported, module+"/")
	if !ours {
		return foreign(from, imported)
	}
	if within(to, exempt) != "" {
		return "it stands beside the house, and nothing may lean on it"
	}
	if strings.HasSuffix(to, "test") && !strings.HasSuffix(from, "test") {
		return "only tests may"
	}
	a, _ := roomOf(from)
	b, ok := roomOf(to)
	switch {
	case !ok:
		return "" // reported as a package
	case a == b:
		return insideOffence(a, from, to)
	case slices.Contains(arrows, [2]string{a, b}):
		return ""
	}
	switch up, down := floorOf(a), floorOf(b); {
	case up == down:
		return "rooms on one floor don't know each other"
	case up > down:
		return "a room imports only floors below it"
	}
	return ""
}

// insideOffence says why a folder may not import another one of the same room, or "".
func insideOffence(room, from, to string) string {
	rules, ok := inside[room]
	if !ok || from == to {
		return ""
	}
	folder := func(p string) string { return strings.TrimPrefix(strings.TrimPrefix(p, room), "/") }
	patterns := slices.SortedFunc(maps.Keys(rules), func(a, b string) int { return strings.Count(a, "*") - strings.Count(b, "*") })
	for _, pattern := range patterns {
		if !matches(pattern, folder(from)) {
			continue
		}
		allowed := rules[pattern]
		if slices.ContainsFunc(allowed, func(a string) bool { return matches(a, folder(to)) }) {
			return ""
		}
		return "of " + room + " it imports only " + cmp.Or(strings.Join(allowed, ", "), "nothing")
	}
	return "it isn't listed: say in inside, in internal/house/floors_test.go, what it imports"
}

func matches(pattern, folder string) bool {
	ok, err := path.Match(pattern, folder)
	return ok && err == nil
}

func foreign(from, path string) string {
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	if within(path, forTests) != "" {
		return "only tests may"
	}
	room, _ := roomOf(from)
	if allowed, limited := links[room]; limited && !slices.Contains(allowed, path) {
		return "it may link " + strings.Join(append([]string{"the standard library"}, allowed...), " and ") + " only"
	}
	return ""
}

// within returns which of the folders holds path, or "".
func within(path string, folders []string) string {
	for _, f := range folders {
		if path == f || strings.HasPrefix(path, f+"/") {
			return f
		}
	}
	return ""
}

func roomOf(folder string) (room string, ok bool) {
	for _, rooms := range floors {
		if r := within(folder, rooms); r != "" {
			return r, true
		}
	}
	return "", false
}

// floorOf counts from the roof.
func floorOf(room string) int {
	return slices.IndexFunc(floors, func(rooms []string) bool { return slices.Contains(rooms, room) })
}
