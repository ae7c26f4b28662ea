package structure

import (
	"bufio"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

// Limits on source files. They are where a reader loses the thread, not targets.
const (
	maxPackageFiles = 15  // source files of a package on one platform
	maxFileLines    = 400 // lines of a file
	maxFuncLines    = 80  // lines of a function
	maxLineWidth    = 140 // characters of a line
	maxFields       = 12  // fields of a struct
)

// wide are packages that may hold more files than maxPackageFiles, with the reason.
var wide = map[string]string{
	"casestudies": "one file a section of the format, public",
	"framework":   "one file an idea of the framework, public",
}

// large are structs that may have more fields than maxFields, with the reason.
var large = map[string]string{
	"casestudies.Case":                        "the file format: a field for each key",
	"framework.Summary":                       "a row of the list of sessions",
	"framework.State":                         "all that a session's events say",
	"framework.StepState":                     "all that a session's events say of one step",
	"internal/draw.Theme":                     "a style for each use",
	"internal/lab/catalog.Settings":           "a field for each knob",
	"internal/cli/lab.options":                "a field for each flag",
	"internal/problem.Problem":                "all that a world can offer; most worlds leave some out",
	"internal/ranking/dcn.trainer":            "the network, and buffers that are allocated once",
	"internal/ranking/trees.Options":          "a field for each setting",
	"internal/ranking/trees.grower":           "the state of growing one tree, and buffers that are allocated once",
	"internal/rehearse.StepResult":            "a field for each part of the debrief",
	"internal/report.Setup":                   "the JSON contract of dryrun lab",
	"internal/report.XRay":                    "the path of one item through both stages",
	"internal/retrieval/collab.towerTraining": "the network, and buffers that are allocated once",
	"internal/retrieval/encode.trainer":       "the network, and buffers that are allocated once",
	"internal/retrieval/hnsw.Index":           "flat memory for the search loop: each array is a field",
	"internal/retrieval/ivfpq.Index":          "flat memory for the search loop: each array is a field",
	"internal/world/images.catalog":           "a column for each property of a product",
	"internal/world/raster.Shot":              "a field for each nuisance of a picture",
}

// structTag is a field with its tag, which Go can't break into lines.
var structTag = regexp.MustCompile("^\t+\\w+ +\\S+ +`\\w+:.*`$")

// source is one file of product code or of a test.
type source struct {
	path  string // from the root of the module, with slashes
	text  string
	lines []string
}

func (s source) folder() string { return filepath.ToSlash(filepath.Dir(s.path)) }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// sources reads every Go file of the module. Folders with a go.mod of their own are other modules.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	var out []source
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, other := os.Stat(filepath.Join(path, "go.mod"))
			if path != root && (other == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(rel), text: string(text)}
		for scan := bufio.NewScanner(strings.NewReader(s.text)); scan.Scan(); {
			s.lines = append(s.lines, scan.Text())
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("found %d source files only", len(out))
	}
	return out
}

func TestFilesLinesAndFunctionsStayReadable(t *testing.T) {
	for _, s := range sources(t) {
		for _, complaint := range sizeComplaints(s) {
			t.Error(complaint)
		}
	}
}

func TestEveryReasonIsAboutALargeStruct(t *testing.T) {
	left := maps.Clone(large)
	for _, s := range sources(t) {
		for name, fields := range structs(t, s) {
			if fields > maxFields {
				delete(left, s.folder()+"."+name)
			}
		}
	}
	for id := range left {
		t.Errorf("%s needs no reason: it is small or gone", id)
	}
}

// structs are a file's struct types with their numbers of fields.
func structs(t *testing.T, s source) map[string]int {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), s.path, s.text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if body, ok := spec.Type.(*ast.StructType); ok {
				out[spec.Name.Name] = fieldsOf(body)
			}
		}
		return true
	})
	return out
}

func TestPackagesHoldAFewFiles(t *testing.T) {
	files := map[string]int{}
	for _, p := range list(t, build{runtime.GOOS, ""}) {
		folder := strings.TrimPrefix(p.ImportPath, module+"/")
		files[folder] = len(p.GoFiles)
	}
	for folder, n := range files {
		if n > maxPackageFiles && wide[folder] == "" {
			t.Errorf("%s has %d source files, over %d: split it, or give a reason in sizes_test.go", folder, n, maxPackageFiles)
		}
	}
	for folder := range wide {
		if files[folder] == 0 {
			t.Errorf("the reason for %s is about a package that doesn't exist", folder)
		}
	}
}

func TestTheSizeRulesTellGoodFilesFromBad(t *testing.T) {
	long := "package x\n\n// " + strings.Repeat("é", maxLineWidth-3) + "\n"
	field := strings.Repeat("\tA int\n", maxFields)
	body := strings.Repeat("\tf()\n", maxFuncLines-2)
	cases := []struct {
		name, text, want string
	}{
		{"a line of the greatest width", long, ""},
		{"a line one too wide", "package x\n\n// " + strings.Repeat("é", maxLineWidth-2) + "\n", "line 3"},
		{"a wide field with a tag", "package x\n\ntype T struct {\n\tA int `json:\"" + strings.Repeat("a", maxLineWidth) + "\"`\n}\n", ""},
		{"a struct of the greatest size", "package x\n\ntype T struct {\n" + field + "}\n", ""},
		{"a struct one too large", "package x\n\ntype T struct {\n" + field + "\tB int\n}\n", "type T"},
		{"a struct without a name", "package x\n\nvar t []struct {\n" + field + "\tB int\n}\n", "type without a name"},
		{"a function without a name", "package x\n\nvar f = func() {\n" + body + "\tf()\n}\n", "a function without a name"},
		{"two names on one line count twice", "package x\n\ntype T struct {\n" + field[:len(field)-7] + "\tA, B int\n}\n", "type T"},
		{"a function of the greatest length", "package x\n\nfunc f() {\n" + body + "}\n", ""},
		{"a function one too long", "package x\n\nfunc f() {\n" + body + "\tf()\n}\n", "func f"},
		{"a file one too long", "package x\n" + strings.Repeat("\n", maxFileLines), "401 lines"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := source{path: "internal/x/x.go", text: c.text, lines: strings.Split(strings.TrimSuffix(c.text, "\n"), "\n")}
			got := strings.Join(sizeComplaints(s), "\n")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("complaints are %q, want one about %q", got, c.want)
			}
		})
	}
}

// sizeComplaints names what is too large in a file.
func sizeComplaints(s source) []string {
	var out []string
	if n := len(s.lines); n > maxFileLines {
		out = append(out, fmt.Sprintf("%s has %d lines, over %d", s.path, n, maxFileLines))
	}
	for i, line := range s.lines {
		if w := utf8.RuneCountInString(line); w > maxLineWidth && !structTag.MatchString(line) {
			out = append(out, fmt.Sprintf("%s line %d has %d characters, over %d", s.path, i+1, w, maxLineWidth))
		}
	}
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, s.path, s.text, parser.SkipObjectResolution)
	if err != nil {
		return append(out, err.Error())
	}
	lines := func(n ast.Node) int { return files.Position(n.End()).Line - files.Position(n.Pos()).Line + 1 }
	named := map[*ast.StructType]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if s.isTest() {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncDecl:
			if lines(n) > maxFuncLines {
				out = append(out, fmt.Sprintf("%s: func %s has %d lines, over %d", s.path, n.Name.Name, lines(n), maxFuncLines))
			}
		case *ast.FuncLit:
			if lines(n) > maxFuncLines {
				out = append(out, fmt.Sprintf("%s: a function without a name has %d lines, over %d", s.path, lines(n), maxFuncLines))
			}
		case *ast.TypeSpec:
			if body, ok := n.Type.(*ast.StructType); ok {
				named[body] = n.Name.Name
			}
		case *ast.StructType:
			name := cmp.Or(named[n], "without a name")
			if f := fieldsOf(n); f > maxFields && large[s.folder()+"."+name] == "" {
				out = append(out, fmt.Sprintf("%s: type %s has %d fields, over %d: split it, or give a reason in sizes_test.go",
					s.path, name, f, maxFields))
			}
		}
		return true
	})
	return out
}

// fieldsOf counts a struct's fields; an embedded type is one.
func fieldsOf(s *ast.StructType) int {
	n := 0
	for _, f := range s.Fields.List {
		n += max(1, len(f.Names))
	}
	return n
}
