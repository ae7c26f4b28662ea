package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dryrun/casestudies"
)

// findWord returns the one of words that word is or, alone among them, begins with.
func findWord(what, word string, words []string, next string) (string, error) {
	if slices.Contains(words, word) {
		return word, nil
	}
	var begin []string
	for _, w := range words {
		if word != "" && strings.HasPrefix(w, word) {
			begin = append(begin, w)
		}
	}
	switch len(begin) {
	case 1:
		return begin[0], nil
	case 0:
		return "", misused(nearest(word, words), next, "unknown %s %q", what, word)
	}
	return "", misused(begin, next, "%s %q could be several", what, word)
}

// isPath says that a CASE is meant as a file: it has a separator or the ending of YAML.
func isPath(word string) bool {
	ext := filepath.Ext(word)
	return ext == ".yaml" || ext == ".yml" || strings.ContainsRune(word, os.PathSeparator) || strings.Contains(word, "/")
}

// findCase returns the case that word names: an id, a beginning of an id that no other case has, or a YAML file.
func findCase(word string) (*casestudies.Case, error) {
	if isPath(word) {
		c, findings, err := loadCase(word)
		if err != nil {
			return nil, err
		}
		if noFindings(findings) != nil {
			return nil, brokenCase(word, findings)
		}
		return c, nil
	}
	all, err := casestudies.Builtin()
	if err != nil {
		return nil, err
	}
	id, err := findWord("case", word, ids(all), "dryrun cases")
	if err != nil {
		return nil, err
	}
	return all[slices.IndexFunc(all, func(c *casestudies.Case) bool { return c.ID == id })], nil
}

// loadCase reads a case file; c is nil where the findings hold errors.
func loadCase(path string) (*casestudies.Case, []casestudies.Finding, error) {
	c, findings, err := casestudies.LoadFile(path)
	if err != nil {
		return nil, nil, misused(nearFiles(path), "dryrun cases", "can't read the case file %q: %w", path, rootCause(err))
	}
	return c, findings, nil
}

// brokenCase says the first thing that is wrong with a file, and how to see the rest.
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
	return &failure{Text: text, Next: "dryrun cases lint " + path}
}

// nearFiles are YAML files beside path whose names it may have meant.
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
	near := nearest(name, names)
	for i := range near {
		near[i] = dir + near[i]
	}
	return near
}

func ids(cases []*casestudies.Case) []string {
	var out []string
	for _, c := range cases {
		out = append(out, c.ID)
	}
	return out
}

// completeWith completes a command's first word from words.
func completeWith(words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeCase completes a command's first word with case ids; a file is a case too.
func completeCase(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, err := casestudies.Builtin()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return ids(all), cobra.ShellCompDirectiveDefault
}
