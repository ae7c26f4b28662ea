package binfile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
)

type pair struct {
	A int16
	B float32
}

func write(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(t.Context(), &out, "test", 3)
	w.Put(int32(-5), true, pair{1, 2.5})
	w.Texts("one", "", "three")
	Slice(w, []float32{1, 2, 3})
	Slice(w, []pair{{4, 5}})
	Slice(w, []int64(nil))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(ctx context.Context, in io.Reader) error {
	r, err := NewReader(ctx, in, "test", 3)
	if err != nil {
		return err
	}
	var n int32
	var yes bool
	var p pair
	r.Get(&n, &yes, &p)
	texts, floats, pairs, none := r.Texts(), ReadSlice[float32](r), ReadSlice[pair](r), ReadSlice[int64](r)
	if err := r.Close(); err != nil {
		return err
	}
	if n != -5 || !yes || p != (pair{1, 2.5}) || !slices.Equal(texts, []string{"one", "", "three"}) ||
		!slices.Equal(floats, []float32{1, 2, 3}) || !slices.Equal(pairs, []pair{{4, 5}}) || none != nil {
		return errors.New("it came back different")
	}
	return nil
}

func TestWhatWasWrittenComesBack(t *testing.T) {
	if err := read(t.Context(), bytes.NewReader(write(t))); err != nil {
		t.Error(err)
	}
}

func TestSeveralFilesFollowOneAnotherInOneStream(t *testing.T) {
	two := append(write(t), write(t)...)
	in := bufio.NewReaderSize(bytes.NewReader(two), 1<<16)
	for i := range 2 {
		if kind, err := Kind(in); err != nil || kind != "test" {
			t.Fatalf("file %d: kind %q, %v", i, kind, err)
		}
		if err := read(t.Context(), in); err != nil {
			t.Fatalf("file %d: %v", i, err)
		}
	}
	if _, err := Kind(in); !errors.Is(err, errShort) {
		t.Errorf("after the last file: %v", err)
	}
}

func TestEveryDamagedByteAndEveryCutIsNoticed(t *testing.T) {
	whole := write(t)
	for at := range whole {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 0x10
		if read(t.Context(), bytes.NewReader(damaged)) == nil {
			t.Errorf("byte %d is wrong and the file was accepted", at)
		}
		if read(t.Context(), bytes.NewReader(whole[:at])) == nil {
			t.Errorf("the file ends after %d bytes and was accepted", at)
		}
	}
}

func TestAnotherKindOrVersionIsRefusedInWords(t *testing.T) {
	whole := write(t)
	for _, tc := range []struct {
		kind    string
		version uint16
		want    string
	}{{"tree", 3, `holds the kind "test" and not "tree"`}, {"test", 4, "has version 3"}} {
		if _, err := NewReader(t.Context(), bytes.NewReader(whole), tc.kind, tc.version); err == nil ||
			!strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s, version %d: %v, want %q", tc.kind, tc.version, err, tc.want)
		}
	}
	if _, err := NewReader(t.Context(), strings.NewReader("GIF89a, and more than nine bytes"), "test", 3); err == nil {
		t.Error("a picture was accepted")
	}
}

func TestALengthThatIsAClaimCostsNoMemory(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(t.Context(), &out, "test", 3)
	w.Put(uint64(1 << 60)) // the length of a slice that isn't there
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(t.Context(), &out, "test", 3)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ReadSlice[float64](r)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16*pieceBytes || !errors.Is(r.Err(), errShort) {
		t.Errorf("a claim of 2⁶⁰ values took %d bytes, error %v", used, r.Err())
	}
}

func TestWritingAndReadingStopWithTheContext(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(t.Context(), &out, "test", 1)
	Slice(w, make([]float32, 1<<20))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	w = NewWriter(ended, io.Discard, "test", 1)
	if Slice(w, make([]float32, 1<<20)); !errors.Is(w.Close(), context.Canceled) {
		t.Error("writing went on")
	}
	r, err := NewReader(ended, &out, "test", 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := ReadSlice[float32](r); len(got) == 1<<20 || !errors.Is(r.Err(), context.Canceled) {
		t.Error("reading went on")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestAFailedWriteIsReported(t *testing.T) {
	w := NewWriter(t.Context(), full{}, "test", 1)
	Slice(w, make([]float32, 1<<20))
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("error %v", err)
	}
	if err := NewWriter(t.Context(), io.Discard, "", 1).Close(); err == nil {
		t.Error("a kind without a name was accepted")
	}
}

func FuzzReader(f *testing.F) {
	f.Add(write(f))
	f.Fuzz(func(t *testing.T, data []byte) { _ = read(t.Context(), bytes.NewReader(data)) })
}

func TestTheSumOfNumbersChangesWithEachOfThem(t *testing.T) {
	x := make([]float32, 10_000) // over several chunks
	for i := range x {
		x[i] = float32(i)
	}
	whole := Sum(x)
	for _, at := range []int{0, 4095, 4096, 9999} {
		x[at]++
		if Sum(x) == whole {
			t.Errorf("value %d doesn't count", at)
		}
		x[at]--
	}
	if Sum(x) != whole || Sum(x[1:]) == whole {
		t.Error("the sum isn't one of the numbers alone")
	}
}
