// Package termbg sets lipgloss's background to dark before any package can query the terminal. It takes nothing and exports
// nothing: main imports it for the side effect of its init.
//
// bubbletea v1 queries the background color in an init of its own, through lipgloss's default renderer. A terminal that
// never answers costs five seconds at every start, even of `dryrun version`; tmux and CI hide this. Once the background is
// set, lipgloss doesn't query. The real background is detected later, once, and only for a screen on an interactive terminal.
//
// The order of initialization matters: of the packages whose imports are initialized, Go takes the one whose import path
// sorts first. This package imports only lipgloss, so it is ready no later than bubbletea, and "dryrun/internal/termbg" sorts
// before "github.com/charmbracelet/bubbletea". Keep both true when you rename the module or add an import here.
package termbg

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
