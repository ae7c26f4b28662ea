//go:build !faiss || !cgo

package faiss

import (
	"context"
	"strings"
	"testing"
)

func TestWithoutTheLibraryBuildSaysWhatToInstallAndHowToBuild(t *testing.T) {
	if _, there := Version(); there {
		t.Error("this build claims to have FAISS")
	}
	ix, err := Build(context.Background(), HNSW, []float32{1, 0}, 2, Options{}, nil)
	if ix != nil || err == nil {
		t.Fatalf("Build gave %v, %v", ix, err)
	}
	for _, words := range []string{"hnsw", "libfaiss-dev", "-tags faiss"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%q doesn't name %q", err, words)
		}
	}
	t.Skip("the rest of FAISS's tests need a build with -tags faiss and its library: " + Install)
}
