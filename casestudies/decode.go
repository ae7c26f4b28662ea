package casestudies

import (
	"encoding"
	"math"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// decodeCase fills c from the file's root. yaml.v3's own decoder isn't used: it gives no column for an unknown key, stops
// being strict about numbers (012 is 10), and doesn't know what is required.
func (l *loader) decodeCase(root *yaml.Node, c *Case) {
	l.decode(root, reflect.ValueOf(c).Elem(), "", rules{})
}

// decode fills v from n. Aliases have been reported already.
func (l *loader) decode(n *yaml.Node, v reflect.Value, field string, r rules) {
	if n.Kind == yaml.AliasNode {
		return
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		l.add(pos(n), field, "there is no value: give it one or delete the key")
		return
	}
	switch into := v.Addr().Interface().(type) {
	case *Options:
		l.decodeOptions(n, into, field)
		return
	case *Demo:
		l.decodeDemo(n, into, field)
		return
	case encoding.TextUnmarshaler:
		if l.want(n, yaml.ScalarNode, field, "one value") {
			if err := into.UnmarshalText([]byte(n.Value)); err != nil {
				l.add(pos(n), field, "%v", err)
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		l.decode(n, v.Elem(), field, r)
	case reflect.Struct:
		if l.want(n, yaml.MappingNode, field, "a mapping") {
			l.decodeStruct(n, v, field)
		}
	case reflect.Slice:
		if l.want(n, yaml.SequenceNode, field, "a list") {
			l.decodeList(n, v, field)
		}
	case reflect.Map:
		if l.want(n, yaml.MappingNode, field, "a mapping") {
			l.decodeMap(n, v, field)
		}
	default:
		if l.want(n, yaml.ScalarNode, field, "one value") {
			l.decodeScalar(n, v, field, r)
		}
	}
}

func (l *loader) want(n *yaml.Node, kind yaml.Kind, field, what string) bool {
	if n.Kind == kind {
		return true
	}
	l.add(pos(n), field, "this must be %s, not %s", what, kindOf(n))
	return false
}

// decodeStruct fills the fields that the mapping names, refuses other keys, and names those that are missing.
func (l *loader) decodeStruct(n *yaml.Node, v reflect.Value, field string) {
	fields := l.format.fieldsOf(v.Type())
	given := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		f, ok := fields.byKey(key.Value)
		if !ok {
			if key.Kind == yaml.ScalarNode && key.Tag != "!!merge" {
				l.unknownKey(key, field, fields.keys())
			}
			continue
		}
		given[f.key] = true
		l.decode(value, v.Field(f.index), join(field, f.key), f.rules)
	}
	l.missing(field, fields, given)
}

func (l *loader) missing(field string, fields fields, given map[string]bool) {
	for _, f := range fields {
		if f.required && !given[f.key] {
			l.add(l.at[field], field, "missing %q", f.key)
		}
	}
}

func (l *loader) unknownKey(key *yaml.Node, field string, known []string) {
	if near := nearest(key.Value, known); near != "" {
		l.add(pos(key), join(field, short(key.Value)), "unknown key %q: did you mean %q", short(key.Value), near)
		return
	}
	l.add(pos(key), join(field, short(key.Value)), "unknown key %q: the keys here are %s", short(key.Value), strings.Join(known, ", "))
}

func (l *loader) decodeList(n *yaml.Node, v reflect.Value, field string) {
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		child := field + "[" + strconv.Itoa(i) + "]"
		if v.Type().Elem().Kind() != reflect.String {
			l.decode(item, v.Index(i), child, rules{})
		} else if text, ok := l.setting(item, child); ok {
			v.Index(i).SetString(text) // among evidence, 200 is a word like any other
		}
	}
}

// decodeMap fills a map. A map of strings is from ids to settings: text, or a number or a boolean as written. A map of spans
// is from labels, which are displayed. A map of numbers is from names, and a map of settings from options.
func (l *loader) decodeMap(n *yaml.Node, v reflect.Value, field string) {
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			continue
		}
		child := join(field, short(key.Value))
		if kind := v.Type().Elem().Kind(); kind == reflect.Float64 || kind == reflect.Map {
			l.decodeNamed(key, value, v, child)
			continue
		}
		if v.Type().Elem().Kind() == reflect.String {
			if !slug.MatchString(key.Value) {
				l.add(pos(key), child, "%q isn't an id: use lower-case letters, digits and hyphens", short(key.Value))
				continue
			}
			if text, ok := l.setting(value, child); ok {
				v.SetMapIndex(reflect.ValueOf(key.Value), reflect.ValueOf(text))
			}
			continue
		}
		if !isLabel(key.Value) {
			l.add(pos(key), child, "%q can't be a label: use up to 40 letters, digits, spaces and hyphens", short(key.Value))
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		l.decode(value, item, child, rules{})
		v.SetMapIndex(reflect.ValueOf(key.Value), item)
	}
}

// decodeNamed fills one entry of a map of numbers by name, which formulas use, or of settings by option.
func (l *loader) decodeNamed(key, value *yaml.Node, v reflect.Value, field string) {
	name, shape := numberName, "a lower-case word, with _ between its parts"
	if v.Type().Elem().Kind() == reflect.Map {
		name, shape = knobValue, "an option's id"
	}
	if !name.MatchString(key.Value) {
		l.add(pos(key), field, "%q isn't %s", short(key.Value), shape)
		return
	}
	item := reflect.New(v.Type().Elem()).Elem()
	l.decode(value, item, field, rules{})
	v.SetMapIndex(reflect.ValueOf(key.Value), item)
}

// setting reads a scalar of any type as text.
func (l *loader) setting(n *yaml.Node, field string) (string, bool) {
	if n.Kind == yaml.AliasNode || !l.want(n, yaml.ScalarNode, field, "one value") {
		return "", false
	}
	switch n.Tag {
	case "!!null":
		l.add(pos(n), field, "there is no value: give it one or delete the key")
		return "", false
	case "!!int", "!!float":
		if !decimal.MatchString(n.Value) {
			l.add(pos(n), field, "%s isn't a plain decimal number", short(n.Value))
			return "", false
		}
	}
	if strings.TrimSpace(n.Value) == "" {
		l.add(pos(n), field, "this is blank")
		return "", false
	}
	return n.Value, true
}

// decodeOptions keeps the file's order, which is the order that a candidate sees.
func (l *loader) decodeOptions(n *yaml.Node, into *Options, field string) {
	if !l.want(n, yaml.MappingNode, field, "a mapping of options to best, ok or poor") {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || value.Kind == yaml.AliasNode {
			continue
		}
		child := join(field, short(key.Value))
		if !knobValue.MatchString(key.Value) {
			l.add(pos(key), child, "%q can't be an option: use letters, digits and . _ + : , = -", short(key.Value))
			continue
		}
		switch v := Verdict(value.Value); v {
		case Best, OK, Poor:
			*into = append(*into, Option{ID: key.Value, Verdict: v})
		default:
			l.add(pos(value), child, "%q isn't a verdict on an option: write best, ok or poor", short(value.Value))
		}
	}
}

// decodeDemo separates the demo's own keys from the knobs, which package lab/catalog defines.
func (l *loader) decodeDemo(n *yaml.Node, into *Demo, field string) {
	if !l.want(n, yaml.MappingNode, field, "a mapping") {
		return
	}
	v := reflect.ValueOf(into).Elem()
	fields := l.format.fieldsOf(v.Type())
	given := map[string]bool{}
	into.Knobs = map[string]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			continue
		}
		child := join(field, short(key.Value))
		if f, ok := fields.byKey(key.Value); ok {
			given[f.key] = true
			l.decode(value, v.Field(f.index), child, f.rules)
			continue
		}
		if !slug.MatchString(key.Value) {
			l.add(pos(key), child, "%q is neither one of %s nor a knob", short(key.Value), strings.Join(fields.keys(), ", "))
			continue
		}
		if text, ok := l.setting(value, child); ok {
			into.Knobs[key.Value] = text
		}
	}
	l.missing(field, fields, given)
	if into.Data != nil && into.Data.Path != "" && !localPath(into.Data.Path) {
		l.add(l.at[join(field, "data.path")], join(field, "data.path"),
			"%q must lie beside the case's file or below: no absolute path, no .., no backslash", short(into.Data.Path))
	}
}

// localPath reports whether a path stays within the case's folder on any operating system.
func localPath(p string) bool {
	return filepath.IsLocal(filepath.FromSlash(p)) && !strings.ContainsAny(p, `\:`) && !strings.HasPrefix(p, "~")
}

var (
	slug       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	numberName = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	knobValue  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+:,=-]{0,63}$`)
	whole      = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	decimal    = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$`)
)

// isLabel reports whether s is up to 40 letters, digits, spaces and hyphens, the first a letter or digit. A regular expression
// with these repeated Unicode classes would add 3 ms to every start of the program.
func isLabel(s string) bool {
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && (i == 0 || r != '-' && r != ' ') {
			return false
		}
	}
	return s != "" && utf8.RuneCountInString(s) <= 40
}

// decodeScalar reads text, a number or a boolean, and checks it against the field's rules.
func (l *loader) decodeScalar(n *yaml.Node, v reflect.Value, field string, r rules) {
	switch v.Kind() {
	case reflect.String:
		switch {
		case n.Tag != "!!str":
			l.add(pos(n), field, "this must be text, not %s: put %s in quotes", kindOf(n), short(n.Value))
		case strings.TrimSpace(n.Value) == "":
			l.add(pos(n), field, "this is blank: give it a value or delete the key")
		default:
			l.checkText(n, field, r)
			v.SetString(n.Value)
		}
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if n.Tag != "!!int" || !whole.MatchString(n.Value) || err != nil {
			l.add(pos(n), field, "%q isn't a whole number in plain decimal", short(n.Value))
			return
		}
		l.checkNumber(n, field, float64(i), r)
		v.SetInt(int64(i))
	case reflect.Float64:
		x, err := strconv.ParseFloat(n.Value, 64)
		if n.Tag != "!!int" && n.Tag != "!!float" || !decimal.MatchString(n.Value) || err != nil || math.IsInf(x, 0) {
			l.add(pos(n), field, "%q isn't a number in plain decimal", short(n.Value))
			return
		}
		l.checkNumber(n, field, x, r)
		v.SetFloat(x)
	case reflect.Bool:
		if n.Tag != "!!bool" || n.Value != "true" && n.Value != "false" {
			l.add(pos(n), field, "%q is neither true nor false", short(n.Value))
			return
		}
		v.SetBool(n.Value == "true")
	}
}

func (l *loader) checkText(n *yaml.Node, field string, r rules) {
	switch {
	case len(r.enum) > 0 && !r.allows(n.Value):
		if near := nearest(n.Value, r.enum); near != "" {
			l.add(pos(n), field, "%q isn't one of %s: did you mean %q", short(n.Value), strings.Join(r.enum, ", "), near)
			return
		}
		l.add(pos(n), field, "%q isn't one of %s", short(n.Value), strings.Join(r.enum, ", "))
	case r.maxLength > 0 && utf8.RuneCountInString(n.Value) > r.maxLength:
		l.add(pos(n), field, "this has more than %d characters", r.maxLength)
	case r.pattern != nil && !r.pattern.MatchString(n.Value):
		l.add(pos(n), field, "%q must be %s", short(n.Value), r.shape())
	}
}

func (l *loader) checkNumber(n *yaml.Node, field string, x float64, r rules) {
	if r.hasMin && x < r.min || r.hasMax && x > r.max {
		l.add(pos(n), field, "%s is out of range: it must be between %s and %s", n.Value, plain(r.min), plain(r.max))
	}
}

func plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
