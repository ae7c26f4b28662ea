package command

import (
	"io"
	"os"

	"github.com/muesli/termenv"
	"golang.org/x/term"
)

// Streams are what a command reads and writes. Tests pass buffers; the program passes those of the process.
type Streams struct {
	In  io.Reader
	Out io.Writer // data
	Err io.Writer // messages

	InTerm, OutTerm, ErrTerm bool // each is a terminal

	// Size is the width and height of the terminal in cells; 0, 0 if Out isn't a terminal.
	Size func() (width, height int)
	// Env looks up an environment variable; it returns "" for one that isn't set.
	Env func(name string) string
}

// System returns the streams of the process.
func System() Streams {
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

// Width is how many cells a line of text may take: the terminal's width, or 80 in a pipe.
func (s Streams) Width() int {
	if w, _ := s.Size(); w > 0 {
		return w
	}
	return 80
}

// dumb reports that the terminal understands no control sequences.
func (s Streams) dumb() bool { return s.Env("TERM") == "dumb" }

// color says whether output may have color: never in a pipe, unless the user asks for it always.
func (s Streams) color(flag string) bool {
	switch flag {
	case "always":
		return true
	case "never":
		return false
	}
	return s.OutTerm && !s.dumb() && s.Env("NO_COLOR") == ""
}

// profile is how many colors the terminal has, judged by its environment alone: the terminal itself isn't queried.
func (s Streams) profile(flag string) termenv.Profile {
	if !s.color(flag) {
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
