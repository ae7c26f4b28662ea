package hnsw

// marks says which nodes a search has met: one bit each, 32 of them in the lower half of a word, whose upper half says
// of which search they are, so that the next one begins without clearing them. Two bits a node stay in a near cache where
// a byte would not.
type marks struct {
	words []uint64
	epoch uint32
}

func newMarks(nodes int) marks { return marks{words: make([]uint64, (nodes+31)/32)} }

// capacity is the number of nodes that can be marked.
func (m *marks) capacity() int { return 32 * len(m.words) }

// clear takes all marks off.
func (m *marks) clear() {
	m.epoch++
	if m.epoch == 0 { // after four billion searches old marks would look new
		clear(m.words)
		m.epoch = 1
	}
}

// set marks a node and returns 1 where it wasn't marked before, else 0: that can't be foreseen, so it is added up, not
// asked.
func (m *marks) set(node int32) int {
	word := &m.words[uint32(node)/32]
	w := *word
	if uint32(w>>32) != m.epoch {
		w = uint64(m.epoch) << 32
	}
	at := uint32(node) % 32
	*word = w | 1<<at
	return int(^w >> at & 1)
}
