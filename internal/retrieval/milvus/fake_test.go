//go:build milvus

package milvus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/milvus-io/milvus-proto/go-api/v2/milvuspb"
	"github.com/milvus-io/milvus-proto/go-api/v2/schemapb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// answerer answers one call of the service, by the method's name.
type answerer func(ctx context.Context, method string, q proto.Message) (proto.Message, error)

// serve runs a server in this process that answers by a, and returns its address.
func serve(t *testing.T, a answerer, o ...grpc.ServerOption) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	start(t, l, a, o...)
	return l.Addr().String()
}

func start(t *testing.T, l net.Listener, a answerer, o ...grpc.ServerOption) *grpc.Server {
	s := grpc.NewServer(append(o, grpc.UnaryInterceptor(func(ctx context.Context, q any, info *grpc.UnaryServerInfo,
		_ grpc.UnaryHandler,
	) (any, error) {
		return a(ctx, path.Base(info.FullMethod), q.(proto.Message))
	}))...)
	milvuspb.RegisterMilvusServiceServer(s, milvuspb.UnimplementedMilvusServiceServer{})
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Serve(l) })
	t.Cleanup(func() { s.Stop(); wg.Wait() })
	return s
}

// connect dials with a short patience, so that tests of what fails are over soon.
func connect(t *testing.T, o Options, extra ...grpc.DialOption) *Client {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = time.Second
	}
	c, err := dial(context.Background(), o, extra...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exchange is one call as it is kept in testdata: a line of JSON, messages in protobuf's own JSON form.
type exchange struct {
	Method   string          `json:"method"`
	Request  json.RawMessage `json:"request"`
	Response json.RawMessage `json:"response,omitempty"`
	Code     codes.Code      `json:"code,omitempty"` // of gRPC, instead of a response
}

// anyName stands for the collection's name, which is another at every run.
const anyName = "COLLECTION"

// recording writes down what a client and a real server say to each other.
type recording struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (r *recording) option() grpc.DialOption {
	return grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, q, a any, conn *grpc.ClientConn,
		call grpc.UnaryInvoker, o ...grpc.CallOption,
	) error {
		err := call(ctx, method, q, a, conn, o...)
		name := nameIn(q.(proto.Message))
		e := exchange{Method: path.Base(method), Request: written(neutral(q.(proto.Message)))}
		if err != nil {
			e.Code = status.Code(err)
		} else {
			e.Response = written(a.(proto.Message))
		}
		line, marshalErr := json.Marshal(e)
		if name != "" {
			line = bytes.ReplaceAll(line, []byte(name), []byte(anyName))
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lines.Write(append(line, '\n'))
		return errors.Join(err, marshalErr)
	})
}

// replay answers by a recording, call by call, and fails the test where a call isn't the recorded one.
type replay struct {
	t     *testing.T
	mu    sync.Mutex
	left  []exchange
	calls int
}

func newReplay(t *testing.T, file string) *replay {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := &replay{t: t}
	for d := json.NewDecoder(f); ; {
		var e exchange
		switch err := d.Decode(&e); {
		case errors.Is(err, io.EOF):
			t.Cleanup(r.finish)
			return r
		case err != nil:
			t.Fatalf("%s, call %d: %v", file, len(r.left), err)
		}
		r.left = append(r.left, e)
	}
}

func (r *replay) finish() {
	if len(r.left) > 0 {
		r.t.Errorf("%d calls of the recording weren't made, the next is %s", len(r.left), r.left[0].Method)
	}
}

func (r *replay) answer(_ context.Context, method string, q proto.Message) (proto.Message, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if len(r.left) == 0 {
		return r.wrong("call %d, %s: the recording is over", r.calls, method)
	}
	e := r.left[0]
	r.left = r.left[1:]
	if e.Method != method {
		return r.wrong("call %d is %s, recorded is %s", r.calls, method, e.Method)
	}
	want := q.ProtoReflect().New().Interface()
	if err := protojson.Unmarshal(e.Request, want); err != nil {
		return r.wrong("call %d, %s: the recorded request: %v", r.calls, method, err)
	}
	name := nameIn(q)
	if got := neutral(q); !proto.Equal(got, neutral(want)) {
		return r.wrong("call %d, %s: asked\n%s\nrecorded\n%s", r.calls, method, written(got), written(neutral(want)))
	}
	if e.Code != codes.OK {
		return nil, status.Error(e.Code, "recorded")
	}
	a := responseOf(method)
	text := bytes.ReplaceAll(e.Response, []byte(anyName), []byte(name))
	if err := protojson.Unmarshal(text, a); err != nil {
		return r.wrong("call %d, %s: the recorded response: %v", r.calls, method, err)
	}
	return a, nil
}

func (r *replay) wrong(format string, args ...any) (proto.Message, error) {
	r.t.Errorf(format, args...)
	return nil, status.Error(codes.FailedPrecondition, fmt.Sprintf(format, args...))
}

func written(m proto.Message) json.RawMessage {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		panic(err)
	}
	return text
}

// responseOf makes an empty answer of a method of the service.
func responseOf(method string) proto.Message {
	d, err := protoregistry.GlobalFiles.FindDescriptorByName("milvus.proto.milvus.MilvusService")
	if err != nil {
		panic(err)
	}
	m := d.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(method))
	t, err := protoregistry.GlobalTypes.FindMessageByName(m.Output().FullName())
	if err != nil {
		panic(err)
	}
	return t.New().Interface()
}

// nameIn is the name of our collection in a request, "" where there is none.
func nameIn(q proto.Message) string {
	switch q := q.(type) {
	case interface{ GetCollectionName() string }:
		return q.GetCollectionName()
	case *milvuspb.FlushRequest:
		return strings.Join(q.GetCollectionNames(), ",")
	}
	return ""
}

// neutral is a copy of a request without what differs from run to run.
func neutral(q proto.Message) proto.Message {
	q = proto.Clone(q)
	fields := q.ProtoReflect().Descriptor().Fields()
	if f := fields.ByName("collection_name"); f != nil {
		q.ProtoReflect().Set(f, protoreflect.ValueOfString(anyName))
	}
	switch q := q.(type) {
	case *milvuspb.FlushRequest:
		q.CollectionNames = []string{anyName}
	case *milvuspb.ConnectRequest:
		q.ClientInfo.LocalTime = ""
	case *milvuspb.CreateCollectionRequest:
		var schema schemapb.CollectionSchema
		if err := proto.Unmarshal(q.Schema, &schema); err == nil {
			schema.Name = anyName
			q.Schema, _ = proto.MarshalOptions{Deterministic: true}.Marshal(&schema)
		}
	}
	return q
}
