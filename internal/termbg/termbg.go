// Package termbg tells lipgloss that the background is dark before anything can ask the terminal. It is imported for that
// effect alone, by main.
//
// Why: bubbletea v1 asks for the background colour in an init of its own, through lipgloss's default renderer. A terminal
// that never answers costs five seconds at every start, of `dryrun version` too; tmux and CI hide it. Once the answer is
// set, nobody asks. The real background is found later, once, and only for a screen on an interactive terminal.
//
// The order matters: of the packages that are ready, Go initialises the one whose import path sorts first. This package imports
// lipgloss and nothing else, so it is ready as soon as bubbletea is, and "dryrun/internal/termbg" sorts before
// "github.com/charmbracelet/bubbletea". Whoever renames the module, or adds an import here, must keep it so.
package termbg

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
