//go:build !linux

package vec

// Huge does nothing here: see pages_linux.go.
func Huge[T float32 | int32 | int16]([]T) {}
