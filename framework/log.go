package framework

import (
	"errors"
	"time"
)

// ErrOtherWriter says that another program has written to a session since this one read it. The new events of this one aren't
// stored, and from now on it can only read.
var ErrOtherWriter = errors.New("another program has written to this session since it was opened here: it can only be read")

// Place is where a text belongs: the prompt of a step (To is ""), or a probe, follow-up or curveball by id.
type Place struct {
	Step StepID
	To   string
}

// Draft is text that was typed and that no event of the log has yet.
type Draft struct {
	Place
	Text string
	At   time.Time // when it was typed
}

// Log is everything that is stored of a session.
type Log struct {
	ID     string
	Events []Event
	Drafts []Draft   // the last one typed last
	Alive  time.Time // when the session was last known to be open: the later of the last heartbeat and the last event
}

// Summary is what a list shows of a session.
type Summary struct {
	ID        string     `json:"id"`
	CaseID    string     `json:"case"`
	Title     string     `json:"title"`
	Mode      Mode       `json:"mode"`
	Step      StepID     `json:"step"`       // where the candidate is, "" before the first step
	StepsDone int        `json:"steps_done"` // steps finished
	Steps     int        `json:"steps"`      // steps of this session
	Created   time.Time  `json:"created"`
	Updated   time.Time  `json:"updated"`
	Ended     *time.Time `json:"ended"` // nil while the session can be continued

	Running bool          `json:"-"` // active time counted at Updated
	Elapsed time.Duration `json:"-"` // active time
	Text    string        `json:"-"` // the beginning of the last text, by which a user recognizes the session
}

// Open says that the session can be continued.
func (s Summary) Open() bool { return s.Ended == nil }

// excerptLength is how much of an answer a summary keeps, in runes.
const excerptLength = 600

// Excerpt truncates a text to the length that a summary keeps.
func Excerpt(text string) string {
	if len(text) <= excerptLength {
		return text
	}
	if r := []rune(text); len(r) > excerptLength {
		return string(r[:excerptLength])
	}
	return text
}

// Summary returns what a list shows of the session.
func (s *State) Summary() Summary {
	out := Summary{
		ID: s.Started.Session, CaseID: s.Started.CaseID, Title: s.Started.Title, Mode: s.Started.Mode, Step: s.Step,
		Steps: len(s.StepIDs()), Created: s.StartedAt, Updated: s.LastAt, Running: s.Running(), Elapsed: s.Elapsed,
	}
	for _, id := range s.StepIDs() {
		if s.StepState(id).Done {
			out.StepsDone++
		}
	}
	if s.Ended {
		at := s.LastAt
		out.Ended = &at
	}
	last, _ := s.StepState(s.LastAnswer.Step).Answer(s.LastAnswer.To)
	out.Text = Excerpt(last.Text)
	return out
}

// With adds what isn't in the log: the last draft ("" for none), and when the session was last known to be open. After a kill,
// the time between the last event and that moment counts as active time.
func (s Summary) With(draft string, alive time.Time) Summary {
	if draft != "" {
		s.Text = Excerpt(draft)
	}
	if s.Running && alive.After(s.Updated) {
		s.Elapsed += alive.Sub(s.Updated)
	}
	return s
}
