package framework

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// FormatVersion is the version of the events' encoding. A log with a newer version is an error.
const FormatVersion = 1

// Event is one thing that happened in a session. Seq starts at 1 and has no gaps.
type Event struct {
	Seq  int
	At   time.Time
	Body Body
}

// Body is what happened: one of the types below.
type Body interface{ Kind() string }

// The bodies of events. Ids are those of the case.
type (
	// Started opens a session. Case is the whole YAML text, so that the session outlives changes to the file.
	Started struct {
		Session string   `json:"session"`
		Mode    Mode     `json:"mode"`
		CaseID  string   `json:"case"`
		Title   string   `json:"title"`
		Hash    string   `json:"hash"` // sha256 of the case's YAML text, hex
		Case    string   `json:"yaml"`
		Path    string   `json:"path,omitempty"` // the file it came from, for data beside it; empty for built-in cases
		Level   Level    `json:"level,omitempty"`
		Minutes int      `json:"minutes"`
		Seed    int64    `json:"seed"`
		Steps   []StepID `json:"steps,omitempty"` // the steps of this session; empty means all seven
		Spoken  bool     `json:"spoken,omitempty"`
	}
	// StepEntered moves to a step; time counts for it from now on.
	StepEntered struct {
		Step StepID `json:"step"`
	}
	// Asked is a clarifying question in the candidate's words.
	Asked struct {
		Step  StepID `json:"step"`
		Text  string `json:"text"`
		Reply string `json:"reply"` // what the interviewer said
	}
	// FactReleased puts a fact into the scope.
	FactReleased struct {
		Fact string `json:"fact"`
	}
	// Answered is the candidate's whole answer To the prompt ("") or to a probe, follow-up or curveball by id. A later
	// one with the same To replaces it.
	Answered struct {
		Step StepID `json:"step"`
		To   string `json:"to,omitempty"`
		Text string `json:"text"`
	}
	// Decided commits to an option. Skipped says that the candidate skipped it; it isn't scored.
	Decided struct {
		Step     StepID `json:"step"`
		Decision string `json:"decision"`
		Option   string `json:"option,omitempty"`
		Skipped  bool   `json:"passed,omitempty"`
	}
	// Sketched is the whiteboard line of a step, with the knobs it sets.
	Sketched struct {
		Step  StepID            `json:"step"`
		Line  string            `json:"line"`
		Knobs map[string]string `json:"knobs"`
	}
	// Predicted commits to an 80% range for a number.
	Predicted struct {
		Step       StepID  `json:"step"`
		Prediction string  `json:"prediction"`
		Low        float64 `json:"low"`
		High       float64 `json:"high"`
		Skipped    bool    `json:"passed,omitempty"`
	}
	// LabRan is a finished run: the candidate's pipeline, and the reference's beside it where they differ. Results
	// holds the value of each of the step's predictions by id. Report is the report as JSON, opaque here.
	LabRan struct {
		Step       StepID             `json:"step"`
		Knobs      map[string]string  `json:"knobs"`
		Fault      string             `json:"fault,omitempty"`
		Metrics    map[string]float64 `json:"metrics"`
		Timings    map[string]float64 `json:"timings"`
		RefMetrics map[string]float64 `json:"ref_metrics,omitempty"`
		RefTimings map[string]float64 `json:"ref_timings,omitempty"`
		Results    map[string]float64 `json:"results,omitempty"`
		Report     json.RawMessage    `json:"report,omitempty"`
	}
	// Hinted shows hint N (1-based) of the step.
	Hinted struct {
		Step StepID `json:"step"`
		N    int    `json:"n"`
	}
	// Revealed shows the reference; text answered afterwards is kept and not scored.
	Revealed struct {
		Step StepID `json:"step"`
	}
	// ProbeAsked asks a criterion's probe or a follow-up, by id.
	ProbeAsked struct {
		Step StepID `json:"step"`
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	// CurveballThrown interrupts with a curveball; its criteria join Step.
	CurveballThrown struct {
		Step      StepID `json:"step"`
		Curveball string `json:"curveball"`
	}
	// Diagnosed names the cause of a hidden fault.
	Diagnosed struct {
		Step    StepID        `json:"step"`
		Fault   string        `json:"fault"`
		Guess   string        `json:"said"`
		Correct bool          `json:"right"`
		Elapsed time.Duration `json:"elapsed"`
	}
	// Calibrated is the candidate's score for a sample answer before scoring their own.
	Calibrated struct {
		Step   StepID  `json:"step"`
		Sample string  `json:"sample"`
		Guess  float64 `json:"said"`
		Score  float64 `json:"score"`
	}
	// Marked gives a criterion a mark. By is "self", "coach" or "peer"; columns are never mixed. Quotes are the words
	// it rests on, or names of runs; none means unsupported. Claim is what the coach makes of the answer: a criterion that
	// the answer contradicts counts against it.
	Marked struct {
		Step      StepID   `json:"step"`
		Criterion string   `json:"criterion"`
		By        string   `json:"by"`
		Mark      Mark     `json:"mark"`
		Claim     Claim    `json:"claim,omitempty"`
		Quotes    []string `json:"quotes,omitempty"`
	}
	// StepDone says that the candidate has finished with a step.
	StepDone struct {
		Step StepID `json:"step"`
	}
	// Paused stops the clock; Resumed starts it again. Since is when the session was last known to be alive: after a
	// kill there is no Paused, and the time between Since and the event doesn't count.
	Paused  struct{}
	Resumed struct {
		Since time.Time `json:"since"`
	}
	// Ended closes a session.
	Ended struct{}
)

// Kind returns the event's name, as it is stored.
func (Started) Kind() string         { return "Started" }
func (StepEntered) Kind() string     { return "StepEntered" }
func (Asked) Kind() string           { return "Asked" }
func (FactReleased) Kind() string    { return "FactReleased" }
func (Answered) Kind() string        { return "Answered" }
func (Decided) Kind() string         { return "Decided" }
func (Sketched) Kind() string        { return "Sketched" }
func (Predicted) Kind() string       { return "Predicted" }
func (LabRan) Kind() string          { return "LabRan" }
func (Hinted) Kind() string          { return "Hinted" }
func (Revealed) Kind() string        { return "Revealed" }
func (ProbeAsked) Kind() string      { return "ProbeAsked" }
func (CurveballThrown) Kind() string { return "CurveballThrown" }
func (Diagnosed) Kind() string       { return "Diagnosed" }
func (Calibrated) Kind() string      { return "Calibrated" }
func (Marked) Kind() string          { return "Marked" }
func (StepDone) Kind() string        { return "StepDone" }
func (Paused) Kind() string          { return "Paused" }
func (Resumed) Kind() string         { return "Resumed" }
func (Ended) Kind() string           { return "Ended" }

// EncodeBody returns the body as JSON; its kind is stored beside it.
func EncodeBody(b Body) ([]byte, error) { return json.Marshal(b) }

// ErrNewerVersion says that a newer version of dryrun wrote a log.
var ErrNewerVersion = errors.New("the session was written by a newer version of dryrun")

// DecodeBody is the inverse of EncodeBody. An unknown kind is an error: the log is of a newer version.
func DecodeBody(kind string, data []byte) (Body, error) {
	switch kind {
	case "Started":
		return decode[Started](data)
	case "StepEntered":
		return decode[StepEntered](data)
	case "Asked":
		return decode[Asked](data)
	case "FactReleased":
		return decode[FactReleased](data)
	case "Answered":
		return decode[Answered](data)
	case "Decided":
		return decode[Decided](data)
	case "Sketched":
		return decode[Sketched](data)
	case "Predicted":
		return decode[Predicted](data)
	case "LabRan":
		return decode[LabRan](data)
	case "Hinted":
		return decode[Hinted](data)
	case "Revealed":
		return decode[Revealed](data)
	case "ProbeAsked":
		return decode[ProbeAsked](data)
	case "CurveballThrown":
		return decode[CurveballThrown](data)
	case "Diagnosed":
		return decode[Diagnosed](data)
	case "Calibrated":
		return decode[Calibrated](data)
	case "Marked":
		return decode[Marked](data)
	case "StepDone":
		return decode[StepDone](data)
	case "Paused":
		return decode[Paused](data)
	case "Resumed":
		return decode[Resumed](data)
	case "Ended":
		return decode[Ended](data)
	}
	return nil, fmt.Errorf("decoding an event of unknown kind %q: %w", kind, ErrNewerVersion)
}

func decode[T Body](data []byte) (Body, error) {
	var b T
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("decoding a %s event: %w", b.Kind(), err)
	}
	return b, nil
}
