package casestudies

import (
	"fmt"
	"strings"

	"dryrun/framework"
)

const validSamples = `    samples:
      - {id: strong, score: 3.5, answer: Words.}
      - {id: opposite, score: 0, answer: Words.}
      - {id: fluent-wrong, score: 0.5, answer: Words., chooses: {d1: b}, why: Wrong.}
`

// validWrong is as many wrong claims as lint asks for.
var validWrong = strings.Repeat(`      - {says: No., evidence: [[no]], against: [c1], why: So.}
`, fewestWrong)

func validCurveball(i int) string {
	return fmt.Sprintf(`  - id: b%d
    at: serving
    says: It broke.
    criteria:
      - {id: b%d-c, text: T, level: senior, weight: 3, evidence: [[x]], probe: P, stronger: S}
`, i, i)
}

// valid is a small case without findings: the steps are the same, but the last two have more.
func valid() string {
	var b strings.Builder
	b.WriteString(`version: 1
id: small
title: T
summary: S
domain: search
difficulty: core
minutes: 45
tags: [words]
brief: |
  We want people to find things.
brief-parts:
  - {id: goal, questions: [what is it, what for], says: We want people to find things.}
facts:
  - {id: size, topic: scale, asks: [[items, catalogue], [how many]], answer: 1 million., short: 1M, matters: No scan., critical: true,
     questions: [a, b, c, d], numbers: {items: 1000000}}
derived:
  - {id: memory, value: 256 MB, formula: items * 64 * 4 / 1e6, says: floats}
demo:
  world: {kind: images, items: 2000}
  engine: hnsw
  k: 200
  target: {items: 1000000, qps: 500, p99: 100ms}
  assumed: {network: 40ms}
steps:
`)
	for i, s := range framework.Steps() {
		fmt.Fprintf(&b, `  %s:
    prompt: Go on.
    hints: [one, two, three]
    decide:
      - id: d1
        ask: Which?
        options:
          a: best
          b: poor
        why: Because.
      - {id: d2, ask: "Which engine?", knob: engine, metric: speedup, options: {exact: poor, hnsw: best}, why: Size.}
    lab:
      shows: Something.
      backed: [{sentence: 1, metric: speedup, is: present}]
      predict:
        - {id: p1, ask: "How many of 9?", metric: speedup, scale: log, knob: items, set: {items: 1000000}}
    reference: %s
    criteria:
`, s.ID, strings.TrimSpace(strings.Repeat("word ", 200)))
		for j := range 4 {
			fmt.Fprintf(&b, "      - id: c%d\n        text: T\n        level: %s\n        weight: 2\n", j+1, framework.Levels()[j%3])
			b.WriteString("        evidence: [[x, 200], [y]]\n        probe: P\n        stronger: S\n        says: [a, b, c]\n")
		}
		b.WriteString("    wrong:\n" + validWrong)
		if i >= 5 {
			b.WriteString("    followups: [{id: f1, ask: Why indeed, answer: So.}]\n    pitfalls: [{id: p, text: Careful.}]\n")
		}
		b.WriteString(validSamples)
	}
	b.WriteString("curveballs:\n")
	for i := range 3 {
		b.WriteString(validCurveball(i))
	}
	b.WriteString("references:\n  - {title: R, url: \"https://example.org/a\"}\n")
	return b.String()
}
