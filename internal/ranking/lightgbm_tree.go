package ranking

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
)

// The bits of decision_type: categorical, default side, and two bits of how missing values are marked.
const (
	lightCategorical = 1
	lightDefaultLeft = 2

	lightMissingNone = 0
	lightMissingZero = 1
	lightMissingNaN  = 2
)

// lightSplits are the columns of a tree's block: inner nodes first to last; a child below 0 is leaf −child−1.
type lightSplits struct {
	feature, decision, left, right []int64
	threshold                      []float64
	leaf                           []float64
	sets                           [][]int32
}

func readLightTree(keys map[string]string, columns int) (lightTree, error) {
	s, err := readLightSplits(keys, columns)
	if err != nil {
		return lightTree{}, err
	}
	return s.tree()
}

func readLightSplits(keys map[string]string, columns int) (*lightSplits, error) {
	leaves, err := strconv.Atoi(keys["num_leaves"])
	if err != nil || leaves < 1 || leaves > len(keys["leaf_value"]) { // a leaf takes at least a character
		return nil, fmt.Errorf("num_leaves %q doesn't fit its leaf_value", keys["num_leaves"])
	}
	if keys["is_linear"] == "1" {
		return nil, errors.New("leaves hold linear models, which aren't served; train with linear_tree=false")
	}
	s := &lightSplits{}
	if s.leaf, err = lightFloats(keys, "leaf_value", leaves); err != nil || leaves == 1 {
		return s, err
	}
	for _, list := range []struct {
		key    string
		into   *[]int64
		lo, hi int64
	}{
		{"split_feature", &s.feature, 0, int64(columns) - 1},
		{"decision_type", &s.decision, -128, 127},
		{"left_child", &s.left, -int64(leaves), int64(leaves) - 2},
		{"right_child", &s.right, -int64(leaves), int64(leaves) - 2},
	} {
		if *list.into, err = lightInts(keys, list.key, leaves-1, list.lo, list.hi); err != nil {
			return nil, err
		}
	}
	if s.threshold, err = lightFloats(keys, "threshold", leaves-1); err != nil {
		return nil, err
	}
	return s, s.readSets(keys)
}

// readSets reads the sets of codes that go left: bit c of words [boundary i, boundary i+1) is code c of set i.
func (s *lightSplits) readSets(keys map[string]string) error {
	n := 0
	if text, ok := keys["num_cat"]; ok {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 0 || n > len(s.feature) {
			return fmt.Errorf("num_cat %q doesn't fit %d splits", text, len(s.feature))
		}
	}
	if n == 0 {
		return nil
	}
	total := len(keys["cat_threshold"]) // a word takes at least a character
	at, err := lightInts(keys, "cat_boundaries", n+1, 0, int64(total))
	if err != nil {
		return err
	}
	words, err := lightInts(keys, "cat_threshold", int(at[n]), 0, math.MaxUint32)
	if err != nil {
		return err
	}
	s.sets = make([][]int32, n)
	for i := range s.sets {
		if at[i] > at[i+1] || at[i+1] > at[n] {
			return errors.New("cat_boundaries don't ascend")
		}
		for k, w := range words[at[i]:at[i+1]] {
			for ; w != 0; w &= w - 1 {
				s.sets[i] = append(s.sets[i], int32(32*k+bits.TrailingZeros64(uint64(w))))
			}
		}
	}
	return nil
}

// tree lays the splits out as this package's nodes, breadth first, and checks on the way that they are a tree: every
// split and every leaf is reached once.
func (s *lightSplits) tree() (lightTree, error) {
	t := lightTree{tree: tree{nodes: make([]node, 1, 2*len(s.leaf)-1), sets: s.sets}, values: make([]float64, 2*len(s.leaf)-1)}
	source := []int64{0} // by node: the split it is, or −leaf−1
	if len(s.leaf) == 1 {
		source[0] = -1
	}
	for at := 0; at < len(t.nodes); at++ {
		from := source[at]
		if from < 0 {
			value := s.leaf[-from-1]
			t.nodes[at], t.values[at] = leafNode(int32(at), float32(value)), value
			continue
		}
		if len(t.nodes)+2 > cap(t.nodes) {
			return t, errors.New("its splits run in a circle or share a child")
		}
		n, err := s.node(int(from))
		if err != nil {
			return t, err
		}
		n.left = int32(len(t.nodes))
		t.aside = t.aside || n.flags&zeroAside != 0
		t.nodes[at] = n
		t.nodes = append(t.nodes, node{}, node{})
		source = append(source, s.left[from], s.right[from])
	}
	if len(t.nodes) != cap(t.nodes) {
		return t, fmt.Errorf("only %d of its %d splits and leaves are reached", len(t.nodes), cap(t.nodes))
	}
	seen := make([]bool, 2*len(s.leaf))
	for _, from := range source {
		if at := int(from) + len(s.leaf); seen[at] {
			return t, errors.New("its splits share a child")
		} else {
			seen[at] = true
		}
	}
	t.masked = newMasked(&t.tree, func(node int) float64 { return t.values[node] })
	return t, nil
}

// lightZero is what LightGBM takes for zero.
const lightZero = float32(1e-35)

// node returns split i without its children. Rows are float32, so the greatest float32 that is at most the threshold
// parts them as the threshold does.
func (s *lightSplits) node(i int) (node, error) {
	decision := s.decision[i]
	n := node{column: uint16(s.feature[i])}
	if decision&lightCategorical != 0 {
		set := s.threshold[i]
		if !(set >= 0 && set < float64(len(s.sets))) || set != math.Trunc(set) || set > 1<<24 {
			return n, fmt.Errorf("split %d names set %g of %d", i, set, len(s.sets))
		}
		n.threshold, n.flags = float32(set), isSet|missingRight
		return n, nil
	}
	n.threshold = floor32(s.threshold[i])
	defaultRight := decision&lightDefaultLeft == 0
	zeroRight := 0 > n.threshold // where zero goes by its value
	switch decision >> 2 & 3 {
	case lightMissingNone: // NaN counts as zero
		defaultRight = zeroRight
	case lightMissingZero: // both zero and NaN go to the default side
		near := n.threshold >= -lightZero && n.threshold < lightZero // it parts values that all count as zero
		if near || zeroRight != defaultRight {
			n.flags |= zeroAside
		}
	case lightMissingNaN:
	default:
		return n, fmt.Errorf("split %d has decision_type %d, whose missing values are of no known kind", i, decision)
	}
	if defaultRight {
		n.flags |= missingRight
	}
	return n, nil
}

// floor32 is the greatest float32 that is at most x.
func floor32(x float64) float32 {
	f := float32(x)
	if float64(f) > x {
		f = math.Nextafter32(f, float32(math.Inf(-1)))
	}
	return f
}
