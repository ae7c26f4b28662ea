package structure

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

const module = "dryrun"

// layers list the parts of the program from the top to the bottom. A part is a folder with everything below it, and imports
// parts of lower layers. Parts of one layer don't import each other, except by an arrow.
var layers = [][]string{
	{"cmd/dryrun"},
	{"internal/cli", "internal/host"},
	// user interfaces
	{"internal/tui", "internal/plain", "internal/export", "internal/author"},
	// sessions as a service
	{"internal/study"},
	// a rehearsal
	{
		"internal/rehearse", "internal/narrate", "internal/coach", "internal/cards", "internal/opinion", "internal/pair",
		"internal/store", "internal/pack", "internal/lab",
	},
	// what the two stages have built, on disk
	{"internal/archive"},
	// the two stages
	{"internal/world", "internal/retrieval", "internal/ranking", "internal/metrics"},
	// ground
	{
		"framework", "casestudies", "internal/problem", "internal/report", "internal/draw", "internal/nn", "internal/vec",
		"internal/parallel", "internal/binfile", "internal/safetext", "internal/spell", "internal/termbg",
	},
}

// arrows are the imports allowed within a layer.
var arrows = [][2]string{
	{"internal/cli", "internal/host"},
	{"internal/narrate", "internal/rehearse"}, // it tells what the rules bring
	{"internal/rehearse", "internal/coach"},   // a session holds what the coach says
	{"internal/ranking", "internal/metrics"},
	{"internal/world", "internal/metrics"}, // a world's judge
	{"internal/draw", "internal/report"},
	{"internal/draw", "internal/safetext"},
	{"casestudies", "framework"},
	{"casestudies", "internal/safetext"},
	{"casestudies", "internal/spell"},
	{"internal/nn", "internal/vec"}, // layers are matrix products
}

// exempt are beside the layers: they may import anything, and nothing imports them.
var exempt = []string{"internal/structure", "internal/bench", "internal/zzdeps"}

// inside says what each folder of a part imports of the same part; "" is the part's own folder. A folder's own entry comes
// before a pattern that matches it.
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
		"compare":  {"catalog", "seed"},
		"fault":    {"catalog", "progress"},
		"kind":     {"catalog", "progress"},
		"catalog":  {"seed"},
		"disk":     {},
		"seed":     {},
		"progress": {},
	},
	"internal/coach": {
		"":          {"words", "meaning", "interview"}, // the judge
		"train":     {""},                              // makes the weights of its model
		"interview": {"words", "meaning"},
		"meaning":   {},
		"words":     {},
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
	"internal/retrieval": {
		"":              {},
		"hnsw":          {"", "kmeans"},
		"ivfpq":         {"", "kmeans"},
		"kmeans":        {},
		"*":             {""}, // an engine knows no other
		"retrievaltest": {""},
	},
	"internal/ranking": {
		"":            {},
		"trees":       {"", "tree"},
		"lightgbm":    {"", "tree", "trees"}, // it reads what trees evaluates
		"tree":        {},
		"*":           {""}, // a model knows no other
		"rankingtest": {""},
	},
}

// entries are the folders of a part that packages outside of it may import, where those aren't all.
var entries = map[string][]string{
	"internal/cli": {""},
	"internal/tui": {""},
	"internal/lab": {"", "catalog", "compare", "kind", "disk"},
}

// apart lists what a folder's packages must not reach, through whatever they import: the interfaces and the lab's tables don't
// link the engines, and the rules and the words of a result carry no renderer.
var apart = map[string][]string{
	"internal/lab/catalog": {"internal/lab/kind", "internal/retrieval", "internal/ranking", "internal/world"},

	"internal/tui/frame": {"internal/store", "internal/rehearse", "internal/study"}, // keys and fields, in any program

	"internal/tui":      {"internal/lab", "internal/retrieval", "internal/ranking", "internal/world"},
	"internal/plain":    {"internal/lab", "internal/retrieval", "internal/ranking", "internal/world"},
	"internal/narrate":  {"internal/lab", "internal/retrieval", "internal/ranking", "internal/world", "internal/draw"},
	"internal/rehearse": {"internal/lab", "internal/retrieval", "internal/ranking", "internal/world", "internal/draw"},
}

// links says what a part may import of other modules, where that matters: the public packages, and the one whose place in the
// order of initialization depends on it.
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

// pkg is a package, its source files on this platform, and what they import. Tests don't count.
type pkg struct {
	ImportPath string
	GoFiles    []string
	Imports    []string
}

// violations names every import that breaks a rule, once, in words.
func violations(packages []pkg) []string {
	var out []string
	for _, p := range packages {
		from, mine := strings.CutPrefix(p.ImportPath, module+"/")
		if !mine || within(from, exempt) != "" {
			continue
		}
		if _, ok := partOf(from); !ok {
			out = append(out, fmt.Sprintf("%s isn't in a layer: add it to internal/structure/layers_test.go", from))
			continue
		}
		if part, _ := partOf(from); !listed(part, from) {
			out = append(out, fmt.Sprintf("%s isn't listed: say in inside, in internal/structure/layers_test.go, what it imports", from))
			continue
		}
		for _, i := range p.Imports {
			if why := violation(from, i); why != "" {
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

// violation says why the product code in folder from may not import another, or "".
func violation(from, imported string) string {
	to, ours := strings.CutPrefix(imported, module+"/")
	if !ours {
		return foreign(from, imported)
	}
	if within(to, exempt) != "" {
		return "it is beside the layers, and nothing imports it"
	}
	if strings.HasSuffix(to, "test") && !strings.HasSuffix(from, "test") {
		return "only tests may"
	}
	a, _ := partOf(from)
	b, ok := partOf(to)
	switch {
	case !ok:
		return "" // reported as a package
	case a == b:
		return insideViolation(a, from, to)
	}
	if only, ok := entries[b]; ok {
		folder := strings.TrimPrefix(strings.TrimPrefix(to, b), "/")
		if !slices.Contains(only, folder) && !strings.HasSuffix(from, "test") {
			return "from outside of " + b + " only " + strings.Join(entryNames(b, only), ", ") + " may be imported"
		}
	}
	if slices.Contains(arrows, [2]string{a, b}) {
		return ""
	}
	switch up, down := layerOf(a), layerOf(b); {
	case up == down:
		return "parts of one layer don't import each other"
	case up > down:
		return "a part imports only lower layers"
	}
	return ""
}

func entryNames(part string, folders []string) []string {
	names := make([]string, len(folders))
	for i, f := range folders {
		names[i] = path.Join(part, f)
	}
	return names
}

// insideViolation says why a folder may not import another one of the same part, or "".
func insideViolation(part, from, to string) string {
	rules, ok := inside[part]
	if !ok || from == to {
		return ""
	}
	folder := func(p string) string { return strings.TrimPrefix(strings.TrimPrefix(p, part), "/") }
	patterns := slices.SortedFunc(maps.Keys(rules), func(a, b string) int { return strings.Count(a, "*") - strings.Count(b, "*") })
	for _, pattern := range patterns {
		if !matches(pattern, folder(from)) {
			continue
		}
		allowed := rules[pattern]
		if slices.ContainsFunc(allowed, func(a string) bool { return matches(a, folder(to)) }) {
			return ""
		}
		return "of " + part + " it imports only " + cmp.Or(strings.Join(allowed, ", "), "nothing")
	}
	return "it isn't listed: say in inside, in internal/structure/layers_test.go, what it imports"
}

// listed says whether a folder of a part is in the part's table, if it has one.
func listed(part, folder string) bool {
	rules, ok := inside[part]
	if !ok {
		return true
	}
	folder = strings.TrimPrefix(strings.TrimPrefix(folder, part), "/")
	for pattern := range rules {
		if matches(pattern, folder) {
			return true
		}
	}
	return false
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
	part, _ := partOf(from)
	if allowed, limited := links[part]; limited && !slices.Contains(allowed, path) {
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

func partOf(folder string) (part string, ok bool) {
	for _, parts := range layers {
		if r := within(folder, parts); r != "" {
			return r, true
		}
	}
	return "", false
}

// layerOf counts from the top; -1 for what is in no layer.
func layerOf(part string) int {
	return slices.IndexFunc(layers, func(parts []string) bool { return slices.Contains(parts, part) })
}
