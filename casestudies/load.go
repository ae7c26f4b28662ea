package casestudies

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"dryrun/internal/safetext"
)

// Limits of a file. A real case has about 100 KB, 3,000 nodes and a depth of 8.
const (
	MaxBytes = 1 << 20
	maxNodes = 50_000
	maxDepth = 16
	maxFound = 200 // findings; a file with more of them isn't a case
)

// Load reads one case strictly and returns all errors at once, in file order. The case is nil if a finding is an error. Load
// checks the format; Lint checks the structure.
func Load(name string, r io.Reader) (*Case, []Finding) {
	text, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	l := &loader{file: name, at: map[string]Position{}, format: format{}}
	switch {
	case err != nil:
		l.add(Position{1, 1}, "", "reading the file failed: %v", err)
	case len(text) > MaxBytes:
		l.add(Position{1, 1}, "", "the file is larger than 1 MiB, the most a case may have")
	default:
		if c := l.load(text); c != nil && !HasErrors(l.findings) {
			sum := sha256.Sum256(text)
			c.source = &Source{Name: name, YAML: text, Hash: hex.EncodeToString(sum[:]), at: l.at}
			SortFindings(l.findings)
			return c, l.findings
		}
	}
	SortFindings(l.findings)
	return nil, l.findings
}

// LoadFile reads the case at path. The error says that the file can't be read; findings say what is wrong in it.
func LoadFile(path string) (*Case, []Finding, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the case: %w", err)
	}
	if info.IsDir() {
		return nil, nil, fmt.Errorf("opening the case %s: it is a folder: name a YAML file in it", safetext.Line(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the case: %w", err)
	}
	defer f.Close()
	c, findings := Load(path, f)
	if c != nil {
		c.source.Dir = filepath.Dir(path)
	}
	return c, findings, nil
}

// loader reads one file. It continues after a finding, so that an author sees all of them at once.
type loader struct {
	file     string
	findings []Finding
	at       map[string]Position
	nodes    int
	format   format
}

func (l *loader) add(p Position, field, format string, args ...any) {
	if len(l.findings) >= maxFound {
		return
	}
	l.findings = append(l.findings, Finding{
		File: l.file, Line: max(p.Line, 1), Column: max(p.Column, 1), Field: field,
		Message: safetext.Line(fmt.Sprintf(format, args...)),
	})
}

func (l *loader) load(text []byte) *Case {
	if !l.checkRaw(text) {
		return nil
	}
	root := l.parse(text)
	if root == nil {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		l.add(pos(root), "", "a case is a mapping of keys such as version, id and title, not %s", kindOf(root))
		return nil
	}
	if v := newerVersion(root); v != nil {
		l.add(pos(v), "version", "version %s is newer than this dryrun knows, which is 1: update dryrun", v.Value)
		return nil
	}
	if !l.walk(root, "", 1) {
		return nil
	}
	c := &Case{}
	l.decodeCase(root, c)
	return c
}

// checkRaw checks that the file is plain text before it is parsed: the parser gives no position for control characters, and
// accepts those that change the direction of text.
func (l *loader) checkRaw(text []byte) bool {
	before := len(l.findings)
	for i, line := range bytes.Split(text, []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		if !utf8.Valid(line) {
			valid := len(bytes.ToValidUTF8(line, nil))
			l.add(Position{i + 1, 1}, "", "the line isn't valid UTF-8 (%d of its %d bytes are): save the file as UTF-8", valid, len(line))
			continue
		}
		if at := safetext.IndexUnsafe(string(line)); at >= 0 {
			r, _ := utf8.DecodeRune(line[at:])
			l.add(Position{i + 1, utf8.RuneCount(line[:at]) + 1}, "", "the file holds U+%04X, which isn't allowed in a case: delete it", r)
		}
	}
	return len(l.findings) == before
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// parse returns the root of the only document, or nil with a finding.
func (l *loader) parse(text []byte) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	err := dec.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0:
		l.add(Position{1, 1}, "", "the file is empty: a case starts with version: 1")
		return nil
	case err != nil:
		l.addYAMLError(err)
		return nil
	}
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		l.addYAMLError(err)
		return nil
	default:
		l.add(pos(&second), "", "a second document starts here: a file holds one case")
		return nil
	}
	return doc.Content[0]
}

// addYAMLError adds yaml.v3's error, which has at most a line number.
func (l *loader) addYAMLError(err error) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	p := Position{1, 1}
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			p.Line = n
		}
		message = strings.TrimPrefix(message, m[0])
	}
	if message == "found character that cannot start any token" { // nearly always a tab, otherwise ` or @
		message += "; YAML is indented with spaces, never with tabs"
	}
	l.add(p, "", "not YAML: %s", message)
}

// newerVersion returns the value of version if it is newer than this program knows, or nil.
func newerVersion(root *yaml.Node) *yaml.Node {
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "version" {
			continue
		}
		if n, err := strconv.Atoi(root.Content[i+1].Value); err == nil && n > 1 {
			return root.Content[i+1]
		}
	}
	return nil
}

func pos(n *yaml.Node) Position { return Position{n.Line, n.Column} }

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}
