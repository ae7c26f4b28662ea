package casestudies

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dryrun/internal/safetext"
)

// Source is where a case came from: the file's name, its text, and the place of every field.
type Source struct {
	Name string // as the user named it; "builtin:visual-search" for a built-in case
	Dir  string // folder that the demo's data path is relative to; "" for built-in cases
	YAML []byte
	Hash string // sha256 of YAML, hex
	at   map[string]Position
}

// Position is a place in the file; both count from 1.
type Position struct{ Line, Column int }

// Finding is one thing that lint says: an error, or a warning.
type Finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Field   string `json:"field"` // "steps.model.criteria[2].evidence"; "" for the whole file
	Warning bool   `json:"warning,omitempty"`
	Message string `json:"message"`
}

// String writes the finding on one line, as compilers do, safe to print.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", f.File, f.Line, f.Column)
	if f.Warning {
		b.WriteString("warning: ")
	}
	if f.Field != "" {
		b.WriteString(f.Field + ": ")
	}
	b.WriteString(f.Message)
	return safetext.Line(b.String())
}

// SortFindings puts findings in the order of the file.
func SortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
	})
}

// HasErrors says whether any finding is more than a warning.
func HasErrors(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return !f.Warning })
}

// Source returns where the case came from, nil for a case that wasn't loaded.
func (c *Case) Source() *Source { return c.source }

// At returns the place of a field such as "steps.model.criteria[2].evidence", or of the nearest one around it that the
// file has; the file's first line where there is none.
func (c *Case) At(field string) Position {
	if c.source != nil {
		for {
			if p, ok := c.source.at[field]; ok {
				return p
			}
			cut := strings.LastIndexAny(field, ".[")
			if cut < 0 {
				break
			}
			field = field[:cut]
		}
	}
	return Position{1, 1}
}

// Finding makes a finding about a field of the case, at its place.
func (c *Case) Finding(field, format string, args ...any) Finding {
	p := c.At(field)
	f := Finding{Line: p.Line, Column: p.Column, Field: field, Message: fmt.Sprintf(format, args...)}
	if c.source != nil {
		f.File = c.source.Name
	}
	return f
}

// Warning is Finding for what an author should look at and may keep.
func (c *Case) Warning(field, format string, args ...any) Finding {
	f := c.Finding(field, format, args...)
	f.Warning = true
	return f
}
