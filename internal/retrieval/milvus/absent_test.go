//go:build !milvus

package milvus

import (
	"context"
	"strings"
	"testing"
)

func TestWithoutTheProtocolDialSaysHowToBuildAndWhatToStart(t *testing.T) {
	if Present() {
		t.Error("this build claims to speak to Milvus")
	}
	c, err := Dial(context.Background(), Options{})
	if c != nil || err == nil || !strings.Contains(err.Error(), "-tags milvus") || !strings.Contains(err.Error(), "milvus-lite") {
		t.Errorf("%v, %v", c, err)
	}
	t.Skip("the rest of Milvus's tests need a build with -tags milvus")
}
