package draw

import (
	"strings"

	"dryrun/internal/report"
)

// Summary draws a result's blocks compactly: a note's title is on the first line of its text, and only tables and pictures
// have blank lines around them.
func Summary(blocks []report.Block, o Options) string {
	return layout(blocks, func(b report.Block) string {
		if b.Kind != report.Note {
			return Block(b, o)
		}
		title := titlePrefix(b)
		lines := prose(title+paragraphs(b.Text), max(o.width(), narrowest))
		if len(lines) > 0 && title != "" && strings.HasPrefix(lines[0], strings.TrimRight(title, " ")) {
			cut := len(strings.TrimRight(title, " "))
			lines[0] = o.Theme.Title.Render(lines[0][:cut]) + lines[0][cut:]
		}
		return clamp(strings.Join(lines, "\n"), o.width())
	}, "\n")
}

// SummaryPlain is Summary for plain mode.
func SummaryPlain(blocks []report.Block, w int) string {
	return layout(blocks, func(b report.Block) string {
		if b.Kind != report.Note {
			return BlockPlain(b, w)
		}
		return strings.Join(wrap(titlePrefix(b)+paragraphs(b.Text), plainWidth(w)), "\n")
	}, "")
}

// titlePrefix is a note's title as the beginning of its first line.
func titlePrefix(b report.Block) string {
	if b.Title == "" {
		return ""
	}
	return titleOf(b) + ": "
}

// layout joins what each block is drawn as, with a gap where a table or pictures meet anything else.
func layout(blocks []report.Block, each func(report.Block) string, gap string) string {
	var out strings.Builder
	for i, b := range blocks {
		if i > 0 {
			out.WriteString("\n")
			if b.Kind != report.Note || blocks[i-1].Kind != report.Note {
				out.WriteString(gap)
			}
		}
		out.WriteString(each(b))
	}
	return out.String()
}
