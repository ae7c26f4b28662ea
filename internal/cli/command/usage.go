package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Examples formats pairs of a purpose and a command line the way a shell would take them.
func Examples(pairs ...string) string {
	var lines []string
	for pair := range slices.Chunk(pairs, 2) {
		lines = append(lines, "  # "+pair[0], "  $ "+pair[1])
	}
	return strings.Join(lines, "\n")
}

// KnownCommand is the Args of a command with subcommands: an argument that is left over was meant as one of them.
func KnownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return UnknownCommand(cmd, args[0])
}

// UnknownCommand returns the error for a word that names no command below cmd.
func UnknownCommand(cmd *cobra.Command, word string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	var near []string
	for _, n := range Nearest(word, names) {
		near = append(near, cmd.CommandPath()+" "+n)
	}
	return Misuse(near, cmd.CommandPath()+" --help", "unknown command %q", word)
}

// Takes is the Args of a command that takes between least and most arguments.
func Takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) > most && most == 0:
			return Misuse(nil, cmd.CommandPath()+" --help", "%s takes no argument, but got %q", cmd.CommandPath(), args[0])
		case len(args) > most:
			return Misuse(nil, cmd.CommandPath()+" --help", "%s got one argument too many: %q", cmd.CommandPath(), args[most])
		case len(args) < least:
			return Misuse(nil, cmd.CommandPath()+" --help", "%s needs one more argument: %s", cmd.CommandPath(), cmd.UseLine())
		}
		return nil
	}
}

// AtMostOne refuses flags that contradict each other.
func AtMostOne(cmd *cobra.Command, names ...string) error {
	var given []string
	for _, n := range names {
		if cmd.Flags().Changed(n) {
			given = append(given, "--"+n)
		}
	}
	if len(given) > 1 {
		return Misuse(nil, cmd.CommandPath()+" --help", "%s: use only one of them", strings.Join(given, " and "))
	}
	return nil
}

// FlagError explains what is wrong with a flag. Cobra parses flags before it looks at arguments, so a mistyped command with
// a flag that only the right command has would be blamed on the flag: FlagError looks for a wrong command first. args is the
// whole command line.
func FlagError(args []string, cmd *cobra.Command, err error) error {
	if cmd.HasAvailableSubCommands() {
		if word, ok := leftOver(cmd, args); ok {
			return UnknownCommand(cmd, word)
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
		return Misuse(nearFlags(cmd, strings.TrimLeft(said, "-")), help, "unknown flag %q", said)
	case errors.As(err, &missing):
		return Misuse(nil, help, "flag --%s needs a value", missing.GetFlag().Name)
	case errors.As(err, &invalid):
		return Misuse(nil, help, "flag --%s takes %s, not %q", invalid.GetFlag().Name, kindOf(invalid.GetFlag()), invalid.GetValue())
	}
	return Misuse(nil, help, "%w", err)
}

// leftOver is the first word of args that names neither cmd nor a command above it.
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
	near := Nearest(name, slices.Compact(names))
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
