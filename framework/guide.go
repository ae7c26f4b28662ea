package framework

import (
	"embed"
	"strings"
)

//go:embed guides/*.md
var guides embed.FS

// Guide returns a step's guide as Markdown: what it is for, how its minutes are spent well, and the green and red flags. It
// is "" for an unknown step.
func Guide(id StepID) string {
	if _, ok := StepByID(id); !ok {
		return ""
	}
	text, err := guides.ReadFile("guides/" + string(id) + ".md")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text)) + "\n"
}
