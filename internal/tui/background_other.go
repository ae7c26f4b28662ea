//go:build !unix

package tui

import "os"

// darkBackground can't wait for a terminal's reply here, so it doesn't ask.
func darkBackground(_, _ *os.File) (dark, asked bool) { return true, false }
