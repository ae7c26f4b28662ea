package tui

import (
	"regexp"

	tea "github.com/charmbracelet/bubbletea"
)

// dropLateReply returns a filter that swallows a reply to OSC 11 that comes after the wait. bubbletea reads it as keys:
// alt+], the color as text, and alt+\ or ctrl+g. Only a reply's own characters are swallowed.
func dropLateReply() func(tea.Model, tea.Msg) tea.Msg {
	inside := false
	return func(_ tea.Model, msg tea.Msg) tea.Msg {
		k, ok := msg.(tea.KeyMsg)
		if !ok {
			return msg
		}
		switch s := k.String(); {
		case s == "alt+]":
			inside = true
			return nil
		case inside && (s == `alt+\` || s == "ctrl+g"):
			inside = false
			return nil
		case inside && k.Type == tea.KeyRunes && replyText.MatchString(string(k.Runes)):
			return nil
		}
		inside = false
		return msg
	}
}

var replyText = regexp.MustCompile(`^[0-9a-fA-F;:/rgb]+$`)
