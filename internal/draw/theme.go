package draw

import (
	"fmt"
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// Themes lists the names that NewTheme takes; "auto" is light or dark by the background.
func Themes() []string { return []string{"auto", "light", "dark", "contrast", "none"} }

// Theme has a field for each style that the screens and drawings use. It carries its own renderer, because lipgloss's default one
// is global and two sessions of one process may have different terminals. The zero Theme draws plain text.
type Theme struct {
	Name  string
	Dark  bool
	Color bool // colors may be used; false also turns pictures into shades of characters

	Title    lipgloss.Style // of a pane or block
	Strong   lipgloss.Style
	Faint    lipgloss.Style // secondary text
	Accent   lipgloss.Style // where the candidate is, keys
	Good     lipgloss.Style // always beside a mark or a word
	Warn     lipgloss.Style
	Bad      lipgloss.Style
	Border   lipgloss.Style
	Selected lipgloss.Style // the line under the cursor, which also has a mark
	Cursor   lipgloss.Style // the text cursor; the widget reverses it
	series   []lipgloss.Style

	colors  palette
	profile termenv.Profile
}

// palette holds a theme's colors as hex; "" is the terminal's own.
type palette struct {
	title, faint, accent, good, warn, bad, border string
	series                                        []string
}

// colorsOf returns the theme's palette. Each color keeps at least 4.5:1 contrast to the usual backgrounds of its theme,
// #1e1e1e and #ffffff.
func colorsOf(name string, dark bool) palette {
	switch {
	case name == "contrast" && dark:
		return palette{
			title: "#ffffff", accent: "#00ffff", good: "#00ff00", warn: "#ffff00", bad: "#ff9090",
			series: []string{"#00ffff", "#ffff00", "#00ff00", "#ff90ff", "#ff9090", "#ffffff"},
		}
	case name == "contrast":
		return palette{
			title: "#000000", accent: "#0000b0", good: "#004d00", warn: "#5a3600", bad: "#8f0000",
			series: []string{"#0000b0", "#8f0000", "#004d00", "#5a0080", "#5a3600", "#000000"},
		}
	case name == "dark":
		return palette{
			title: "#79c0ff", faint: "#9aa4b2", accent: "#79c0ff", good: "#7ee787", warn: "#e3b341", bad: "#ff8e86", border: "#6e7681",
			series: []string{"#79c0ff", "#f0a35e", "#8ddb8c", "#d2a8ff", "#ff938a", "#e3d26f"},
		}
	case name == "light":
		return palette{
			title: "#0550ae", faint: "#57606a", accent: "#0550ae", good: "#116329", warn: "#7d4e00", bad: "#a40e26", border: "#8c959f",
			series: []string{"#0550ae", "#953800", "#116329", "#6639ba", "#a40e26", "#5c5300"},
		}
	}
	return palette{} // none
}

// NewTheme returns the theme called name for a terminal of the profile whose background is dark or not. Profile Ascii
// writes no control sequence at all; theme "none" on another profile writes bold and reverse, and no color.
func NewTheme(name string, dark bool, profile termenv.Profile) (Theme, error) {
	switch name {
	case "auto", "":
		if name = "light"; dark {
			name = "dark"
		}
	case "light":
		dark = false
	case "dark":
		dark = true
	case "contrast", "none":
	default:
		return Theme{}, fmt.Errorf("unknown theme %q: choose auto, light, dark, contrast or none", clean(name))
	}
	p := colorsOf(name, dark)
	// The renderer never looks at its writer: profile and background are given, so it never queries the terminal.
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(profile))
	r.SetColorProfile(profile)
	r.SetHasDarkBackground(dark)
	fg := func(c string) lipgloss.Style {
		s := r.NewStyle()
		if c != "" {
			s = s.Foreground(lipgloss.Color(c))
		}
		return s
	}
	t := Theme{
		Name: name, Dark: dark, Color: name != "none" && profile != termenv.Ascii, colors: p, profile: profile,
		Title: fg(p.title).Bold(true), Strong: r.NewStyle().Bold(true), Faint: fg(p.faint), Accent: fg(p.accent).Bold(true),
		Good: fg(p.good), Warn: fg(p.warn), Bad: fg(p.bad).Bold(true), Border: fg(p.border), Cursor: fg(p.accent),
	}
	t.Selected = fg(p.accent).Bold(true)
	if name == "none" {
		t.Selected = t.Selected.Reverse(true)
	}
	for _, c := range p.series {
		t.series = append(t.series, fg(c))
	}
	return t, nil
}

// seriesStyle is the style of series i; charts also give each series a marker of its own.
func (t Theme) seriesStyle(i int) lipgloss.Style {
	if len(t.series) == 0 {
		return t.Strong.Bold(false)
	}
	return t.series[i%len(t.series)]
}

// Plain is a style without any attribute on the theme's own renderer, for widgets that would otherwise use the global one.
func (t Theme) Plain() lipgloss.Style { return t.Strong.Bold(false) }

// style renders each line by itself, so that cutting or padding a line never loses the end of a style.
func style(s lipgloss.Style, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = s.Render(l)
	}
	return out
}
