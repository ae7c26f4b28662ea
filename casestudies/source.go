package casestudies

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dryrun/internal/safetext"
)

// Source is the file that a case was loaded from: its name, its text, and the position of every field.
type Source struct {
	Name string // as the user gave it; "builtin:visual-search" for a built-in case
	Dir  string // folder that the demo's data path is relative to; "" for built-in cases
	YAML []byte
	Hash string // sha256 of YAML, hex
	at   map[string]Position
}

// Position is a line and a column of the file, counted from 1.
type Position struct{ Line, Column int }

// Finding is one error or warning about a case.
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

// SortFindings sorts findings by position.
func SortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
	})
}

// HasErrors reports whether any finding is an error.
func HasErrors(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return !f.Warning })
}

// Source returns where the case came from, nil for a case that wasn't loaded.
func (c *Case) Source() *Source { return c.source }

// At returns the position of a field such as "steps.model.criteria[2].evidence", or of the innermost enclosing field that the
// file has, or the file's first line.
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

// Finding returns an error about a field of the case, at the field's position.
func (c *Case) Finding(field, format string, args ...any) Finding {
	p := c.At(field)
	f := Finding{Line: p.Line, Column: p.Column, Field: field, Message: fmt.Sprintf(format, args...)}
	if c.source != nil {
		f.File = c.source.Name
	}
	return f
}

// Warning is Finding for something that an author should look at and may keep.
func (c *Case) Warning(field, format string, args ...any) Finding {
	f := c.Finding(field, format, args...)
	f.Warning = true
	return f
}
