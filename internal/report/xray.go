package report

// XRay follows one relevant item of one query through the stages.
type XRay struct {
	Query     int    // 0-based
	Request   string // in words
	Item      int32
	ItemWords string
	Loss      Loss
	Rank1     int // 1-based rank in stage one's order, 0 where it isn't within the first Depth
	Depth     int // how deep stage one's order was followed
	K         int // how many candidates stage one hands over
	Rank2     int // 1-based rank after stage two, 0 if it didn't reach it
	Top       int // how many stage two shows
	// WonBy is the item that took the first place of the stage that lost this one, and Because why it did, in words;
	// "" where the world has no words.
	WonBy, WonReason string
	Pictures         []Picture
}

// Loss says by what an item was lost. The search that loses it says so; nobody infers it from the ranks.
type Loss string

// The losses, in the order of the stages.
const (
	NotLost        Loss = ""
	LostByIndex    Loss = "index"              // the item was never indexed
	LostByStageOne Loss = "stage one"          // stage one ranks it outside K, or nowhere within Depth
	LostBySearch   Loss = "approximate search" // a deeper search ranks it within K; the search for K passed it by
	LostByStageTwo Loss = "stage two"          // stage two ranks it outside Top
)
