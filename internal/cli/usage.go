package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// examples formats pairs of what for and a command line, the way a shell would take them.
func examples(pairs ...string) string {
	var lines []string
	for pair := range slices.Chunk(pairs, 2) {
		lines = append(lines, "  # "+pair[0], "  $ "+pair[1])
	}
	return strings.Join(lines, "\n")
}

// knownCommand is the Args of a command with subcommands: whatever word is left over was meant as one of them.
func (a *app) knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknownCommand(cmd, args[0])
}

func unknownCommand(cmd *cobra.Command, word string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	var near []string
	for _, n := range nearest(word, names) {
		near = append(near, cmd.CommandPath()+" "+n)
	}
	return misused(near, cmd.CommandPath()+" --help", "unknown command %q", word)
}

// takes is the Args of a command that takes at most most words, and at least least.
func takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) > most && most == 0:
			return misused(nil, cmd.CommandPath()+" --help", "%s takes no word, and was given %q", cmd.CommandPath(), args[0])
		case len(args) > most:
			return misused(nil, cmd.CommandPath()+" --help", "%s was given one word too many: %q", cmd.CommandPath(), args[most])
		case len(args) < least:
			return misused(nil, cmd.CommandPath()+" --help", "%s needs one word more: %s", cmd.CommandPath(), cmd.UseLine())
		}
		return nil
	}
}

// atMostOne refuses flags that contradict each other.
func atMostOne(cmd *cobra.Command, names ...string) error {
	var given []string
	for _, n := range names {
		if cmd.Flags().Changed(n) {
			given = append(given, "--"+n)
		}
	}
	if len(given) > 1 {
		return misused(nil, cmd.CommandPath()+" --help", "%s: give one of them", strings.Join(given, " and "))
	}
	return nil
}

// flagError puts what is wrong with a flag into our words. Flags are read before words are, so that a mistyped command
// with a flag that only the right one has would be blamed on the flag: the command is looked at first.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	if cmd.HasAvailableSubCommands() {
		if word, ok := leftOver(cmd, a.args); ok {
			return unknownCommand(cmd, word)
		}
	}
	help := cmd.CommandPath() + " --help"
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		said := "--" + unknown.GetSpecifiedName()
		if group := unknown.GetSpecifiedShortnames(); group != "" {
			said = "-" + group
		}
		return misused(nearFlags(cmd, strings.TrimLeft(said, "-")), help, "unknown flag %q", said)
	case errors.As(err, &missing):
		return misused(nil, help, "flag --%s needs a value", missing.GetFlag().Name)
	case errors.As(err, &invalid):
		return misused(nil, help, "flag --%s takes %s, not %q", invalid.GetFlag().Name, kindOf(invalid.GetFlag()), invalid.GetValue())
	}
	return misused(nil, help, "%w", err)
}

// leftOver is the first word of args that isn't the name of cmd or of a command above it.
func leftOver(cmd *cobra.Command, args []string) (string, bool) {
	names := strings.Fields(cmd.CommandPath())[1:]
	for _, arg := range args {
		switch {
		case strings.HasPrefix(arg, "-"):
			return "", false // what follows may be the flag's value
		case len(names) > 0 && names[0] == arg:
			names = names[1:]
		default:
			return arg, true
		}
	}
	return "", false
}

func nearFlags(cmd *cobra.Command, name string) []string {
	var names []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	slices.Sort(names)
	near := nearest(name, slices.Compact(names))
	for i := range near {
		near[i] = "--" + near[i]
	}
	return near
}

func kindOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "int64":
		return "a whole number"
	case "bool":
		return "true or false"
	}
	return fmt.Sprintf("a %s", f.Value.Type())
}
