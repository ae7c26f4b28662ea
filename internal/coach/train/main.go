// Train fits the coach's model to labeled answers, and writes its weights. It first reports how the model does on each case when
// it is trained on the others. Run it in the module's root:
//
//	go run ./internal/coach/train
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
)

const (
	answersFile = "internal/coach/testdata/labeled.answers.json"
	labelsFile  = "internal/coach/testdata/labeled.labels.json"
	weightsFile = "internal/coach/weights.txt"
)

// row is one answer for one criterion.
type row struct {
	cs  string
	x   []float64 // the first is 1
	met bool
}

func main() {
	log.SetFlags(0)
	rows, err := load()
	if err != nil {
		log.Fatalf("reading the labeled answers: %v", err)
	}
	report(rows)
	w := fit(rows)
	names := append([]string{"bias"}, coach.FeatureNames()...)
	var b strings.Builder
	for i, name := range names {
		fmt.Fprintf(&b, "%s %.3f\n", name, w[i])
	}
	if err := os.WriteFile(weightsFile, []byte(b.String()), 0o644); err != nil {
		log.Fatalf("writing the weights: %v", err)
	}
	fmt.Printf("trained on %d answers and criteria:\n%s", len(rows), b.String())
}

func load() ([]row, error) {
	var answers []struct{ ID, Case, Step, Text string }
	var labels []struct {
		ID, Criterion string
		Mark          float64
	}
	for file, into := range map[string]any{answersFile: &answers, labelsFile: &labels} {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, into); err != nil {
			return nil, err
		}
	}
	marks := map[[2]string]float64{}
	for _, l := range labels {
		marks[[2]string{l.ID, l.Criterion}] = l.Mark
	}
	c := coach.New()
	var rows []row
	cases := map[string]*casestudies.Case{}
	for _, a := range answers {
		if cases[a.Case] == nil {
			cs, err := casestudies.Find(a.Case)
			if err != nil {
				return nil, err
			}
			cases[a.Case] = cs
		}
		for _, e := range c.Examples(cases[a.Case], framework.StepID(a.Step), coach.Answer{Text: a.Text}) {
			if mark, ok := marks[[2]string{a.ID, e.Criterion}]; ok {
				rows = append(rows, row{a.Case, append([]float64{1}, e.Features[:]...), mark >= 0.5})
			}
		}
	}
	return rows, nil
}

// report prints precision and recall on each case when the model is trained on the others.
func report(rows []row) {
	byCase := map[string][]row{}
	var order []string
	for _, r := range rows {
		if byCase[r.cs] == nil {
			order = append(order, r.cs)
		}
		byCase[r.cs] = append(byCase[r.cs], r)
	}
	for _, left := range order {
		var others []row
		for _, r := range rows {
			if r.cs != left {
				others = append(others, r)
			}
		}
		w := fit(others)
		var right, wrong, missed float64
		for _, r := range byCase[left] {
			switch said := dot(w, r.x) >= 0; {
			case said && r.met:
				right++
			case said:
				wrong++
			case r.met:
				missed++
			}
		}
		fmt.Printf("%s, trained without it: precision %.2f, recall %.2f\n", left, right/(right+wrong), right/(right+missed))
	}
}

// fit is logistic regression by Newton's method. The penalty on the weights, but not on the bias, is half of their squared length.
func fit(rows []row) []float64 {
	n := len(rows[0].x)
	w := make([]float64, n)
	for range 25 {
		gradient := make([]float64, n)
		hessian := make([][]float64, n)
		for i := range hessian {
			hessian[i] = make([]float64, n)
			if i > 0 {
				hessian[i][i], gradient[i] = 1, w[i]
			}
		}
		for _, r := range rows {
			p := 1 / (1 + math.Exp(-dot(w, r.x)))
			y := 0.0
			if r.met {
				y = 1
			}
			for i, x := range r.x {
				gradient[i] += (p - y) * x
				for j, z := range r.x {
					hessian[i][j] += p * (1 - p) * x * z
				}
			}
		}
		for i, d := range solve(hessian, gradient) {
			w[i] -= d
		}
	}
	return w
}

// solve solves a x = b for a positive definite matrix, which it overwrites.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		for j := i + 1; j < n; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < n; k++ {
				a[j][k] -= f * a[i][k]
			}
			b[j] -= f * b[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
	}
	return b
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
