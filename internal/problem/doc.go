// Package problem holds what a world makes and both stages take: requests, candidates, the truth about them, the log of
// an earlier system, and simulated people who respond to what they are shown. It is types only: worlds fill them,
// retrieval and ranking learn from them, the lab measures with them. A Problem is immutable once built and may be shared
// by any number of goroutines.
//
// # What each world makes of the types
//
// A request is always a Query and an answer always a list of Candidates, {Item, Score}, best first. Worlds differ in what
// a request is, in what Item is an index of, in how the truth says that an item is right, and in the Judge.
//
// The judge's name is the metric that reports call quality. Grades are always there (Truth.Grade), because recall and
// training labels need no more; a truth that also knows overlaps or costs implements OverlapTruth or CostTruth.
//
//	images           a request is a shopper's photo; an item is a product's catalog picture; the truth grades the same
//	                 product 2, the same class and look 1. Judge: ndcg_at_10, the mean over requests.
//	images/classify  a request is a photo; an item is a class, so Items is the number of classes, and the first candidate
//	                 is the predicted class; the truth grades the photo's class 1. Judge: macro_f1 over all requests, from
//	                 one row a request: predicted class, true class.
//	interactions     a request is a viewer's visit; an item is a video or a listing; the truth grades a finished watch 2, a
//	                 click 1. Judge: ndcg_at_10, the mean over requests.
//	ads              a request is a visit with an ad slot; an item is an ad, and its score the probability of a click;
//	                 bids and budgets come in by Value, targeting by the query's filter; the truth grades a conversion 2, a
//	                 click 1. Judge: normalized_entropy (lower is better), from a row for each candidate: probability,
//	                 clicked or not.
//	graph            a request is a member who opens "people you may know"; an item is another member, so that a candidate
//	                 is an edge; the truth grades an edge that forms later 1. Judge: auc, from a row for each candidate:
//	                 score, formed or not.
//	faces            a request is a photo of a face; an item is an enrolled person, and the score of a candidate the
//	                 similarity that is compared with the threshold; the truth grades the same person 1, and a stranger has
//	                 no positives. Judge: tar_at_far, from a row for each candidate: score, same person or not; the
//	                 threshold is set by the rows of the whole set of requests.
//	scenes           a request is a street picture; an item is a labeled box on a fixed grid of classes, positions, scales
//	                 and shapes, the same for every picture, so that refining a box replaces Item by a neighbor and
//	                 suppressing one scores it -Inf; the truth implements OverlapTruth: which object of the picture a box
//	                 covers, and by how much (intersection over union). Judge: map_50, from a row for each box (score,
//	                 class, class of the object that it is the first to cover) and one for each object that no box covers.
//	text             a request is a typed query; an item is a document; the truth grades relevance 0 to 3.
//	                 Judge: ndcg_at_10, the mean over requests.
//	posts            a request is a moderator's shift with a queue of limited length; an item is a post, and the query's
//	                 filter keeps those of the shift; the truth grades a harmful post 1. Judge: pr_auc, from a row for each
//	                 candidate, and one scored -Inf for each harmful post that stage one missed.
//	payments         a request is a transaction; an item is an action (approve, verify, review, decline), and stage one's
//	                 rules leave one action where they are sure; the truth implements CostTruth: what an action costs in
//	                 hindsight, and grades the cheapest 1. Judge: expected_cost (lower is better), the mean over requests
//	                 of the first candidate's cost.
//	trips            a request is a departure: from, to, when; an item is a route, and a candidate's score is minus the
//	                 minutes it predicts, so that the fastest comes first; the truth grades the route that was driven 1 and
//	                 implements CostTruth: the minutes a route really took. Judge: mae (lower is better), the mean over
//	                 requests of the absolute error of the first candidate.
package problem
