package author

import (
	"fmt"
	"strings"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"
)

// small is a case whose claims a lab that answers by rule can keep: every step has a decision about K, one sentence of what it
// shows, and one prediction.
func small(t *testing.T, edit ...string) *casestudies.Case {
	t.Helper()
	var b strings.Builder
	b.WriteString(`version: 1
id: small
title: T
summary: S
domain: search
difficulty: core
minutes: 45
brief: We want people to find things.
facts:
  - {id: size, topic: scale, asks: [[items], [how many]], answer: 1 million., short: 1M, matters: No scan., critical: true}
demo:
  world: {kind: images, items: 2000}
  engine: hnsw
  k: 200
  ranker: trees
  target: {items: 1000000, qps: 500, p99: 100ms}
steps:
`)
	for _, s := range framework.Steps() {
		fmt.Fprintf(&b, `  %s:
    prompt: Go on.
    hints: [one, two, three]
    decide:
      - {id: d1, ask: "Which K?", knob: k, metric: stage1_recall_at_k, options: {20: poor, 100: ok, 200: best}, why: Recall.}
      - {id: d2, ask: "Which ranker?", metric: p99_ms, options: {dear: poor, right: best}, why: Time.,
         runs: {dear: {ranker: dcn}, right: {}}}
      - {id: d3, ask: "Which switch?", metric: stage1_recall_at_k, options: {at-once: poor, both: best, never: poor}, why: Versions.,
         runs: {at-once: {fault: encoder-mismatch}, both: {ranker: trees}}}
    lab:
      shows: A larger K finds more.
      backed:
        - {sentence: 1, metric: stage1_recall_at_k, set: {k: 200}, is: higher, than-set: {k: 20}}
        - {sentence: 1, metric: quality, is: same, than-metric: ndcg_at_10}
        - {sentence: 1, metric: p50_ms, is: present}
      predict:
        - {id: p1, ask: "Trees reach 0.4: how much of it does 20 keep?", metric: ndcg_at_10, scale: linear, knob: k,
           set: {k: 20}, as: ratio}
    reference: word
    criteria:
      - {id: c1, text: T, level: mid, weight: 2, evidence: [[x]], probe: P, stronger: S}
`, s.ID)
	}
	b.WriteString("curveballs:\n  - {id: b, at: serving, says: It broke., fault: encoder-mismatch,\n" +
		"     criteria: [{id: bc, text: T, level: mid, weight: 1, evidence: [[x]], probe: P, stronger: S}]}\n")
	text := b.String()
	for i := 0; i+1 < len(edit); i += 2 {
		if !strings.Contains(text, edit[i]) {
			t.Fatalf("the case has no %q to change", edit[i])
		}
		text = strings.Replace(text, edit[i], edit[i+1], 1)
	}
	c, findings := casestudies.Load("small.yaml", strings.NewReader(text))
	if c == nil {
		t.Fatalf("the case doesn't load: %v", findings)
	}
	return c
}
