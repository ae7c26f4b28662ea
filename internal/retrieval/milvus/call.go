//go:build milvus

package milvus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/milvus-io/milvus-proto/go-api/v2/commonpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// method is one of the service's, as the generated stub has it.
type method[Q, A any] func(context.Context, Q, ...grpc.CallOption) (A, error)

// Between tries of a question waits a pause that doubles, up to the longest.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = time.Second
)

// ask makes a call that changes nothing, or nothing more when it is made twice, again when it failed for a reason that
// may pass. Tries go on for the options' timeout: a server that restarts meanwhile isn't missed.
func ask[Q, A any](ctx context.Context, c *Client, what string, patience time.Duration, m method[Q, A], q Q) (A, error) {
	began := time.Now()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		a, err := tell(ctx, c, what, patience, m, q)
		if err == nil || ctx.Err() != nil || !mayPass(err) || time.Since(began)+pause > c.o.Timeout {
			return a, err
		}
		if !wait(ctx, pause) {
			return a, fmt.Errorf("%s: %w", what, ctx.Err())
		}
		c.conn.ResetConnectBackoff() // try the connection now, not when grpc would
	}
}

// tell makes a call once: it may have changed something although no answer came.
func tell[Q, A any](ctx context.Context, c *Client, what string, patience time.Duration, m method[Q, A], q Q) (A, error) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	a, err := m(within, q)
	switch {
	case ctx.Err() != nil: // grpc's own words for it aren't the context's
		return a, fmt.Errorf("%s: %w", what, ctx.Err())
	case err != nil:
		return a, fmt.Errorf("%s: Milvus at %s gives no answer: %w", what, c.o.Address, err)
	}
	if err := refused(a); err != nil {
		return a, fmt.Errorf("%s: %w", what, err)
	}
	return a, nil
}

// wait waits, and says whether ctx still runs.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// refusal is an answer that says no.
type refusal struct {
	code   int32 // Milvus's, of 2.3 and later
	reason string
	passes bool // the server says that it may work another time
}

func (r *refusal) Error() string { return fmt.Sprintf("Milvus says: %s (code %d)", r.reason, r.code) }

// noCollection is the code of a collection that doesn't exist.
const noCollection = 100

// refused returns the refusal that an answer holds, if any. An answer is a status or has one.
func refused(answer any) error {
	s, ok := answer.(*commonpb.Status)
	if with, has := answer.(interface{ GetStatus() *commonpb.Status }); !ok && has {
		s = with.GetStatus()
	}
	if s.GetCode() != 0 {
		return &refusal{s.GetCode(), s.GetReason(), s.GetRetriable()}
	}
	return nil
}

// mayPass says that the same question may be answered another time.
func mayPass(err error) bool {
	var r *refusal
	if errors.As(err, &r) {
		return r.passes
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Aborted:
		return true
	default:
		return false
	}
}

// lacks says that the server knows no such method, as small servers don't know all.
func lacks(err error) bool { return status.Code(err) == codes.Unimplemented }
