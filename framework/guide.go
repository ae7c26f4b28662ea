package framework

import (
	"embed"
	"strings"
)

//go:embed guides/*.md
var guides embed.FS

// Guide returns a step's guide as Markdown: its purpose, how to spend its minutes, the deep dive, numbers to know, green and
// red flags, and what each level adds. It is "" for an unknown step.
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
