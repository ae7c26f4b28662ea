//go:build !milvus

package milvus

import (
	"context"
	"errors"

	"dryrun/internal/retrieval"
)

// Present says whether this program can speak to Milvus.
func Present() bool { return false }

// Client is a connection to a server; this build makes none.
type Client struct{}

// Dial says what is lacking.
func Dial(context.Context, Options) (*Client, error) {
	return nil,
		errors.New("connecting to Milvus: this build lacks its protocol; build with it (" + Rebuild + ") and have a server (" + Server + ")")
}

// Version is empty here.
func (*Client) Version() string { return "" }

// Build is never reached: there is no client.
func (*Client) Build(ctx context.Context, _ []float32, _ int, _ retrieval.Progress) (Index, error) {
	_, err := Dial(ctx, Options{})
	return nil, err
}

// Close has nothing to close.
func (*Client) Close() error { return nil }
