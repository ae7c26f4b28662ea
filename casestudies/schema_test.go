package casestudies

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

var update = flag.Bool("update", false, "write schema.json anew from the Go types")

// scalar is a setting: text, or a number or truth value as written.
func scalar() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
}

// mapped gives the schema of the types whose form in YAML isn't the one that reflection sees.
func mapped(t reflect.Type) *jsonschema.Schema {
	one := uint64(1)
	switch t {
	case reflect.TypeFor[Span]():
		return &jsonschema.Schema{
			Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`, Description: "A length of time: 100ms, 1.5s, 2h.",
		}
	case reflect.TypeFor[Options]():
		two, four := uint64(2), uint64(4)
		return &jsonschema.Schema{
			Type: "object", MinProperties: &two, MaxProperties: &four,
			PropertyNames:        &jsonschema.Schema{Pattern: knobValue.String()},
			AdditionalProperties: &jsonschema.Schema{Enum: []any{string(Best), string(OK), string(Poor)}},
			Description:          "The choices, in the order that a candidate sees; exactly one is best and at least one poor.",
		}
	case reflect.TypeFor[map[string]string]():
		return &jsonschema.Schema{Type: "object", PropertyNames: &jsonschema.Schema{Pattern: slug.String()}, AdditionalProperties: scalar()}
	case reflect.TypeFor[map[string]map[string]string]():
		return &jsonschema.Schema{
			Type: "object", PropertyNames: &jsonschema.Schema{Pattern: knobValue.String()},
			AdditionalProperties: mapped(reflect.TypeFor[map[string]string]()),
		}
	case reflect.TypeFor[map[string]float64]():
		return &jsonschema.Schema{
			Type: "object", PropertyNames: &jsonschema.Schema{Pattern: numberName.String()},
			AdditionalProperties: &jsonschema.Schema{Type: "number"},
		}
	case reflect.TypeFor[[]string]():
		return &jsonschema.Schema{Type: "array", Items: scalar()}
	case reflect.TypeFor[[][]string]():
		return &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "array", MinItems: &one, Items: scalar()}}
	}
	return nil
}

func generate(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{Anonymous: true, Mapper: mapped}
	for pkg, dir := range map[string]string{"dryrun/casestudies": ".", "dryrun/framework": "../framework"} {
		if err := r.AddGoComments(pkg, dir); err != nil {
			t.Fatal(err)
		}
	}
	s := r.Reflect(&Case{})
	s.Title = "A dryrun case"
	demo := s.Definitions["Demo"]
	demo.AdditionalProperties, demo.PropertyNames = scalar(), &jsonschema.Schema{Pattern: slug.String()}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func TestTheSchemaMatchesTheTypes(t *testing.T) {
	want := generate(t)
	if *update {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(Schema(), want) {
		t.Error("schema.json has drifted from the types: go test ./casestudies -run TestTheSchema -update")
	}
}

func schema(t *testing.T) *validator.Schema {
	t.Helper()
	doc, err := validator.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("case.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("case.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads YAML the way an editor with the schema does.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var convert func(n *yaml.Node) any
	convert = func(n *yaml.Node) any {
		switch n.Kind {
		case yaml.MappingNode:
			m := map[string]any{}
			for i := 0; i < len(n.Content); i += 2 {
				m[n.Content[i].Value] = convert(n.Content[i+1])
			}
			return m
		case yaml.SequenceNode:
			list := make([]any, len(n.Content))
			for i, item := range n.Content {
				list[i] = convert(item)
			}
			return list
		}
		var v any
		if err := n.Decode(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	return convert(doc.Content[0])
}

func TestBuiltInCasesFollowTheSchema(t *testing.T) {
	s := schema(t)
	cases, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if err := s.Validate(asJSON(t, c.Source().YAML)); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
	}
}

func TestTheSchemaRefusesWhatTheLoaderRefuses(t *testing.T) {
	s := schema(t)
	if err := s.Validate(asJSON(t, []byte(valid()))); err != nil {
		t.Fatalf("the test's own case: %v", err)
	}
	for name, edit := range map[string][2]string{
		"an unknown key":        {"title: T", "title: T\ntitel: T"},
		"a missing key":         {"title: T\n", ""},
		"an unknown difficulty": {"difficulty: core", "difficulty: medium"},
		"a weight of six":       {"weight: 2", "weight: 6"},
		"an odd id":             {"id: c1\n", "id: C 1\n"},
		"a span without unit":   {"p99: 100ms", "p99: 100"},
		"no such verdict":       {"a: best", "a: great"},
		"a list as a knob":      {"engine: hnsw", "engine: [hnsw]"},
	} {
		text := strings.Replace(valid(), edit[0], edit[1], 1)
		if text == valid() {
			t.Fatalf("%s: the edit changes nothing", name)
		}
		if s.Validate(asJSON(t, []byte(text))) == nil {
			t.Errorf("the schema passes %s", name)
		}
		if c, _ := Load("x.yaml", strings.NewReader(text)); c != nil {
			t.Errorf("the loader passes %s", name)
		}
	}
}
