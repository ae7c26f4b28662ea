package casestudies

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// rules are the limits on a field's value from its struct tag. The schema is generated from the same tags.
type rules struct {
	enum               []string
	pattern            *regexp.Regexp
	maxLength          int
	min, max           float64
	hasMin, hasMax     bool
	minItems, maxItems int // 0 is none
}

func (r rules) allows(s string) bool {
	for _, e := range r.enum {
		if e == s {
			return true
		}
	}
	return false
}

// shape describes the pattern in words.
func (r rules) shape() string {
	switch p := r.pattern.String(); {
	case p == slug.String():
		return "lower-case letters and digits, joined by hyphens"
	case strings.HasPrefix(p, "^https:"):
		return "an address that begins with https://"
	default:
		return "of the form " + p
	}
}

// field is one key of a struct of the format.
type field struct {
	key      string
	index    int
	required bool
	rules    rules
}

type fields []field

func (fs fields) byKey(key string) (field, bool) {
	for _, f := range fs {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

func (fs fields) keys() []string {
	keys := make([]string, len(fs))
	for i, f := range fs {
		keys[i] = f.key
	}
	return keys
}

// format caches the fields of each type during one load or lint.
type format map[reflect.Type]fields

// fieldsOf reads the struct tags: yaml has the key, json says whether it is optional, jsonschema has the rules.
func (known format) fieldsOf(t reflect.Type) fields {
	if out, ok := known[t]; ok {
		return out
	}
	var out fields
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "" {
			continue // not in the format, or the demo's knobs
		}
		_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		out = append(out, field{key: key, index: i, required: !strings.Contains(options, "omitempty"), rules: rulesOf(f.Tag.Get("jsonschema"))})
	}
	known[t] = out
	return out
}

// rulesOf parses a jsonschema tag. The tags are constants of this program: a bad one is a bug, and fails every test.
func rulesOf(tag string) rules {
	var r rules
	if tag == "" {
		return r
	}
	for _, part := range strings.Split(tag, ",") {
		name, value, _ := strings.Cut(part, "=")
		number, err := strconv.ParseFloat(value, 64)
		switch name {
		case "enum":
			r.enum, err = append(r.enum, value), nil
		case "pattern":
			r.pattern, err = regexp.MustCompile(value), nil
		case "maxLength":
			r.maxLength = int(number)
		case "minimum":
			r.min, r.hasMin = number, true
		case "maximum":
			r.max, r.hasMax = number, true
		case "minItems":
			r.minItems = int(number)
		case "maxItems":
			r.maxItems = int(number)
		default:
			panic("casestudies: unknown rule " + part)
		}
		if err != nil {
			panic("casestudies: rule " + part + ": " + err.Error())
		}
	}
	return r
}
