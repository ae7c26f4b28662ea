//go:build amd64 || arm64

package vec

// The kernels in assembly. A query is multiplied with n rows of dim values, scattered by ids or, where ids is nil, contiguous.

//go:noescape
func dotFast(q, rows *float32, dim int, ids *int32, n int, out *float32)

//go:noescape
func axpyFast(a float32, x, y *float32, n int)

//go:noescape
func prefetch(p *int32)
