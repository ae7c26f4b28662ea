package casestudies

import (
	"fmt"
	"reflect"
	"strings"
)

// ToWrite is the prefix of a text that a new case's skeleton leaves to its author.
const ToWrite = "write:"

// Unwritten reports whether some text of the case is still the skeleton's, so that its words can't be checked yet.
func (c *Case) Unwritten() bool {
	l := &linter{c: c, format: format{}}
	l.unwritten(reflect.ValueOf(c).Elem(), "")
	return len(l.findings) > 0
}

func toWrite(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), ToWrite) }

// unwritten reports every text that is still to be written, so that lint on a new case lists what is left to do.
func (l *linter) unwritten(v reflect.Value, field string) {
	switch v.Kind() {
	case reflect.String:
		if text := v.String(); toWrite(text) {
			l.bad(field, "still to be written: %s", short(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), ToWrite))))
		}
	case reflect.Slice:
		for i := range v.Len() {
			l.unwritten(v.Index(i), fmt.Sprintf("%s[%d]", field, i))
		}
	case reflect.Struct:
		for _, f := range l.format.fieldsOf(v.Type()) {
			l.unwritten(v.Field(f.index), join(field, f.key))
		}
	}
}
