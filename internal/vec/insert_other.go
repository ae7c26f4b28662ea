//go:build !amd64

package vec

// On other processors than amd64, insertPlain is used.
const fastInsert = false

func insertAVX2(list *uint64, n int, v uint64) int { panic("vec: no AVX2") }
