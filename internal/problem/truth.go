package problem

// Graded is an item with its judged relevance for a query: 0 irrelevant, higher is better.
type Graded struct {
	Item  int32
	Grade uint8
}

// Truth is judged relevance. It is known for Train requests too (a world knows everything); models must not look at
// it except as labels that the experiment says it uses.
type Truth interface {
	// Grade returns the relevance of item for q.
	Grade(q *Query, item int32) uint8
	// Positives returns what there is to find for q, best first, ties by item: every item with a grade above 0, or one
	// item for each target of an OverlapTruth.
	Positives(q *Query) []Graded
}

// OverlapTruth is a Truth whose targets are regions that many items may cover: objects in a picture, covered by boxes.
// A target counts as found once however many candidates cover it.
type OverlapTruth interface {
	Truth
	// Overlap returns the target of q that item overlaps most, as its position in Positives, and the intersection over
	// union of the two; -1 and 0 where it overlaps none.
	Overlap(q *Query, item int32) (target int, overlap float64)
}

// CostTruth is a Truth that knows what choosing an item costs in hindsight, in the unit of its world's judge.
type CostTruth interface {
	Truth
	Cost(q *Query, item int32) float64
}

// GroundTruth is what is known about one request. Positives are looked up once a request, not once an answer.
type GroundTruth struct {
	Query     *Query
	Truth     Truth
	Positives []Graded // as Truth.Positives returns them
}
