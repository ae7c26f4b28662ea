package rehearse

// SetMode rehearses a session under a mode of the test's own.
func SetMode(s *Session, m Mode) { s.mode = m }

// Unsaved is how many answers are typed and not committed, in all steps.
func (s *Session) Unsaved() int { return len(s.drafts) }
