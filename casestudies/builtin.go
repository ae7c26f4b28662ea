package casestudies

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"dryrun/internal/safetext"
)

// files holds the built-in cases and the schema: the folder's .yaml and .json files.
//
//go:embed *.[jy]*
var files embed.FS

// builtinPrefix starts the source name of a built-in case.
const builtinPrefix = "builtin:"

// ids returns the ids of the built-in cases, sorted, without parsing them: a built-in case's file is named after its id.
func ids() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if path.Ext(e.Name()) == ".yaml" {
			out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
		}
	}
	slices.Sort(out)
	return out
}

// Builtin returns the built-in cases, sorted by id. It parses all of them; Find parses one.
func Builtin() ([]*Case, error) {
	var cases []*Case
	for _, id := range ids() {
		c, err := builtin(id)
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// Find returns the built-in case with the id.
func Find(id string) (*Case, error) {
	if !slices.Contains(ids(), id) {
		return nil, fmt.Errorf("finding the built-in case %q: the ids are %s", short(id), strings.Join(ids(), ", "))
	}
	return builtin(id)
}

// Schema returns the JSON Schema of the format, for editors. It is generated from the types and committed.
func Schema() []byte {
	text, err := files.ReadFile("schema.json")
	if err != nil {
		return nil
	}
	return text
}

func builtin(id string) (*Case, error) {
	text, err := files.ReadFile(id + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("reading the built-in case %s: %w", safetext.Line(id), err)
	}
	c, findings := Load(builtinPrefix+id, bytes.NewReader(text))
	if c == nil {
		var errs []error
		for _, f := range findings {
			errs = append(errs, errors.New(f.String()))
		}
		return nil, fmt.Errorf("loading the built-in case %s: %w", safetext.Line(id), errors.Join(errs...))
	}
	return c, nil
}
