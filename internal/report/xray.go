package report

// XRay follows one relevant item of one query through both stages.
type XRay struct {
	Query     int    // 0-based
	Request   string // in words
	Item      int32
	ItemWords string
	Loss      Loss
	Rank1     int // 1-based rank in stage one's order, 0 if it isn't in the first Depth
	Depth     int // how many items of stage one's order were examined
	K         int // how many candidates stage one returns
	Rank2     int // 1-based rank after stage two, 0 if it didn't reach it
	Top       int // how many stage two shows
	// WonBy is the item that took the first place of the stage that lost this one, and WonReason says why;
	// both are "" if the world has no words for it.
	WonBy, WonReason string
	Pictures         []Picture
}

// Loss is the part of the pipeline that lost an item. The search itself sets it; it isn't inferred from the ranks.
type Loss string

// The losses, in the order of the stages.
const (
	NotLost        Loss = ""
	LostByIndex    Loss = "index"              // the item was never indexed
	LostByStageOne Loss = "stage one"          // stage one ranks it outside K, or nowhere within Depth
	LostBySearch   Loss = "approximate search" // a deeper search ranks it within K; the search for K missed it
	LostByStageTwo Loss = "stage two"          // stage two ranks it outside Top
)
