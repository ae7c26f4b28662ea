//go:build !amd64 && !arm64

package vec

// On other processors than amd64 and arm64, dotPlain is used; the rest is never called.
const fastCodes = false

func dotCodesFast(q *int16, rows *int16, width int, ids *int32, n int, out *float32) {
	panic("vec: no assembly")
}

func prefetchCodes(rows *int16, width int, ids *int32, n int) {}
