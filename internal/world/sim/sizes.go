package sim

// MaxItems is the most items that a generated world takes.
const MaxItems = 10_000_000

// TestDays is how long after the log the judged requests come.
const TestDays = 7

// TestOffset keeps the numbers of judged requests apart from those of past ones and of plays.
const TestOffset = 1 << 40

// PastRequests is how many requests there are to learn from: ten for one that is judged.
func PastRequests(queries int) int { return min(max(10*queries, 1000), 200_000) }
