//go:build amd64 || arm64

package vec

//go:noescape
func dotCodesFast(q *int16, rows *int16, width int, ids *int32, n int, out *float32)

//go:noescape
func prefetchCodes(rows *int16, width int, ids *int32, n int)
