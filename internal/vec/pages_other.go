//go:build !linux

package vec

// UseHugePages does nothing on this system; see pages_linux.go.
func UseHugePages[T float32 | int32 | int16]([]T) {}
