package casestudies

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"dryrun/internal/safetext"
)

// walk checks what must hold for every node and records the position of each field: no anchors, aliases, merge keys or tags, no
// repeated key, no text that a terminal obeys, and no more depth and nodes than the limits. Aliases aren't followed. It returns
// false where a limit is exceeded.
func (l *loader) walk(n *yaml.Node, field string, depth int) bool {
	if l.nodes++; l.nodes > maxNodes {
		l.add(pos(n), field, "the file has more than %d values, the most a case may have", maxNodes)
		return false
	}
	if depth > maxDepth {
		l.add(pos(n), field, "this is nested more than %d deep", maxDepth)
		return false
	}
	if _, known := l.at[field]; !known {
		l.at[field] = pos(n)
	}
	if n.Kind == yaml.AliasNode {
		l.add(pos(n), field, "aliases aren't allowed in a case: write the value out instead of *%s", short(n.Value))
		return true
	}
	if n.Anchor != "" {
		l.add(pos(n), field, "anchors aren't allowed in a case: delete &%s", short(n.Anchor))
	}
	if n.Style&yaml.TaggedStyle != 0 {
		l.add(pos(n), field, "tags aren't allowed in a case: delete %s", short(n.Tag))
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if err := safetext.Check(n.Value); err != nil {
			l.add(pos(n), field, "%v", err)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			if !l.walk(item, fmt.Sprintf("%s[%d]", field, i), depth+1) {
				return false
			}
		}
	case yaml.MappingNode:
		return l.walkMapping(n, field, depth)
	}
	return true
}

func (l *loader) walkMapping(n *yaml.Node, field string, depth int) bool {
	seen := map[string]Position{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			l.add(pos(key), field, "a key is one word, not %s", kindOf(key))
			continue
		}
		if key.Tag == "!!merge" {
			l.add(pos(key), field, "merge keys aren't allowed in a case: write the values out instead of <<")
			continue
		}
		child := join(field, short(key.Value))
		if key.Anchor != "" || key.Style&yaml.TaggedStyle != 0 {
			l.add(pos(key), child, "anchors and tags aren't allowed in a case")
		}
		if err := safetext.Check(key.Value); err != nil {
			l.add(pos(key), child, "%v", err)
		}
		if first, twice := seen[key.Value]; twice {
			l.add(pos(key), child, "the key is repeated: it is already at line %d", first.Line)
		}
		seen[key.Value] = pos(key)
		// The position of a mapping or list is its key's; that of a scalar is its own.
		if _, known := l.at[child]; !known && value.Kind != yaml.ScalarNode {
			l.at[child] = pos(key)
		}
		if !l.walk(value, child, depth+1) {
			return false
		}
	}
	return true
}

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

// short makes untrusted text safe to print and short enough for a message.
func short(s string) string {
	const longest = 64
	s = safetext.Line(s)
	if r := []rune(s); len(r) > longest {
		return strings.TrimSpace(string(r[:longest])) + "…"
	}
	return s
}
