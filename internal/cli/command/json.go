package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// Exporter is the --json flag of a command, and writes the document that the flag asks for. A command with such a flag
// embeds an Exporter in its options.
type Exporter struct {
	JSON bool
}

// AddJSONFlag gives cmd the flag; usage says what it prints.
func (e *Exporter) AddJSONFlag(cmd *cobra.Command, usage string) {
	cmd.Flags().BoolVar(&e.JSON, "json", false, usage)
}

// Export writes v as indented JSON. The encoder escapes control characters below U+0020; Export also escapes the others that
// a terminal may act on, so it is safe to print text that somebody else wrote.
func (Exporter) Export(io *IO, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err := io.Out.Write(escapeControls(b.Bytes()))
	return err
}

// escapeControls writes DEL, C1 and bidirectional controls in JSON text as \uXXXX; they occur only inside strings.
func escapeControls(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}
