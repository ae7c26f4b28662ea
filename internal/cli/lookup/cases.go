// Package lookup finds what a word on the command line names: a case by its id, a prefix of it or a file, or a step by its
// id, a prefix of it or its number. A word that names nothing becomes an error with the words that may have been meant.
package lookup

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dryrun/casestudies"
	"dryrun/internal/cli/command"
)

// FirstCase is the case offered to somebody new.
const FirstCase = "visual-search"

// Cases are the built-in cases, FirstCase first.
func Cases() ([]*casestudies.Case, error) {
	all, err := casestudies.Builtin()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b *casestudies.Case) int {
		switch FirstCase {
		case a.ID:
			return -1
		case b.ID:
			return 1
		}
		return 0
	})
	return all, nil
}

// IsPath reports whether a CASE names a file: it has a path separator or the extension of YAML.
func IsPath(word string) bool {
	ext := filepath.Ext(word)
	return ext == ".yaml" || ext == ".yml" || strings.ContainsRune(word, os.PathSeparator) || strings.Contains(word, "/")
}

// Case returns the case that word names: an id, a prefix that only one id has, or a YAML file.
func Case(word string) (*casestudies.Case, error) {
	if IsPath(word) {
		c, findings, err := Load(word)
		if err != nil {
			return nil, err
		}
		if Errors(findings) != nil {
			return nil, brokenCase(word, findings)
		}
		return c, nil
	}
	all, err := casestudies.Builtin()
	if err != nil {
		return nil, err
	}
	id, err := command.FindWord("case", word, CaseIDs(all), "dryrun cases")
	if err != nil {
		return nil, err
	}
	return all[slices.IndexFunc(all, func(c *casestudies.Case) bool { return c.ID == id })], nil
}

// Load reads a case file; the case is nil if the findings hold errors.
func Load(path string) (*casestudies.Case, []casestudies.Finding, error) {
	c, findings, err := casestudies.LoadFile(path)
	if err != nil {
		return nil, nil, command.Misuse(nearFiles(path), "dryrun cases", "can't read the case file %q: %w", path, command.RootCause(err))
	}
	return c, findings, nil
}

// brokenCase returns an error with the first problem of a file, and how to see the rest.
func brokenCase(path string, findings []casestudies.Finding) error {
	var wrong []casestudies.Finding
	for _, f := range findings {
		if !f.Warning {
			wrong = append(wrong, f)
		}
	}
	text := wrong[0].String()
	if more := len(wrong) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return &command.Failure{Text: text, Next: "dryrun cases lint " + path}
}

// nearFiles lists the YAML files in the folder of path that may have been meant.
func nearFiles(path string) []string {
	dir, name := filepath.Split(path)
	files, err := os.ReadDir(filepath.Clean("./" + dir))
	if filepath.IsAbs(dir) {
		files, err = os.ReadDir(dir)
	}
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range files {
		if ext := filepath.Ext(f.Name()); ext == ".yaml" || ext == ".yml" {
			names = append(names, f.Name())
		}
	}
	near := command.Nearest(name, names)
	for i := range near {
		near[i] = dir + near[i]
	}
	return near
}

// CaseIDs lists the ids of cases.
func CaseIDs(cases []*casestudies.Case) []string {
	var out []string
	for _, c := range cases {
		out = append(out, c.ID)
	}
	return out
}

// CompleteCase completes the first argument of a command with case ids or a file.
func CompleteCase(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, err := casestudies.Builtin()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return CaseIDs(all), cobra.ShellCompDirectiveDefault
}

// Errors returns command.ErrFindings if one of the findings is an error and not a warning.
func Errors(findings []casestudies.Finding) error {
	for _, f := range findings {
		if !f.Warning {
			return command.ErrFindings
		}
	}
	return nil
}
