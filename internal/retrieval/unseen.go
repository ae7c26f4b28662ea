package retrieval

import (
	"context"
	"slices"

	"dryrun/internal/problem"
)

// Unseen drops what the request must not return (Query.Seen). It asks r for that many more, so that k are left wherever
// r has them.
func Unseen(r Retriever) Retriever { return unseen{r} }

type unseen struct{ inner Retriever }

// Retrieve implements Retriever.
func (u unseen) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	seen := q.Seen
	if len(seen) == 0 || k <= 0 {
		return u.inner.Retrieve(ctx, q, k, into)
	}
	q.Seen = nil
	from := len(into)
	into, err := u.inner.Retrieve(ctx, q, k+len(seen), into)
	if err != nil {
		return into[:from], err
	}
	kept := from
	for _, c := range into[from:] {
		if kept == from+k {
			break
		}
		if _, found := slices.BinarySearch(seen, c.Item); !found {
			into[kept] = c
			kept++
		}
	}
	return into[:kept], nil
}
