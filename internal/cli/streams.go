package cli

import (
	"io"
	"os"

	"github.com/muesli/termenv"
	"golang.org/x/term"
)

// Streams are what a command talks to. Tests give buffers; Main gives the process's own.
type Streams struct {
	In  io.Reader
	Out io.Writer // data
	Err io.Writer // messages

	InTerm, OutTerm, ErrTerm bool // each is a terminal

	// Size is the terminal's width and height in cells; 0, 0 where Out isn't a terminal.
	Size func() (width, height int)
	// Env looks up an environment variable, "" where it isn't set.
	Env func(name string) string
}

// systemStreams are the process's own.
func systemStreams() Streams {
	return Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTerm: isTerm(os.Stdin), OutTerm: isTerm(os.Stdout), ErrTerm: isTerm(os.Stderr),
		Size: func() (int, int) {
			w, h, err := term.GetSize(int(os.Stdout.Fd()))
			if err != nil {
				return 0, 0
			}
			return w, h
		},
		Env: os.Getenv,
	}
}

func isTerm(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// width is how many cells a line of text may take: the terminal's, 80 in a pipe.
func (s Streams) width() int {
	if w, _ := s.Size(); w > 0 {
		return w
	}
	return 80
}

// dumb says that the terminal knows no control sequences.
func (s Streams) dumb() bool { return s.Env("TERM") == "dumb" }

// colour says whether data may be written in colour: never into a pipe, unless the user says always.
func (s Streams) colour(flag string) bool {
	switch flag {
	case "always":
		return true
	case "never":
		return false
	}
	return s.OutTerm && !s.dumb() && s.Env("NO_COLOR") == ""
}

// profile is how many colours the terminal has, from its environment alone: nothing is asked of the terminal.
func (s Streams) profile(flag string) termenv.Profile {
	if !s.colour(flag) {
		return termenv.Ascii
	}
	env := environ{s.Env}
	p := termenv.NewOutput(s.Out, termenv.WithEnvironment(env), termenv.WithTTY(true)).EnvColorProfile()
	if p == termenv.Ascii && flag == "always" {
		return termenv.ANSI
	}
	return p
}

// environ lets termenv read the injected environment.
type environ struct{ get func(string) string }

func (e environ) Getenv(name string) string { return e.get(name) }
func (e environ) Environ() []string         { return nil }
