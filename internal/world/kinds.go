package world

// Kinds returns the kinds of world, in the order in which they are shown.
func Kinds() []Kind {
	return []Kind{imagesKind(), interactionsKind()}
}
