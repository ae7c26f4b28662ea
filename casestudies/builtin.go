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

// The pattern is the folder's .yaml and .json files: the built-in cases, and the schema.
//
//go:embed *.[jy]*
var files embed.FS

// builtinPrefix marks the source of a built-in case.
const builtinPrefix = "builtin:"

// IDs returns the ids of the built-in cases, sorted. Nothing is parsed for it: a built-in case's file is named for its id.
func IDs() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil
	}
	var ids []string
	for _, e := range entries {
		if path.Ext(e.Name()) == ".yaml" {
			ids = append(ids, strings.TrimSuffix(e.Name(), ".yaml"))
		}
	}
	slices.Sort(ids)
	return ids
}

// Builtin returns the built-in cases by id. It parses all of them; Find parses one.
func Builtin() ([]*Case, error) {
	var cases []*Case
	for _, id := range IDs() {
		c, err := builtin(id)
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// Find returns the built-in case called id, or the one whose id begins with it. Otherwise the error is an *UnknownCaseError.
func Find(id string) (*Case, error) {
	known := IDs()
	if slices.Contains(known, id) {
		return builtin(id)
	}
	var begin []string
	for _, k := range known {
		if id != "" && strings.HasPrefix(k, id) {
			begin = append(begin, k)
		}
	}
	if len(begin) == 1 {
		return builtin(begin[0])
	}
	return nil, &UnknownCaseError{ID: id, Begin: begin, Known: known}
}

// UnknownCaseError says that no case has the id, or that several begin with it.
type UnknownCaseError struct {
	ID    string
	Begin []string // the cases that begin with ID, where it isn't enough to choose
	Known []string // every id there is
}

func (e *UnknownCaseError) Error() string {
	id := short(e.ID)
	if len(e.Begin) > 0 {
		return fmt.Sprintf("finding the case %q: it could be %s", id, strings.Join(e.Begin, " or "))
	}
	if near := e.Near(); near != "" {
		return fmt.Sprintf("finding the case %q: there is none; did you mean %q", id, near)
	}
	return fmt.Sprintf("finding the case %q: there is none; dryrun cases lists them", id)
}

// Near returns the id that was most likely meant, or "".
func (e *UnknownCaseError) Near() string { return nearest(e.ID, e.Known) }

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
