package catalog

import (
	"slices"
	"strings"

	"dryrun/framework"
)

// Direction says which way a metric is better.
type Direction string

// The directions.
const (
	Higher  Direction = "higher"
	Lower   Direction = "lower"
	Neither Direction = "neither"
)

// Metric is one number that a report may hold. A variant follows a dot in a report (ndcg_at_10.none), an interval ends
// in _lo and _hi.
type Metric struct {
	ID        string             `json:"id"`
	Direction Direction          `json:"direction"`
	Timing    bool               `json:"timing"` // measured, or derived from measured time: doesn't repeat
	Fact      bool               `json:"fact"`   // counted, not estimated: any difference is one, and it needs no interval
	Line      string             `json:"line"`
	Steps     []framework.StepID `json:"steps"` // that yield it; empty: all seven
	Kinds     []string           `json:"kinds"` // of world that yield it; empty: all
}

// MetricTable returns every metric in the order of the steps that yield it.
func MetricTable() []Metric {
	return slices.Concat(requestMetrics(), pipelineMetrics(), modelMetrics(), onlineMetrics(), servingMetrics())
}

func metric(id string, d Direction, line string, steps ...framework.StepID) Metric {
	return Metric{ID: id, Direction: d, Line: line, Steps: steps}
}

func timing(id string, d Direction, line string, steps ...framework.StepID) Metric {
	return Metric{ID: id, Direction: d, Timing: true, Line: line, Steps: steps}
}

// counted is a metric that is counted: memory, or what the log and the settings fix.
func counted(m Metric) Metric {
	m.Fact = true
	return m
}

// requestMetrics are those of every step.
func requestMetrics() []Metric {
	return []Metric{
		metric("stage1_recall_at_k", Higher, "share of a request's positives that stage one finds among its K candidates, mean over requests"),
		ofUsers(metric("stage1_recall_new_at_k", Higher,
			"the same of positives that fewer than five people had engaged with before, over the requests that have any")),
		metric("quality", Higher, "the world's own measure of the answer, named in the setup"),
		metric("ranker_gain", Higher, "quality of the answer less that of stage one's own order, paired over requests"),
		metric("ndcg_at_10", Higher, "normalized discounted cumulative gain of the first ten, gain 2^grade-1 (Järvelin and Kekäläinen 2002)"),
		metric("clicks_per_page", Higher,
			"clicks that a page of the answer brings in truth: the world's probabilities, each slot by how often it is looked at"),
		metric("satisfied_per_page", Higher, "the same of successes: finished watches, purchases"),
		metric("value_per_page", Higher, "the same of what successes are worth: minutes, prices"),
		timing("p50_ms", Lower, "median time of a request: encode, stage one, stage two, one after the other on one core"),
		timing("p99_ms", Lower, "99th percentile of the same"),
		timing("stage1_p99_ms", Lower, "99th percentile of stage one's search"),
		timing("stage2_p99_ms", Lower, "99th percentile of stage two: features, scores, order"),
		counted(timing("index_mb", Lower, "memory of the index: vectors and links")),
		timing("index_build_s", Lower, "time to build the index from the vectors or the log, on the lab's workers"),
	}
}

// pipelineMetrics are those of the steps that look at the two stages.
func pipelineMetrics() []Metric {
	return []Metric{
		metric("index_recall_at_k", Higher,
			"share of an exact scan's first K (at most 100) that the engine finds; after the dot the corpus size",
			framework.Requirements, framework.Architecture),
		timing("one_stage_ms", Lower,
			"median time of one stage: an exact scan of the whole corpus that returns the answer", framework.Requirements),
		timing("two_stages_ms", Lower, "median time of both stages", framework.Requirements),
		timing("speedup", Higher,
			"median time of an exact scan for K candidates over the engine's, same corpus and requests", framework.Requirements),
		timing("target_one_stage_ms", Lower,
			"one_stage_ms carried to the target's size by the fitted growth: the slowest shard, fan-out and merge", framework.Requirements),
		timing("target_two_stages_ms", Lower,
			"two_stages_ms carried to the target's size by the fitted growth: the slowest shard, fan-out, merge and ranking",
			framework.Requirements),
		timing("target_request_ms", Lower,
			"target_two_stages_ms with encoding and the parts that the case assumes: the median of a whole request", framework.Requirements),
		metric("target_index_recall_at_k", Higher,
			"index_recall_at_k carried to the size of one shard by its trend over sizes, with the engine's settings as they are",
			framework.Requirements),
		counted(timing("shards", Lower, "machines that hold one copy of the index at the target's size", framework.Requirements)),
		counted(timing("target_index_mb", Lower, "index_mb carried to the target's size, linear", framework.Requirements)),
		counted(timing("machines", Lower,
			"machines for the target's requests per second at 60% load: whole copies of the index's shards, encoding included",
			framework.Requirements)),
		timing("budget_left_ms", Higher,
			"budget less the assumed parts and the p99s of encoding and of both stages at the target", framework.Requirements),
		metric("quality_all", Higher, "quality with every item ranked, on up to 400 requests", framework.Architecture),
		metric("quality_kept", Higher, "quality of two stages over quality_all, same requests", framework.Architecture),
		metric("quality_gap", Higher, "quality of two stages less quality_all, paired, same requests", framework.Architecture),
		metric("ceiling_loss", Lower, "quality lost even if the ranker ordered stage one's candidates perfectly", framework.Architecture),
		metric("page_filled", Higher, "share of the page's slots with an item that can be had, by where filters work", framework.Architecture),
		metric("unavailable_shown", Lower, "share of the items shown that can't be had", framework.Architecture),
		metric("filtered_recall_at_k", Higher,
			"share of positives that can be had among what reaches stage two, by filter", framework.Architecture),
		ofUsers(metric("merged_recall_at_k", Higher,
			"share of positives among K candidates merged from several generators, by merge; after the dot one generator alone",
			framework.Architecture)),
		metric("recall_at_10", Higher,
			"share of a request's positives among the first ten of the answer", framework.Architecture, framework.Model, framework.Evaluation),
		timing("encode_p99_ms", Lower, "99th percentile of encoding a request", framework.Architecture),
	}
}

// modelMetrics are those of the steps that look at what is learned, and from what.
func modelMetrics() []Metric {
	return []Metric{
		counted(metric("sparsity", Neither, "share of request and item pairs of which the log says nothing", framework.Data)),
		counted(metric("clicks_top_1pct", Neither, "share of clicks that went to the 1% of items most clicked", framework.Data)),
		counted(metric("gini", Neither, "Gini coefficient of clicks over items: 0 all alike, 1 all to one", framework.Data)),
		metric("ctr", Higher, "clicks over impressions in the log", framework.Data),
		metric("ctr_position_ratio", Neither,
			"clicks of the first position over those of the tenth, as logged; after the dot corrected: with clicks weighted by propensity",
			framework.Data),
		metric("claimed_auc", Neither, "AUC that a split of the log claims for one ranker; after the dot the split", framework.Data),
		metric("claim_error", Lower, "how far the chosen split's claim lies from the AUC on the requests that came later", framework.Data),
		metric("overclaim", Lower,
			"by how much the chosen split claims more for stage one than came later, 0 where it claims no more; after the dot the split",
			framework.Data),
		ofPictures(metric("claimed_mrr", Neither,
			"mean of one over the rank of a held-out photo's product by the encoder, as a split of the past claims it; after the dot the "+
				"split, or later: photos after the log of products that nobody had photographed", framework.Data)),
		ofUsers(metric("claimed_quality", Neither,
			"quality that a split of the history claims for stage one; after the dot the split", framework.Data)),
		metric("policy_order_raw", Neither,
			"value of a ranker's order of logged lists against today's order, relative, by the log's clicks as they came", framework.Data),
		metric("policy_order_corrected", Neither, "the same with each click weighted by one over its position's propensity", framework.Data),
		metric("policy_order_true", Neither, "the same in truth: clicks of people who are shown the same items in either order", framework.Data),
		metric("duplicate_share", Lower, "share of test requests whose nearest item is nearly the same picture", framework.Data),
		counted(metric("class_imbalance", Neither, "largest class over smallest", framework.Data)),
		metric("quality_negatives", Higher,
			"quality of the ranker trained with each source of negatives, after the dot; none: stage one's order alone", framework.Data),
		metric("quality_log", Higher, "quality by share of the past requests learned from, in percent after the dot", framework.Data),
		metric("group_loss", Higher, "quality lost without a feature group, paired over requests; after the dot the group", framework.Features),
		metric("encoder_recall_at_k", Higher, "stage one's recall by encoder and dimension, after the dot", framework.Features),
		metric("skew_loss", Lower,
			"quality lost when the most useful group besides similarity is computed differently at serving", framework.Features),
		ofPictures(metric("knn_accuracy", Higher,
			"share of pictures whose five nearest neighbors vote for the right class, five stratified folds; after the dot the encoder",
			framework.Features)),
		ofPictures(metric("knn_gain", Higher,
			"knn_accuracy of the learned encoder less that of raw thumbnails, paired over pictures", framework.Features)),
		metric("quality_gain", Higher,
			"by how much the quality is better than that of the simplest model of the same stage, paired over requests; after the dot the model",
			framework.Model),
		metric("valid_loss", Lower, "last validation loss of a model trained live, after the dot", framework.Model),
		timing("train_ms", Lower, "time to train a model, after the dot", framework.Model),
		counted(timing("model_mb", Lower, "size of a model, after the dot", framework.Model)),
		timing("rank_ms", Lower, "median time for a model to rank the candidates of one request, after the dot", framework.Model),
		timing("pareto", Higher, "1 where no model is both better and faster, else 0; after the dot the model", framework.Model),
	}
}

// onlineMetrics are those of the step that looks at people.
func onlineMetrics() []Metric {
	return []Metric{
		metric("auc", Higher, "chance that a positive among the candidates scores above another candidate", framework.Evaluation),
		metric("pr_auc", Higher, "area under precision and recall over candidates", framework.Evaluation),
		metric("f1", Higher,
			"harmonic mean of precision and recall over candidates at the threshold", framework.Evaluation),
		metric("threshold", Neither, "calibrated chance above which F1 calls a candidate positive", framework.Evaluation),
		metric("top_predicted", Neither, "mean calibrated chance of the likeliest percent of candidates", framework.Evaluation),
		metric("top_observed", Neither, "share of positives among the likeliest percent of candidates", framework.Evaluation),
		metric("mrr", Higher, "mean of one over the rank of the first positive", framework.Evaluation),
		metric("calibration_error", Lower, "mean distance of predicted from observed relevance over bins of equal mass", framework.Evaluation),
		metric("slice_quality", Higher, "quality on a named slice of the test requests, after the dot", framework.Evaluation),
		metric("offline_quality", Higher, "quality against the later log's own clicks, after the dot the candidate ranker", framework.Evaluation),
		metric("ctr_lift", Higher,
			"relative change of click-through against today's system in the simulated test; after the dot the candidate", framework.Evaluation),
		metric("revenue_lift", Higher,
			"relative change of revenue a request, or of minutes watched where nothing is sold; after the dot the candidate", framework.Evaluation),
		metric("retention_lift", Higher, "relative change of the share who return; after the dot the candidate", framework.Evaluation),
		metric("winner_gap", Higher,
			"relative difference between the online and the offline winner on what the test launches on, paired", framework.Evaluation),
		metric("true_lift", Neither, "lift of what the test launches on if everybody got the variant, against nobody", framework.Evaluation),
		metric("measured_lift", Neither, "the same as a test by the unit in force measures it on average", framework.Evaluation),
		metric("lift_error", Lower, "distance of measured_lift from true_lift", framework.Evaluation),
		metric("aa_false_positive", Lower,
			"share of tests without a difference that are significant at 5%; after the dot what is taken for independent", framework.Evaluation),
		metric("false_launch", Lower,
			"share of tests of a change without a lasting effect that end as significant, by the stopping rule in force", framework.Evaluation),
		metric("offline_agreement", Higher,
			"share of pairs of rankers that the offline test orders as people do, by what decides relevance", framework.Evaluation),
		metric("offline_regret", Lower,
			"share of the best ranker's goal that is lost by launching the one that is best offline", framework.Evaluation),
		metric("design_effect", Lower, "variance of success_rate by person over that of as many independent requests", framework.Evaluation),
		metric("users_per_arm", Lower, "people an arm to see a 5% relative lift of success_rate with 80% power at 5%", framework.Evaluation),
		ofUsers(metric("exposure_top_1pct", Neither,
			"share of showings that went to the 1% of items most shown in the simulated test, after the dot the arm", framework.Evaluation)),
		ofUsers(metric("logged_gini", Neither,
			"Gini coefficient of the clicks that an arm of the simulated test logged, after the dot the arm", framework.Evaluation)),
		metric("success_rate", Higher, "successes over requests of today's system in the simulated test", framework.Evaluation),
		metric("queries_per_arm", Lower,
			"requests an arm, of people as they come, to see a 5% relative lift of success_rate with 80% power at 5%", framework.Evaluation),
		metric("peeking_false_positive", Lower,
			"share of tests without a difference that stop at a daily look as significant at 5%", framework.Evaluation),
	}
}

// servingMetrics are those of the step that looks at load, age and change.
func servingMetrics() []Metric {
	return []Metric{
		metric("cache_hit_share", Higher, "share of requests answered from the cache", framework.Serving),
		metric("staleness_hours", Lower,
			"mean age of an answer: none online, by hits with a cache, by a simulated day where it is computed ahead", framework.Serving),
		counted(metric("batch_coverage", Higher, "share of requests whose answer could have been computed ahead", framework.Serving)),
		metric("success_per_load", Higher,
			"successes per page load of a simulated day, by when pages are computed: at the request, once an hour or at night", framework.Serving),
		metric("success_gap", Higher, "success_per_load less that of pages computed at the request, paired over viewers", framework.Serving),
		metric("pages_per_load", Lower, "pages computed for each page that somebody looks at", framework.Serving),
		ofUsers(metric("promise_kept", Higher, "share of new items that got the impressions that they were promised", framework.Serving)),
		ofUsers(metric("newcomer_impressions", Neither, "share of all impressions that went to new items", framework.Serving)),
		ofUsers(metric("explore_cost", Lower,
			"successes per visit without exploration less those with it, paired over visits", framework.Serving)),
		metric("switch_recall_at_k", Higher, "stage one's recall while a new encoder goes live, by the way in force", framework.Serving),
		metric("switch_recall_gap", Higher, "switch_recall_at_k less the recall before the switch, paired over requests", framework.Serving),
		counted(metric("switch_index_mb", Lower, "memory of the indexes while a new encoder goes live", framework.Serving)),
		counted(metric("changed_items", Neither,
			"items inserted into an index while it answered requests; as many were deleted", framework.Serving)),
		metric("recall_after_changes", Higher,
			"share of an exact scan's first K over the items then live that the index finds after the inserts and deletes", framework.Serving),
		metric("recall_after_changes_gap", Higher,
			"recall_after_changes less that of an index built at once over the same items, paired over requests", framework.Serving),
		metric("deleted_returned", Lower,
			"deleted items in answers to requests that began after the deletion, during and after the changes", framework.Serving),
		timing("inserts_per_s", Higher, "items inserted in a second while the index answers requests", framework.Serving),
		timing("deletes_per_s", Higher, "items deleted in a second while the index answers requests", framework.Serving),
		timing("stage1_p99_changing_ms", Lower, "99th percentile of a search of that index while items come and go", framework.Serving),
		timing("stage1_p99_quiet_ms", Lower, "99th percentile of a search of that index after the last change", framework.Serving),
		metric("canary_requests", Lower,
			"judged requests on each side of a canary to see the loss of quality, 80% power at 5%", framework.Serving),
		timing("service_ms", Lower, "mean time of a request on one core without a queue", framework.Serving),
		timing("sim_p50_ms", Lower, "median time of a request with queueing, Poisson arrivals at the load", framework.Serving),
		timing("sim_p95_ms", Lower, "95th percentile of the same", framework.Serving),
		timing("sim_p99_ms", Lower, "99th percentile of the same", framework.Serving),
		timing("throughput_per_s", Higher, "requests that one core finishes in a second at the load", framework.Serving),
		timing("cost_per_million", Lower, "core-hours for a million requests at the load, idle time included", framework.Serving),
		metric("psi_max", Lower,
			"largest population stability index of a feature at the end of the simulated month (Siddiqi 2006)", framework.Serving),
		metric("ks_max", Lower, "largest Kolmogorov-Smirnov distance of a feature at the end of the simulated month", framework.Serving),
		metric("alarm_delay_days", Lower, "days from the first drifted request to the first alarm", framework.Serving),
		metric("false_alarms_per_month", Lower, "alarms in a month in which nothing moves", framework.Serving),
		metric("quality_drifted", Higher, "quality on drifted requests with the old models", framework.Serving),
		metric("drift_loss", Lower, "quality less quality_drifted, on different requests", framework.Serving),
		metric("retrain_gain", Higher, "quality_retrained less quality_drifted, paired over the drifted requests", framework.Serving),
		metric("quality_retrained", Higher, "quality on drifted requests with models trained on drifted requests", framework.Serving),
	}
}

// ofPictures is a metric that only pictures yield.
func ofPictures(m Metric) Metric {
	m.Kinds = []string{"images"}
	return m
}

// ofUsers is a metric that only worlds with returning users yield.
func ofUsers(m Metric) Metric {
	m.Kinds = []string{"interactions"}
	return m
}

// MetricByID returns the metric that id is, with or without a variant or an interval's end: ndcg_at_10.none_lo is
// ndcg_at_10.
func MetricByID(id string) (Metric, bool) {
	base, variant, _ := strings.Cut(id, ".")
	if variant == "" {
		base = withoutEnd(base)
	}
	for _, m := range MetricTable() {
		if m.ID == base {
			return m, true
		}
	}
	return Metric{}, false
}

func withoutEnd(id string) string {
	return strings.TrimSuffix(strings.TrimSuffix(id, "_lo"), "_hi")
}

// Yields says whether a step of a world of this kind can report the metric. Data may still lack what it needs; the
// report then lists it as missing.
func Yields(kind string, step framework.StepID, id string) bool {
	m, ok := MetricByID(id)
	if !ok || kindOf(kind).id == "" {
		return false
	}
	return (len(m.Steps) == 0 || slices.Contains(m.Steps, step)) && (len(m.Kinds) == 0 || slices.Contains(m.Kinds, kind))
}

// Absolute reports whether a metric is an amount that depends on the world's own scale (a quality, a time, a size), so that
// nobody can reason it out before they have seen the world; shares, ratios and lifts can be.
func Absolute(m Metric) bool {
	for _, part := range []string{"quality", "ndcg", "mrr", "auc", "f1", "revenue_per", "calibration_error"} {
		if strings.Contains(m.ID, part) && !strings.HasSuffix(m.ID, "_kept") {
			return true
		}
	}
	for _, unit := range []string{"_ms", "_mb", "_s"} {
		if strings.HasSuffix(m.ID, unit) {
			return true
		}
	}
	return false
}
