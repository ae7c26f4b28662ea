package collab

import (
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
)

func TestEnginesOfIDsKeepTheContract(t *testing.T) {
	d := tastes(200, 5, 60, 20)
	queries := []problem.Query{{ID: 0, User: -1}}
	for u := range int32(30) {
		queries = append(queries, problem.Query{ID: u + 1, User: u})
	}
	c, err := NewCooccurrence(t.Context(), d.h, CooccurrenceOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]retrieval.Retriever{"popularity": NewPopularity(d.h, 0), "co-occurrence": c} {
		t.Run(name, func(t *testing.T) {
			retrievaltest.Contract(t, retrievaltest.Engine{Retriever: r, Truth: r, Items: d.h.Items, Queries: queries})
		})
	}
}
