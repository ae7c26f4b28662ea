package sim

// MaxItems is the most items that a generated world takes.
const MaxItems = 10_000_000

// TestDays is how long after the log the judged requests come.
const TestDays = 7

// TestOffset is added to the numbers of judged requests, so that they share no random stream with past or live ones.
const TestOffset = 1 << 40

// PastRequests is how many requests there are to learn from: ten for each that is judged.
func PastRequests(queries int) int { return min(max(10*queries, 1000), 200_000) }
