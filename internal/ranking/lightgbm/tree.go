package lightgbm

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"dryrun/internal/ranking/tree"
)

// The bits of decision_type: categorical, default side, and two bits of how missing values are marked.
const (
	splitsBySet = 1
	missingLeft = 2

	missingIsNone = 0
	missingIsZero = 1
	missingIsNaN  = 2
)

// splits are the columns of a tree's block: inner nodes first to last; a child below 0 is leaf −child−1.
type splits struct {
	feature, decision, left, right []int64
	threshold                      []float64
	leaf                           []float64
	sets                           [][]int32
}

func readTree(keys map[string]string, columns int) (boostedTree, error) {
	s, err := readSplits(keys, columns)
	if err != nil {
		return boostedTree{}, err
	}
	return s.tree()
}

func readSplits(keys map[string]string, columns int) (*splits, error) {
	leaves, err := strconv.Atoi(keys["num_leaves"])
	if err != nil || leaves < 1 || leaves > len(keys["leaf_value"]) { // a leaf takes at least a character
		return nil, fmt.Errorf("num_leaves %q doesn't fit its leaf_value", keys["num_leaves"])
	}
	if keys["is_linear"] == "1" {
		return nil, errors.New("leaves hold linear models, which aren't served; train with linear_tree=false")
	}
	s := &splits{}
	if s.leaf, err = readFloats(keys, "leaf_value", leaves); err != nil || leaves == 1 {
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
		if *list.into, err = readInts(keys, list.key, leaves-1, list.lo, list.hi); err != nil {
			return nil, err
		}
	}
	if s.threshold, err = readFloats(keys, "threshold", leaves-1); err != nil {
		return nil, err
	}
	return s, s.readSets(keys)
}

// readSets reads the sets of codes that go left: bit c of words [boundary i, boundary i+1) is code c of set i.
func (s *splits) readSets(keys map[string]string) error {
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
	at, err := readInts(keys, "cat_boundaries", n+1, 0, int64(total))
	if err != nil {
		return err
	}
	words, err := readInts(keys, "cat_threshold", int(at[n]), 0, math.MaxUint32)
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
func (s *splits) tree() (boostedTree, error) {
	t := boostedTree{Tree: tree.Tree{Nodes: make([]tree.Node, 1, 2*len(s.leaf)-1), Sets: s.sets}, values: make([]float64, 2*len(s.leaf)-1)}
	source := []int64{0} // by node: the split it is, or −leaf−1
	if len(s.leaf) == 1 {
		source[0] = -1
	}
	for at := 0; at < len(t.Nodes); at++ {
		from := source[at]
		if from < 0 {
			value := s.leaf[-from-1]
			t.Nodes[at], t.values[at] = tree.Leaf(int32(at), float32(value)), value
			continue
		}
		if len(t.Nodes)+2 > cap(t.Nodes) {
			return t, errors.New("its splits run in a circle or share a child")
		}
		n, err := s.node(int(from))
		if err != nil {
			return t, err
		}
		n.Left = int32(len(t.Nodes))
		t.ZeroMissing = t.ZeroMissing || n.Flags&tree.ZeroAsMissing != 0
		t.Nodes[at] = n
		t.Nodes = append(t.Nodes, tree.Node{}, tree.Node{})
		source = append(source, s.left[from], s.right[from])
	}
	if len(t.Nodes) != cap(t.Nodes) {
		return t, fmt.Errorf("only %d of its %d splits and leaves are reached", len(t.Nodes), cap(t.Nodes))
	}
	seen := make([]bool, 2*len(s.leaf))
	for _, from := range source {
		if at := int(from) + len(s.leaf); seen[at] {
			return t, errors.New("its splits share a child")
		} else {
			seen[at] = true
		}
	}
	t.masked = tree.NewMasked(&t.Tree, func(node int) float64 { return t.values[node] })
	return t, nil
}

// node returns split i without its children. Rows are float32, so the greatest float32 that is at most the threshold
// parts them as the threshold does.
func (s *splits) node(i int) (tree.Node, error) {
	decision := s.decision[i]
	n := tree.Node{Column: uint16(s.feature[i])}
	if decision&splitsBySet != 0 {
		set := s.threshold[i]
		if !(set >= 0 && set < float64(len(s.sets))) || set != math.Trunc(set) || set > 1<<24 {
			return n, fmt.Errorf("split %d names set %g of %d", i, set, len(s.sets))
		}
		n.Threshold, n.Flags = float32(set), tree.IsSet|tree.MissingRight
		return n, nil
	}
	n.Threshold = floor32(s.threshold[i])
	defaultRight := decision&missingLeft == 0
	zeroRight := 0 > n.Threshold // where zero goes by its value
	switch decision >> 2 & 3 {
	case missingIsNone: // NaN counts as zero
		defaultRight = zeroRight
	case missingIsZero: // both zero and NaN go to the default side
		near := n.Threshold >= -tree.Zero && n.Threshold < tree.Zero // it parts values that all count as zero
		if near || zeroRight != defaultRight {
			n.Flags |= tree.ZeroAsMissing
		}
	case missingIsNaN:
	default:
		return n, fmt.Errorf("split %d has decision_type %d, whose missing values are of no known kind", i, decision)
	}
	if defaultRight {
		n.Flags |= tree.MissingRight
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
