package gallery

import (
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/world/worldtest"
)

// The oriented gradients are why the inputs are more than pixels: their neighbors are of the right class more often.
func TestGradientsBeatPixelsOnClothes(t *testing.T) {
	p, err := Folders(t.Context(), problem.Spec{
		Kind: "images", Format: "folders", Path: worldtest.SharedData(t, "clothing"), Queries: 120,
		Seed: 1,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.Items != 480 || len(p.Test) != 120 || len(p.Classes) != 10 || len(p.Notes) != 1 {
		t.Fatalf("%d items, %d judged, classes %v, notes %v: expected 480, 120, ten classes and a note on the license", p.Items, len(p.Test),
			p.Classes, p.Notes)
	}
	// nine directions a cell
	pixels, gradients := nearestOfFive(p, 0, photoBytes), nearestOfFive(p, p.Inputs.Width()-9*photoCells*photoCells, p.Inputs.Width())
	t.Logf("five nearest neighbors are right for %d of 120 by pixels, for %d by gradients", pixels, gradients)
	if gradients < pixels+8 {
		t.Errorf("right for %d of 120 by gradients, %d by pixels: expected clearly more", gradients, pixels)
	}
}

// nearestOfFive counts the judged pictures whose class the five nearest items vote for, by inputs [from, to).
func nearestOfFive(p *problem.Problem, from, to int) (right int) {
	items := make([][]float32, p.Items)
	for i := range items {
		items[i] = make([]float32, p.Inputs.Width())
		p.Inputs.Item(int32(i), items[i])
	}
	own := make([]float32, p.Inputs.Width())
	for n := range p.Test {
		p.Inputs.Request(&p.Test[n], own)
		distance := make([]float32, p.Items)
		order := make([]int, p.Items)
		for i, item := range items {
			order[i] = i
			for k := from; k < to; k++ {
				distance[i] += (item[k] - own[k]) * (item[k] - own[k])
			}
		}
		slices.SortFunc(order, func(a, b int) int {
			if distance[a] < distance[b] {
				return -1
			}
			return 1
		})
		votes := make([]float64, len(p.Classes))
		for rank, i := range order[:5] {
			votes[p.Labels[i]] += 1 - 0.01*float64(rank) // ties go to the nearer
		}
		if slices.Index(votes, slices.Max(votes)) == int(p.TestLabels[n]) {
			right++
		}
	}
	return right
}

func TestMNISTIsRead(t *testing.T) {
	if testing.Short() {
		t.Skip("reads ten thousand pictures")
	}
	p, err := IDX(t.Context(), problem.Spec{
		Kind: "images", Format: "idx", Path: worldtest.SharedData(t, "mnist"), Items: 1000,
		Queries: 50, Seed: 1,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.Items != 1000 || len(p.Test) != 50 || len(p.Classes) != 10 {
		t.Fatalf("%d items, %d judged, classes %v", p.Items, len(p.Test), p.Classes)
	}
	if right := nearestOfFive(p, photoBytes, p.Inputs.Width()); right < 42 {
		t.Errorf("five nearest of a thousand digits are right for %d of 50, expected nearly all", right)
	}
}
