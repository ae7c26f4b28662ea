package vec

import (
	"runtime/debug"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// beforeTheEdge returns a page of floats that is followed by a protected page.
func beforeTheEdge(t *testing.T) []float32 {
	t.Helper()
	page := unix.Getpagesize()
	raw, err := unix.Mmap(-1, 0, 2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(raw); err != nil {
			t.Error(err)
		}
	})
	if err := unix.Mprotect(raw[page:], unix.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&raw[0])), page/4)
}

// The assembly has no bounds checks: reading past a slice's end faults only where the next page isn't mapped.
func TestKernelsReadNothingPastASlice(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			t.Error("a kernel went past the end of a slice:", r)
		}
	}()
	x, y, z := beforeTheEdge(t), beforeTheEdge(t), beforeTheEdge(t)
	ids := []int32{0, 1, 2, 3, 4, 5, 6, 7, 8}
	for dim := 1; dim <= 70; dim++ {
		q := last(x, dim)
		for n := 1; n <= len(ids); n++ {
			rows, out := last(y, n*dim), last(z, n)
			DotRows(q, rows, dim, out)
			DotGather(q, rows, dim, ids[:n], out)
		}
		Axpy(2, q, last(y, dim))
	}
	for _, k := range []int{1, 2, 7} {
		tile(k, last(x, tileRows*k), k, 1, last(y, k*tileCols), last(z, tileRows*tileCols), tileCols)
		tile(k, last(x, tileRows*k), 1, tileRows, last(y, k*tileCols), last(z, tileRows*tileCols), tileCols)
	}
}

func last(x []float32, n int) []float32 { return x[len(x)-n:] }
