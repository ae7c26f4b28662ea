package collab

import (
	"math"
	"slices"
	"testing"

	"dryrun/internal/problem"
)

// ramp is content of one value, the item's number.
type ramp struct{}

func (ramp) Width() int                               { return 1 }
func (ramp) Item(i int32, into []float32)             { into[0] = float32(i) }
func (ramp) Request(_ *problem.Query, into []float32) { into[0] = 0 }

func TestAnItemThatNobodyHasSeenIsPlacedByItsContent(t *testing.T) {
	const items = 10
	f := &Factors{Dim: 2, User: []float32{1, 1}, Item: make([]float32, 2*items)}
	h := &problem.History{Users: 1, Items: items, Start: []int32{0, items - 1}}
	for i := range items - 1 {
		f.Item[2*i], f.Item[2*i+1] = float32(i), 3-float32(i)
		h.Item, h.Weight, h.Day = append(h.Item, int32(i)), append(h.Weight, 1), append(h.Day, 0)
	}
	before := slices.Clone(f.Item)
	got, err := f.WithContent(h, ramp{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if y := got.item(items - 1); math.Abs(float64(y[0])-9) > 0.2 || math.Abs(float64(y[1])+6) > 0.2 {
		t.Errorf("the item after 8 is placed at %v", y)
	}
	if !slices.Equal(got.Item[:2*(items-1)], before[:2*(items-1)]) || !slices.Equal(f.Item, before) {
		t.Error("an item that is known has moved")
	}
	nothing := &problem.History{Users: 1, Items: items, Start: []int32{0, 0}}
	if same, err := f.WithContent(nothing, ramp{}, 1); err != nil || !slices.Equal(same.Item, before) {
		t.Errorf("without anything to learn from, vectors move (error %v)", err)
	}
}
