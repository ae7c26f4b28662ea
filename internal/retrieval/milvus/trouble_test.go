//go:build milvus

package milvus

import (
	"context"
	"errors"
	"math"
	"net"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/milvus-io/milvus-proto/go-api/v2/commonpb"
	"github.com/milvus-io/milvus-proto/go-api/v2/milvuspb"
	"github.com/milvus-io/milvus-proto/go-api/v2/schemapb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"dryrun/internal/problem"
)

// willing answers every call as a server does that has nothing against it, but for those that a test answers itself. It
// counts calls by method and keeps which collections stand.
type willing struct {
	mu     sync.Mutex
	own    map[string]answerer // nil, nil passes on
	calls  map[string]int
	stands []string
	said   metadata.MD // of the last call
}

func (w *willing) answer(ctx context.Context, method string, q proto.Message) (proto.Message, error) {
	w.mu.Lock()
	if w.calls == nil {
		w.calls = map[string]int{}
	}
	w.calls[method]++
	w.said, _ = metadata.FromIncomingContext(ctx)
	own := w.own[method]
	w.mu.Unlock()
	if own != nil {
		if a, err := own(ctx, method, q); a != nil || err != nil {
			return a, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch q := q.(type) {
	case *milvuspb.CreateCollectionRequest:
		w.stands = append(w.stands, q.GetCollectionName())
	case *milvuspb.DropCollectionRequest:
		w.stands = slices.DeleteFunc(w.stands, func(s string) bool { return s == q.GetCollectionName() })
	case *milvuspb.ShowCollectionsRequest:
		return &milvuspb.ShowCollectionsResponse{CollectionNames: slices.Clone(w.stands)}, nil
	case *milvuspb.InsertRequest:
		return &milvuspb.MutationResult{InsertCnt: int64(q.GetNumRows())}, nil
	case *milvuspb.GetFlushStateRequest:
		return &milvuspb.GetFlushStateResponse{Flushed: true}, nil
	case *milvuspb.DescribeIndexRequest:
		return &milvuspb.DescribeIndexResponse{IndexDescriptions: []*milvuspb.IndexDescription{{State: commonpb.IndexState_Finished}}}, nil
	case *milvuspb.GetLoadingProgressRequest:
		return &milvuspb.GetLoadingProgressResponse{Progress: 100}, nil
	case *milvuspb.SearchRequest:
		return results([]int64{2, 1}, []float32{0.5, 0.5}), nil
	}
	return responseOf(method), nil
}

func (w *willing) called(method string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[method]
}

func (w *willing) standing() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.stands)
}

func results(ids []int64, scores []float32) *milvuspb.SearchResults {
	return &milvuspb.SearchResults{Results: &schemapb.SearchResultData{
		Scores: scores, Ids: &schemapb.IDs{IdField: &schemapb.IDs_IntId{IntId: &schemapb.LongArray{Data: ids}}},
	}}
}

// after lets the first n calls pass and answers the others by a.
func after(n int, a answerer) answerer {
	return func(ctx context.Context, method string, q proto.Message) (proto.Message, error) {
		if n--; n >= 0 {
			return nil, nil
		}
		return a(ctx, method, q)
	}
}

// upTo answers the first n calls by a and lets the others pass.
func upTo(n int, a answerer) answerer {
	return func(ctx context.Context, method string, q proto.Message) (proto.Message, error) {
		if n--; n < 0 {
			return nil, nil
		}
		return a(ctx, method, q)
	}
}

func code(c codes.Code) answerer {
	return func(context.Context, string, proto.Message) (proto.Message, error) {
		return nil, status.Error(c, "out of order")
	}
}

func says(m proto.Message) answerer {
	return func(context.Context, string, proto.Message) (proto.Message, error) { return m, nil }
}

var noFor = &commonpb.Status{Code: 5, Reason: "no space left on the disk"}

func TestABuildThatFailsSaysWhereAndLeavesNothing(t *testing.T) {
	for _, c := range []struct {
		method string
		answer answerer
		words  string
		calls  int // of the method
	}{
		{"CreateCollection", says(noFor), "creating collection dryrun_tmp_", 1},
		{"CreatePartition", after(1, says(noFor)), "creating part_1", 2},
		{
			"Insert", says(&milvuspb.MutationResult{Status: noFor}),
			"inserting items 0 to 3: Milvus says: no space left on the disk (code 5)", 1,
		},
		{"Insert", after(1, code(codes.Unavailable)), "inserting items 4 to 7", 2}, // it may have been taken: not again
		{"Insert", says(&milvuspb.MutationResult{InsertCnt: 3}), "Milvus took 3 of 4", 1},
		{"Flush", says(&milvuspb.FlushResponse{Status: noFor}), "flushing", 1},
		{"CreateIndex", says(noFor), "creating the index", 1},
		{
			"DescribeIndex",
			says(&milvuspb.DescribeIndexResponse{IndexDescriptions: []*milvuspb.IndexDescription{{
				State:                commonpb.IndexState_Failed,
				IndexStateFailReason: "index node lost",
			}}}),
			"index node lost", 1,
		},
		{"LoadCollection", says(&commonpb.Status{Code: 3, Reason: "memory limit exceeded"}), "memory limit exceeded", 1},
		{"GetLoadingProgress", code(codes.PermissionDenied), "asking whether", 1},
	} {
		t.Run(c.method+" "+c.words, func(t *testing.T) {
			w := &willing{own: map[string]answerer{c.method: c.answer}}
			client := connect(t, Options{Address: serve(t, w.answer), Partitions: 2})
			ix, err := client.Build(context.Background(), compass, 2, nil)
			if ix != nil || err == nil || !strings.Contains(err.Error(), c.words) {
				t.Fatalf("%v, %v; want %q", ix, err, c.words)
			}
			if err := client.Close(); err != nil {
				t.Error(err)
			}
			if w.called(c.method) != c.calls || w.standing() > 0 || w.called("DropCollection") == 0 {
				t.Errorf("%d calls of it, %d drops, %d collections stand", w.called(c.method), w.called("DropCollection"), w.standing())
			}
		})
	}
}

func TestQuestionsAreAskedAgainWhenTheReasonMayPass(t *testing.T) {
	busy := &milvuspb.SearchResults{Status: &commonpb.Status{Code: 4, Reason: "queue is full", Retriable: true}}
	for _, c := range []struct {
		name  string
		first answerer
		calls int
		words string
	}{
		{"a server that isn't there for a moment", upTo(2, code(codes.Unavailable)), 3, ""},
		{"a full queue", upTo(1, says(busy)), 2, ""},
		{"a server that stays away", code(codes.Unavailable), 0, "gives no answer"},
		{"a refusal that won't pass", says(&milvuspb.SearchResults{Status: noFor}), 1, "no space left"},
		{"a mistake of ours", code(codes.InvalidArgument), 1, "gives no answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &willing{own: map[string]answerer{"Search": c.first}}
			client := connect(t, Options{Address: serve(t, w.answer), Timeout: 400 * time.Millisecond})
			ix, err := client.Build(context.Background(), compass, 2, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ix.Retrieve(context.Background(), problem.Query{ID: 7, Vec: []float32{1, 0}}, 2, nil)
			if c.words == "" && (err != nil || !reflect.DeepEqual(got, []problem.Candidate{{Item: 1, Score: 0.5}, {Item: 2, Score: 0.5}})) {
				t.Errorf("%v, %v", got, err)
			}
			if c.words != "" && (err == nil || !strings.Contains(err.Error(), c.words) || !strings.Contains(err.Error(), "request 7")) {
				t.Errorf("%v; want %q", err, c.words)
			}
			if n := w.called("Search"); c.calls > 0 && n != c.calls || n < 1 {
				t.Errorf("asked %d times, want %d", n, c.calls)
			}
			if err := errors.Join(ix.Close(), client.Close()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnAnswerThatCantBeIsAnError(t *testing.T) {
	for name, a := range map[string]*milvuspb.SearchResults{
		"more than was asked for":   results([]int64{0, 1, 2}, []float32{3, 2, 1}),
		"items without scores":      results([]int64{0, 1}, []float32{3}),
		"an item that wasn't given": results([]int64{8}, []float32{3}),
		"a negative item":           results([]int64{-1}, []float32{3}),
	} {
		w := &willing{own: map[string]answerer{"Search": says(a)}}
		client := connect(t, Options{Address: serve(t, w.answer)})
		ix, err := client.Build(context.Background(), compass, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		kept := []problem.Candidate{{Item: 5}}
		got, err := ix.Retrieve(context.Background(), problem.Query{Vec: []float32{1, 0}}, 2, kept)
		if err == nil || len(got) != 1 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatCantBeAskedIsntSent(t *testing.T) {
	w := &willing{}
	client := connect(t, Options{Address: serve(t, w.answer)})
	nan := float32(math.NaN())
	for name, build := range map[string]struct {
		items []float32
		dim   int
	}{
		"half a row": {compass[:3], 2}, "vectors of one value": {compass, 1}, "nothing": {nil, 2}, "not a number": {[]float32{1, nan}, 2},
	} {
		if _, err := client.Build(context.Background(), build.items, build.dim, nil); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if n := w.called("CreateCollection"); n > 0 {
		t.Errorf("%d collections were made for it", n)
	}
	ix, err := client.Build(context.Background(), compass, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := ix.Retrieve(ctx, problem.Query{Vec: []float32{1}}, 2, nil); err == nil {
		t.Error("a query of another width was taken")
	}
	if got, err := ix.Retrieve(ctx, problem.Query{Vec: []float32{nan, 1}}, 2, nil); len(got) > 0 || err != nil {
		t.Errorf("a query that isn't a number: %v, %v", got, err)
	}
	if w.called("Search") > 0 {
		t.Error("it was sent")
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

func TestCancellingStopsABuildAndDropsWhatItMade(t *testing.T) {
	inserting := make(chan struct{})
	w := &willing{own: map[string]answerer{"Insert": func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		close(inserting)
		<-ctx.Done()
		return nil, ctx.Err()
	}}}
	client := connect(t, Options{Address: serve(t, w.answer)})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-inserting
		cancel()
	}()
	if _, err := client.Build(ctx, compass, 2, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if w.called("Insert") != 1 || w.standing() > 0 {
		t.Errorf("%d inserts, %d collections stand", w.called("Insert"), w.standing())
	}
}

func TestCancellingStopsWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	w := &willing{own: map[string]answerer{"GetLoadingProgress": func(context.Context, string, proto.Message) (proto.Message, error) {
		cancel()
		return &milvuspb.GetLoadingProgressResponse{Progress: 3}, nil
	}}}
	client := connect(t, Options{Address: serve(t, w.answer)})
	if _, err := client.Build(ctx, compass, 2, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := client.Close(); err != nil || w.standing() > 0 {
		t.Errorf("%v, %d collections stand", err, w.standing())
	}
}

func TestWhatCantBeDroppedIsNamed(t *testing.T) {
	w := &willing{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := start(t, l, w.answer)
	client := connect(t, Options{Address: l.Addr().String(), Timeout: 100 * time.Millisecond})
	if _, err := client.Build(context.Background(), compass, 2, nil); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	if err := client.Close(); err == nil || !strings.Contains(err.Error(), w.stands[0]) {
		t.Errorf("%v doesn't name %q", err, w.stands)
	}
}

func TestSomebodyElseMayHaveDroppedIt(t *testing.T) {
	w := &willing{own: map[string]answerer{"DropCollection": says(&commonpb.Status{Code: noCollection, Reason: "collection not found"})}}
	client := connect(t, Options{Address: serve(t, w.answer)})
	if _, err := client.Build(context.Background(), compass, 2, nil); err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhatARunOfLongAgoLeftIsDropped(t *testing.T) {
	old := nameOf(time.Now().Add(-2*leftFor), [randomBytes]byte{1})
	recent := nameOf(time.Now(), [randomBytes]byte{2})
	w := &willing{stands: []string{"products", old, recent}}
	client := connect(t, Options{Address: serve(t, w.answer)})
	if !reflect.DeepEqual(w.stands, []string{"products", recent}) {
		t.Errorf("left: %q", w.stands)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

func TestASmallServerNeedntKnowHowToWait(t *testing.T) {
	w := &willing{own: map[string]answerer{"GetFlushState": code(codes.Unimplemented), "GetLoadingProgress": code(codes.Unimplemented)}}
	client := connect(t, Options{Address: serve(t, w.answer)})
	if _, err := client.Build(context.Background(), compass, 2, nil); err != nil {
		t.Error(err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhereNothingListensOneIsToldAtOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Dial(context.Background(), Options{Address: address, Timeout: time.Hour})
	if err == nil || !strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), "milvus-lite") {
		t.Errorf("%v", err)
	}
}
