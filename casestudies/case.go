// Package casestudies defines the case format (its types are the single source of the loading rules, the lint and the JSON
// Schema) and holds the built-in cases. Untrusted YAML comes in. A Case whose text is safe to print goes out, or findings with
// the file, line and column of each error.
package casestudies

import (
	"fmt"
	"time"

	"dryrun/framework"
)

// Case is one case study. It has a field for each top-level key of the file, which is why it has more than twelve. The struct
// tags of the format's types are its rules: json says what is optional, jsonschema bounds numbers and counts. Loading, lint and
// the schema all read them. A tag can't be broken over lines, so some lines are long.
type Case struct {
	Version    int         `yaml:"version" json:"version" jsonschema:"minimum=1,maximum=1"`
	ID         string      `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Title      string      `yaml:"title" json:"title" jsonschema:"maxLength=100"`
	Summary    string      `yaml:"summary" json:"summary"`
	Domain     string      `yaml:"domain" json:"domain" jsonschema:"enum=vision,enum=recommendation,enum=search,enum=ads,enum=trust,enum=social,enum=logistics,enum=risk"`
	Difficulty string      `yaml:"difficulty" json:"difficulty" jsonschema:"enum=warm-up,enum=core,enum=hard"`
	Minutes    int         `yaml:"minutes" json:"minutes" jsonschema:"minimum=5,maximum=180"`
	Tags       []string    `yaml:"tags" json:"tags,omitempty"`
	Brief      string      `yaml:"brief" json:"brief"`
	BriefParts []BriefPart `yaml:"brief-parts" json:"brief-parts,omitempty" jsonschema:"maxItems=10"`
	Facts      []Fact      `yaml:"facts" json:"facts" jsonschema:"minItems=1,maxItems=40"`
	Derived    []Derived   `yaml:"derived" json:"derived,omitempty" jsonschema:"maxItems=60"`
	Demo       Demo        `yaml:"demo" json:"demo"`
	Steps      Steps       `yaml:"steps" json:"steps"`
	Curveballs []Curveball `yaml:"curveballs" json:"curveballs" jsonschema:"minItems=3,maxItems=20"`
	References []Reference `yaml:"references" json:"references,omitempty"`

	source *Source // set by the loader
}

// BriefPart is something that the brief itself says: a question about it is answered by repeating it.
type BriefPart struct {
	ID        string   `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Questions []string `yaml:"questions" json:"questions" jsonschema:"minItems=2,maxItems=12"`
	Says      string   `yaml:"says" json:"says"`
}

// Derived is a number that the texts compute from the facts. Lint recomputes it: see formula.go.
type Derived struct {
	ID      string `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Value   string `yaml:"value" json:"value" jsonschema:"maxLength=40"` // as the texts write it: 102 GB
	Formula string `yaml:"formula" json:"formula" jsonschema:"maxLength=300"`
	Says    string `yaml:"says" json:"says"` // what the number is
}

// Fact is something that the interviewer knows and releases when the candidate asks for it.
type Fact struct {
	ID       string     `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Topic    string     `yaml:"topic" json:"topic" jsonschema:"enum=users,enum=scale,enum=latency,enum=data,enum=quality,enum=business,enum=privacy,enum=cost"`
	Asks     [][]string `yaml:"asks" json:"asks" jsonschema:"minItems=1"` // groups of alternatives that a question must meet
	Answer   string     `yaml:"answer" json:"answer"`
	Short    string     `yaml:"short" json:"short"`
	Matters  string     `yaml:"matters" json:"matters"`
	Critical bool       `yaml:"critical" json:"critical,omitempty"`

	Questions []string           `yaml:"questions" json:"questions,omitempty" jsonschema:"maxItems=16"` // ways to ask for it
	Numbers   map[string]float64 `yaml:"numbers" json:"numbers,omitempty"`                              // of the answer, by name, for formulas
}

// Demo is the pipeline of the reference answer. Knobs holds every key that is a knob id, as text.
type Demo struct {
	World   World             `yaml:"world" json:"world"`
	Data    *DataSource       `yaml:"data" json:"data,omitempty"`
	Target  Target            `yaml:"target" json:"target"`
	Assumed map[string]Span   `yaml:"assumed" json:"assumed,omitempty"`
	Knobs   map[string]string `yaml:",inline" json:"-"`
}

// World is the generated problem's kind and size. A size of 0 means the kind's default.
type World struct {
	Kind    string `yaml:"kind" json:"kind" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Task    string `yaml:"task" json:"task,omitempty" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Items   int    `yaml:"items" json:"items,omitempty" jsonschema:"minimum=10,maximum=10000000"`
	Queries int    `yaml:"queries" json:"queries,omitempty" jsonschema:"minimum=1,maximum=1000000"`
	Classes int    `yaml:"classes" json:"classes,omitempty" jsonschema:"minimum=1,maximum=100000"`
	Users   int    `yaml:"users" json:"users,omitempty" jsonschema:"minimum=1,maximum=10000000"`
	Days    int    `yaml:"days" json:"days,omitempty" jsonschema:"minimum=1,maximum=3650"`
}

// DataSource replaces the generated world with recorded data; Path is relative to the case's file.
type DataSource struct {
	Format string `yaml:"format" json:"format" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Path   string `yaml:"path" json:"path"`
}

// Target is the scale and the latency that the facts require.
type Target struct {
	Items int  `yaml:"items" json:"items,omitempty" jsonschema:"minimum=1,maximum=1000000000000"`
	QPS   int  `yaml:"qps" json:"qps,omitempty" jsonschema:"minimum=1,maximum=1000000000"`
	P99   Span `yaml:"p99" json:"p99,omitempty"`
}

// Span is a length of time as Go writes it: 100ms, 1.5s.
type Span time.Duration

// Duration returns the span as a time.Duration.
func (s Span) Duration() time.Duration { return time.Duration(s) }

func (s Span) String() string { return time.Duration(s).String() }

// MarshalText writes the span as Go does.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText parses a span, which must be above 0 and at most 30 days.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q isn't a length of time: write it like 100ms, 1.5s or 2h", text)
	}
	if d <= 0 || d > 30*24*time.Hour {
		return fmt.Errorf("%s is out of range: a length of time is above 0 and at most 720h", d)
	}
	*s = Span(d)
	return nil
}

// Steps holds the seven steps.
type Steps struct {
	Requirements Step `yaml:"requirements" json:"requirements"`
	Architecture Step `yaml:"architecture" json:"architecture"`
	Data         Step `yaml:"data" json:"data"`
	Features     Step `yaml:"features" json:"features"`
	Model        Step `yaml:"model" json:"model"`
	Evaluation   Step `yaml:"evaluation" json:"evaluation"`
	Serving      Step `yaml:"serving" json:"serving"`
}

// Step is what a case says about one step.
type Step struct {
	Prompt    string                `yaml:"prompt" json:"prompt"`
	Hints     []string              `yaml:"hints" json:"hints" jsonschema:"minItems=3,maxItems=3"`
	Decide    []Decision            `yaml:"decide" json:"decide" jsonschema:"minItems=1,maxItems=3"`
	Lab       Lab                   `yaml:"lab" json:"lab"`
	Reference string                `yaml:"reference" json:"reference"`
	Criteria  []framework.Criterion `yaml:"criteria" json:"criteria" jsonschema:"minItems=4,maxItems=7"`
	Wrong     []Wrong               `yaml:"wrong" json:"wrong,omitempty" jsonschema:"maxItems=40"`
	Followups []Followup            `yaml:"followups" json:"followups,omitempty"`
	Pitfalls  []Pitfall             `yaml:"pitfalls" json:"pitfalls,omitempty"`
	Samples   []Sample              `yaml:"samples" json:"samples,omitempty"`
}

// Wrong is a claim that sounds right and isn't. A sentence that meets every group of Evidence makes the claim.
type Wrong struct {
	Says     string     `yaml:"says" json:"says"`
	Evidence [][]string `yaml:"evidence" json:"evidence" jsonschema:"minItems=1"`
	Against  []string   `yaml:"against" json:"against" jsonschema:"minItems=1"` // criteria that it contradicts
	Why      string     `yaml:"why" json:"why"`
}

// Decision is a choice that the candidate commits to. The lab can run it where it has a Knob or Runs, and Metric is then what
// the choice is judged by.
type Decision struct {
	ID      string  `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Ask     string  `yaml:"ask" json:"ask"`
	Knob    string  `yaml:"knob" json:"knob,omitempty" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Metric  string  `yaml:"metric" json:"metric,omitempty" jsonschema:"pattern=^[a-z0-9][a-z0-9_.-]*$,maxLength=64"`
	Options Options `yaml:"options" json:"options"`
	Why     string  `yaml:"why" json:"why"`

	Runs    map[string]map[string]string `yaml:"runs" json:"runs,omitempty"`                     // by option: knobs, and fault for a fault
	Against []string                     `yaml:"speaks-against" json:"speaks-against,omitempty"` // criteria that a poor choice contradicts
}

// Options are a decision's choices in file order.
type Options []Option

// Option is one choice and how good it is.
type Option struct {
	ID      string  // a knob's value where the decision has a knob
	Verdict Verdict // best, ok, poor
}

// Verdict is how good an option is.
type Verdict string

// The verdicts on an option.
const (
	Best Verdict = "best"
	OK   Verdict = "ok"
	Poor Verdict = "poor"
)

// Lab says what the step's experiment shows in this case. Backed has a comparison for each sentence of Shows.
type Lab struct {
	Shows   string       `yaml:"shows" json:"shows"`
	Backed  []Backed     `yaml:"backed" json:"backed,omitempty" jsonschema:"maxItems=12"`
	Predict []Prediction `yaml:"predict" json:"predict" jsonschema:"minItems=1,maxItems=2"`
}

// Backed is a comparison that backs a sentence of what the lab shows: over several seeds, Metric under the settings Set is
// higher than, lower than or the same as ThanMetric under ThanSet. With "present" the metric only has to be reported.
type Backed struct {
	Sentence   int               `yaml:"sentence" json:"sentence" jsonschema:"minimum=1,maximum=20"`
	Metric     string            `yaml:"metric" json:"metric" jsonschema:"pattern=^[a-z0-9][a-z0-9_.-]*$,maxLength=64"`
	Set        map[string]string `yaml:"set" json:"set,omitempty"`
	Is         string            `yaml:"is" json:"is" jsonschema:"enum=higher,enum=lower,enum=same,enum=present"`
	ThanMetric string            `yaml:"than-metric" json:"than-metric,omitempty" jsonschema:"pattern=^[a-z0-9][a-z0-9_.-]*$,maxLength=64"`
	ThanSet    map[string]string `yaml:"than-set" json:"than-set,omitempty"`
}

// Prediction asks for an 80% range of one number before the run.
type Prediction struct {
	ID     string            `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Ask    string            `yaml:"ask" json:"ask"`
	Metric string            `yaml:"metric" json:"metric" jsonschema:"pattern=^[a-z0-9][a-z0-9_.-]*$,maxLength=64"`
	Scale  string            `yaml:"scale" json:"scale" jsonschema:"enum=linear,enum=log"`                        // linear | log
	Knob   string            `yaml:"knob" json:"knob" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"` // what the answer depends on
	Set    map[string]string `yaml:"set" json:"set,omitempty"`

	As   string            `yaml:"as" json:"as,omitempty" jsonschema:"enum=ratio,enum=share"` // of the metric: see Value
	To   map[string]string `yaml:"to" json:"to,omitempty"`
	From map[string]string `yaml:"from" json:"from,omitempty"`
}

// Followup is a question that separates levels, with a short answer.
type Followup struct {
	ID     string `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Ask    string `yaml:"ask" json:"ask"`
	Answer string `yaml:"answer" json:"answer"`
}

// Pitfall is a usual mistake.
type Pitfall struct {
	ID   string `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Text string `yaml:"text" json:"text"`
}

// Sample is an answer with a known score.
type Sample struct {
	ID      string            `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Score   float64           `yaml:"score" json:"score" jsonschema:"minimum=0,maximum=4"`
	Answer  string            `yaml:"answer" json:"answer"`
	Chooses map[string]string `yaml:"chooses" json:"chooses,omitempty"`
	Why     string            `yaml:"why" json:"why,omitempty"`
}

// Curveball interrupts a mock.
type Curveball struct {
	ID       string                `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	At       framework.StepID      `yaml:"at" json:"at" jsonschema:"enum=requirements,enum=architecture,enum=data,enum=features,enum=model,enum=evaluation,enum=serving"`
	Says     string                `yaml:"says" json:"says"`
	Fault    string                `yaml:"fault" json:"fault,omitempty" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Criteria []framework.Criterion `yaml:"criteria" json:"criteria" jsonschema:"minItems=1,maxItems=7"`
}

// Reference is further reading.
type Reference struct {
	Title string `yaml:"title" json:"title"`
	URL   string `yaml:"url" json:"url" jsonschema:"pattern=^https://"`
}

// Step returns the case's step; id must be one of the seven.
func (c *Case) Step(id framework.StepID) *Step {
	switch id {
	case framework.Requirements:
		return &c.Steps.Requirements
	case framework.Architecture:
		return &c.Steps.Architecture
	case framework.Data:
		return &c.Steps.Data
	case framework.Features:
		return &c.Steps.Features
	case framework.Model:
		return &c.Steps.Model
	case framework.Evaluation:
		return &c.Steps.Evaluation
	case framework.Serving:
		return &c.Steps.Serving
	}
	panic("casestudies: no step " + string(id))
}

// OptionWords formats an option's id for display: "judged-grades" as "judged grades". A hyphen before a number stays.
func OptionWords(id string) string {
	out := []byte(id)
	for i, b := range out {
		if b == '-' && i > 0 && i+1 < len(out) && (out[i+1] < '0' || out[i+1] > '9') {
			out[i] = ' '
		}
	}
	return string(out)
}
