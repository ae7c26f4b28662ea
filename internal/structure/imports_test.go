package structure

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestImportsFollowTheLayers(t *testing.T) {
	var packages []pkg
	for _, b := range []build{
		{runtime.GOOS, ""}, {runtime.GOOS, "faiss,milvus"}, {"linux", ""}, {"darwin", ""}, {"windows", ""},
	} {
		found := list(t, b)
		if len(found) < 10 {
			t.Fatalf("go list for %+v found %d packages of ours", b, len(found))
		}
		packages = append(packages, found...)
	}
	for _, o := range violations(packages) {
		t.Error(o)
	}
}

// build is what decides which files are part of a package.
type build struct{ system, tags string }

// list reads the packages of the module with what their product code imports. Imports of tests aren't among them.
func list(t *testing.T, b build) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-tags", b.tags, "-json=ImportPath,GoFiles,Imports,Standard", module+"/...")
	cmd.Env = append(os.Environ(), "GOOS="+b.system)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, complaints.String())
	}
	var packages []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.ImportPath, module+"/") {
			packages = append(packages, p)
		}
	}
}

func TestTheRulesTellGoodEdgesFromBad(t *testing.T) {
	good := map[string][]string{
		"cmd/dryrun":              {"dryrun/internal/cli", "dryrun/internal/termbg", "github.com/spf13/cobra"},
		"internal/cli":            {"dryrun/internal/cli/lab", "dryrun/internal/host", "dryrun/internal/tui", "dryrun/framework"},
		"internal/cli/lab":        {"dryrun/internal/cli/command", "dryrun/internal/cli/lookup", "dryrun/internal/lab/catalog"},
		"internal/cli/sessions":   {"dryrun/internal/cli/command", "dryrun/internal/study"},
		"internal/tui":            {"dryrun/internal/tui/home", "dryrun/internal/tui/frame"},
		"internal/tui/home":       {"dryrun/internal/tui/frame", "dryrun/internal/rehearse"},
		"internal/tui/walk":       {"dryrun/internal/tui/pane", "dryrun/internal/tui/pane/brief", "dryrun/internal/tui/session"},
		"internal/tui/pane/brief": {"dryrun/internal/tui/session", "dryrun/internal/tui/frame"},
		"internal/lab/step/data":  {"dryrun/internal/lab/measure", "dryrun/internal/lab/build", "dryrun/internal/ranking/trees"},
		"internal/ranking":        {"dryrun/internal/metrics", "dryrun/internal/nn"},
		"internal/world":          {"dryrun/internal/world/images", "math/rand/v2"},
		"internal/world/gallery":  {"dryrun/internal/world/raster", "dryrun/internal/world/read", "dryrun/internal/metrics"},
		"internal/draw/term":      {"dryrun/internal/report"},
		"casestudies":             {"dryrun/framework", "gopkg.in/yaml.v3"},
		"internal/bench":          {"dryrun/internal/cli", "pgregory.net/rapid"},
	}
	for from, imports := range good {
		if got := violations([]pkg{{ImportPath: module + "/" + from, Imports: imports}}); len(got) > 0 {
			t.Errorf("a good edge is refused: %v", got)
		}
	}
	bad := map[[2]string]string{
		{"internal/lab", "dryrun/internal/tui"}:                          "lower layers",
		{"framework", "dryrun/internal/lab"}:                             "lower layers",
		{"internal/coach", "dryrun/internal/lab"}:                        "one layer",
		{"internal/metrics", "dryrun/internal/ranking"}:                  "one layer",
		{"internal/host", "dryrun/internal/cli"}:                         "one layer",
		{"internal/tui/home", "dryrun/internal/tui/walk"}:                "only frame",
		{"internal/tui/home", "dryrun/internal/tui"}:                     "only frame",
		{"internal/tui/frame", "dryrun/internal/tui/home"}:               "only nothing",
		{"internal/tui/pane/brief", "dryrun/internal/tui/pane/answer"}:   "only session, frame",
		{"internal/tui/pane/brief", "dryrun/internal/tui/pane"}:          "only session, frame",
		{"internal/tui/pane/brief", "dryrun/internal/tui/walk"}:          "only session, frame",
		{"internal/tui/pane", "dryrun/internal/tui/pane/brief"}:          "only session, frame",
		{"internal/tui/session", "dryrun/internal/tui/pane/score"}:       "only frame",
		{"internal/tui", "dryrun/internal/tui/pane/score"}:               "only home, review, walk, session, frame",
		{"internal/tui/walk", "dryrun/internal/tui/session/sessiontest"}: "only tests",
		{"internal/tui/new", "dryrun/internal/tui/frame"}:                "isn't listed",
		{"internal/world/images", "dryrun/internal/world/gallery"}:       "only sim, raster",
		{"internal/world/feed", "dryrun/internal/world"}:                 "only sim",
		{"internal/world/sim", "dryrun/internal/world/feed"}:             "only nothing",
		{"internal/world/moons", "dryrun/internal/world/sim"}:            "isn't listed",
		{"internal/lab/step/data", "dryrun/internal/lab/step/model"}:     "only measure, build",
		{"internal/lab/step/data", "dryrun/internal/lab"}:                "only measure, build",
		{"internal/lab/build", "dryrun/internal/lab/measure"}:            "only disk, fault, kind",
		{"internal/lab/kind", "dryrun/internal/lab/build"}:               "only catalog, progress",
		{"internal/retrieval/hnsw", "dryrun/internal/retrieval/ivfpq"}:   "only , kmeans",
		{"internal/retrieval/faiss", "dryrun/internal/retrieval/milvus"}: "of internal/retrieval it imports only",
		{"internal/retrieval", "dryrun/internal/retrieval/hnsw"}:         "only nothing",
		{"internal/ranking/trees", "dryrun/internal/ranking/dcn"}:        "only , tree",
		{"internal/ranking", "dryrun/internal/ranking/trees"}:            "only nothing",
		{"internal/lab/newdir", "fmt"}:                                   "isn't listed",
		{"internal/study", "dryrun/internal/lab/build"}:                  "only internal/lab, internal/lab/catalog, internal/lab/compare",
		{"internal/cli/home", "dryrun/internal/tui/frame"}:               "only internal/tui may",
		{"internal/lab/catalog", "dryrun/internal/lab/progress"}:         "only seed",
		{"internal/cli", "dryrun/internal/bench"}:                        "beside the layers",
		{"casestudies", "github.com/invopop/jsonschema"}:                 "only tests",
		{"casestudies", "github.com/agnivade/levenshtein"}:               "standard library and gopkg.in/yaml.v3",
		{"framework", "gopkg.in/yaml.v3"}:                                "standard library only",
		{"internal/termbg", "github.com/charmbracelet/bubbletea"}:        "lipgloss",
		{"internal/plain", "github.com/charmbracelet/x/exp/teatest"}:     "only tests",
		{"internal/util", "fmt"}:                                         "isn't in a layer",

		{"internal/cli/lab", "dryrun/internal/cli/practice"}:      "only command, lookup, sessions",
		{"internal/cli/lab", "dryrun/internal/cli"}:               "only command, lookup, sessions",
		{"internal/cli/sessions", "dryrun/internal/cli/practice"}: "only command, lookup",
		{"internal/cli/command", "dryrun/internal/cli/lookup"}:    "only nothing",
	}
	for edge, words := range bad {
		got := violations([]pkg{{ImportPath: module + "/" + edge[0], Imports: []string{edge[1]}}})
		if len(got) != 1 || !strings.Contains(got[0], words) {
			t.Errorf("%s -> %s: %v, want %q", edge[0], edge[1], got, words)
		}
	}
}

func TestAForbiddenPackageIsFoundBehindAnother(t *testing.T) {
	got := reached([]pkg{
		{ImportPath: module + "/internal/plain", Imports: []string{module + "/internal/coach", module + "/internal/rehearse"}},
		{ImportPath: module + "/internal/coach", Imports: []string{module + "/internal/retrieval/faiss"}},
		{ImportPath: module + "/internal/rehearse", Imports: []string{module + "/framework"}},
	})
	if len(got) != 1 || !strings.HasPrefix(got[0], "internal/plain -> internal/coach -> internal/retrieval/faiss reaches") {
		t.Errorf("%v", got)
	}
}

func TestEveryPartIsInOneLayer(t *testing.T) {
	all := slices.Concat(layers...)
	for i, part := range all {
		if within(part, all[:i]) != "" || within(part, exempt) != "" {
			t.Errorf("%s is in two layers", part)
		}
	}
	for _, a := range arrows {
		if f := layerOf(a[0]); f < 0 || f != layerOf(a[1]) {
			t.Errorf("the arrow %s -> %s isn't within a layer", a[0], a[1])
		}
	}
}
