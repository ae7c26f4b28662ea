//go:build milvus

package milvus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/milvus-io/milvus-proto/go-api/v2/commonpb"
	"github.com/milvus-io/milvus-proto/go-api/v2/milvuspb"
	"github.com/milvus-io/milvus-proto/go-api/v2/schemapb"
	"google.golang.org/protobuf/proto"

	"dryrun/internal/retrieval"
)

// The two fields of a collection.
const (
	idField     = "item"
	vectorField = "vector"
)

const (
	batchBytes = 2 << 20          // of one insert; Milvus takes 64 MB by default, others on the way less
	patience   = 10 * time.Minute // for one step of a build that the server works on; a canceled context ends it sooner
	lookAgain  = 100 * time.Millisecond
	minDim     = 2 // of a float vector in Milvus
	maxDim     = 32768
)

// Build makes a collection of items, row-major with dim columns, indexes it by inner product, and loads it. Progress
// counts every item twice, once when it is inserted and once when it is indexed. When it fails, what it made is dropped
// before Close returns.
func (c *Client) Build(ctx context.Context, items []float32, dim int, p retrieval.Progress) (Index, error) {
	b := builder{Client: c, ctx: ctx, items: items, dim: dim, n: len(items) / max(dim, 1), progress: p}
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("building a Milvus collection of %d items: %w", b.n, err)
	}
	b.name = c.newName()
	for _, step := range []func() error{b.create, b.insert, b.flush, b.index, b.load} {
		if err := step(); err != nil {
			c.dropLater(ctx, b.name)
			return nil, fmt.Errorf("building a Milvus collection of %d items: %w", b.n, err)
		}
	}
	b.say(2 * b.n)
	return &collection{client: c, name: b.name, n: b.n, dim: dim, written: b.written, search: b.searchParams}, nil
}

// builder is one build under way.
type builder struct {
	*Client
	ctx      context.Context
	items    []float32
	dim, n   int
	progress retrieval.Progress

	name         string
	written      uint64 // the server's time of the last insert
	flushed      *milvuspb.FlushResponse
	searchParams func(k int) string // what a search says to the chosen index
}

func (b *builder) say(done int) {
	if b.progress != nil {
		b.progress(done, 2*b.n)
	}
}

func (b *builder) check() error {
	switch {
	case b.dim <= 0 || len(b.items)%b.dim != 0:
		return fmt.Errorf("%d values aren't rows of %d", len(b.items), b.dim)
	case b.dim < minDim || b.dim > maxDim:
		return fmt.Errorf("vectors of %d values: Milvus takes %d to %d", b.dim, minDim, maxDim)
	case b.n == 0 || b.n > math.MaxInt32:
		return fmt.Errorf("choose 1 to %d", math.MaxInt32)
	}
	if i := slices.IndexFunc(b.items, notFinite); i >= 0 {
		return fmt.Errorf("item %d has a value that isn't a number: look at the encoder", i/b.dim)
	}
	return nil
}

func (b *builder) create() error {
	schema, err := proto.Marshal(&schemapb.CollectionSchema{
		Name: b.name, Description: "made by dryrun for one run, which drops it",
		Fields: []*schemapb.FieldSchema{
			{Name: idField, IsPrimaryKey: true, DataType: schemapb.DataType_Int64},
			{Name: vectorField, DataType: schemapb.DataType_FloatVector, TypeParams: pairs("dim", strconv.Itoa(b.dim))},
		},
	})
	if err != nil {
		return fmt.Errorf("writing the collection's schema: %w", err)
	}
	_, err = tell(b.ctx, b.Client, "creating collection "+b.name, patience, b.stub.CreateCollection, &milvuspb.CreateCollectionRequest{
		DbName: b.o.Database, CollectionName: b.name, Schema: schema, ShardsNum: int32(b.o.Shards), ConsistencyLevel: b.o.consistency(),
	})
	for i := 0; err == nil && i < b.o.Partitions && b.o.Partitions > 1; i++ {
		_, err = tell(b.ctx, b.Client, "creating "+partition(i), patience, b.stub.CreatePartition, &milvuspb.CreatePartitionRequest{
			DbName: b.o.Database, CollectionName: b.name, PartitionName: partition(i),
		})
	}
	return err
}

func partition(i int) string { return "part_" + strconv.Itoa(i) }

// insert sends the items in batches, to one partition after the other in turn. A batch whose answer is lost may have
// been taken: it isn't sent again, and the build fails.
func (b *builder) insert() error {
	rows := max(1, batchBytes/(4*b.dim+8))
	rows = min(rows, (b.n+b.o.Partitions-1)/b.o.Partitions)
	for batch, first := 0, 0; first < b.n; batch, first = batch+1, first+rows {
		last := min(first+rows, b.n)
		ids := make([]int64, last-first)
		for i := range ids {
			ids[i] = int64(first + i)
		}
		q := &milvuspb.InsertRequest{
			DbName: b.o.Database, CollectionName: b.name, NumRows: uint32(last - first),
			FieldsData: []*schemapb.FieldData{idsOf(ids), vectorsOf(b.items[first*b.dim:last*b.dim], b.dim)},
		}
		if b.o.Partitions > 1 {
			q.PartitionName = partition(batch % b.o.Partitions)
		}
		a, err := tell(b.ctx, b.Client, fmt.Sprintf("inserting items %d to %d", first, last-1), patience, b.stub.Insert, q)
		if err != nil {
			return err
		}
		if n := a.GetInsertCnt(); n != int64(last-first) || len(a.GetErrIndex()) > 0 {
			return fmt.Errorf("inserting items %d to %d: Milvus took %d of %d", first, last-1, n, last-first)
		}
		b.written = max(b.written, a.GetTimestamp())
		b.say(last)
	}
	return nil
}

// flush seals what was inserted, so that all of it is indexed, and waits until it is stored.
func (b *builder) flush() error {
	q := &milvuspb.FlushRequest{DbName: b.o.Database, CollectionNames: []string{b.name}}
	var err error
	if b.flushed, err = ask(b.ctx, b.Client, "flushing "+b.name, patience, b.stub.Flush, q); err != nil {
		return err
	}
	return b.until("waiting until "+b.name+" is stored", func() (bool, error) {
		a, err := ask(b.ctx, b.Client, "asking whether "+b.name+" is stored", b.o.Timeout, b.stub.GetFlushState,
			&milvuspb.GetFlushStateRequest{
				DbName: b.o.Database, CollectionName: b.name,
				SegmentIDs: b.flushed.GetCollSegIDs()[b.name].GetData(), FlushTs: b.flushed.GetCollFlushTs()[b.name],
			})
		return a.GetFlushed(), err
	})
}

// index creates the index and waits until it holds every item.
func (b *builder) index() error {
	build, search := b.params()
	b.searchParams = search
	_, err := tell(b.ctx, b.Client, "creating the index", patience, b.stub.CreateIndex, &milvuspb.CreateIndexRequest{
		DbName: b.o.Database, CollectionName: b.name, FieldName: vectorField, IndexName: vectorField,
		ExtraParams: pairs("index_type", b.o.Index, "metric_type", "IP", "params", build),
	})
	if err != nil {
		return err
	}
	return b.until("waiting for the index", func() (bool, error) {
		a, err := ask(b.ctx, b.Client, "asking about the index", b.o.Timeout, b.stub.DescribeIndex, &milvuspb.DescribeIndexRequest{
			DbName: b.o.Database, CollectionName: b.name, IndexName: vectorField,
		})
		if err != nil {
			return false, err
		}
		for _, d := range a.GetIndexDescriptions() {
			switch d.GetState() {
			case commonpb.IndexState_Failed:
				return false, fmt.Errorf("building the index: Milvus says: %s", d.GetIndexStateFailReason())
			case commonpb.IndexState_Finished:
				if d.GetPendingIndexRows() == 0 {
					return true, nil
				}
			}
			b.say(b.n + int(min(d.GetIndexedRows(), int64(b.n))))
		}
		return false, nil
	})
}

// load brings the collection into the memory of as many replicas as were asked for.
func (b *builder) load() error {
	_, err := ask(b.ctx, b.Client, "loading "+b.name, patience, b.stub.LoadCollection, &milvuspb.LoadCollectionRequest{
		DbName: b.o.Database, CollectionName: b.name, ReplicaNumber: int32(b.o.Replicas),
	})
	if err != nil {
		return err
	}
	return b.until("waiting until "+b.name+" is loaded", func() (bool, error) {
		a, err := ask(b.ctx, b.Client, "asking whether "+b.name+" is loaded", b.o.Timeout, b.stub.GetLoadingProgress,
			&milvuspb.GetLoadingProgressRequest{
				DbName: b.o.Database, CollectionName: b.name,
			})
		return a.GetProgress() >= 100, err
	})
}

// until asks again and again, at most as long as patience lasts. A server without the question has nothing to wait for.
func (b *builder) until(what string, done func() (bool, error)) error {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		ok, err := done()
		if lacks(err) {
			return nil
		}
		if ok || err != nil {
			return err
		}
		if !wait(b.ctx, lookAgain) {
			return fmt.Errorf("%s: %w", what, b.ctx.Err())
		}
	}
	return fmt.Errorf("%s: it wasn't done after %v", what, patience)
}

// params are what the chosen index is built and searched with, as JSON.
func (b *builder) params() (build string, search func(k int) string) {
	plain := func(int) string { return "{}" }
	switch b.o.Index {
	case "HNSW":
		return asJSON(map[string]int{"M": 16, "efConstruction": 128}),
			func(k int) string { return asJSON(map[string]int{"ef": max(64, k)}) }
	case "IVF_FLAT":
		lists := min(max(1, int(math.Sqrt(float64(b.n)))), 65536)
		return asJSON(map[string]int{"nlist": lists}), func(int) string { return asJSON(map[string]int{"nprobe": min(32, lists)}) }
	}
	return "{}", plain
}

func asJSON(m map[string]int) string {
	text, err := json.Marshal(m)
	if err != nil {
		panic(errors.Join(errors.New("milvus: numbers can't be written as JSON"), err))
	}
	return string(text)
}

// consistency is the level in the protocol's terms.
func (o Options) consistency() commonpb.ConsistencyLevel {
	switch o.Consistency {
	case "bounded":
		return commonpb.ConsistencyLevel_Bounded
	case "session":
		return commonpb.ConsistencyLevel_Session
	case "eventually":
		return commonpb.ConsistencyLevel_Eventually
	}
	return commonpb.ConsistencyLevel_Strong
}

func pairs(words ...string) []*commonpb.KeyValuePair {
	var out []*commonpb.KeyValuePair
	for i := 0; i < len(words); i += 2 {
		out = append(out, &commonpb.KeyValuePair{Key: words[i], Value: words[i+1]})
	}
	return out
}

func idsOf(ids []int64) *schemapb.FieldData {
	return &schemapb.FieldData{Type: schemapb.DataType_Int64, FieldName: idField, Field: &schemapb.FieldData_Scalars{
		Scalars: &schemapb.ScalarField{Data: &schemapb.ScalarField_LongData{LongData: &schemapb.LongArray{Data: ids}}},
	}}
}

func vectorsOf(rows []float32, dim int) *schemapb.FieldData {
	return &schemapb.FieldData{Type: schemapb.DataType_FloatVector, FieldName: vectorField, Field: &schemapb.FieldData_Vectors{
		Vectors: &schemapb.VectorField{
			Dim:  int64(dim),
			Data: &schemapb.VectorField_FloatVector{FloatVector: &schemapb.FloatArray{Data: rows}},
		},
	}}
}

func notFinite(x float32) bool { return x-x != 0 }
