//go:build milvus

package milvus

import (
	"bufio"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/milvus-io/milvus-proto/go-api/v2/milvuspb"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/vec"
)

// milvus-lite is a real server of Milvus's protocol on one machine. The variable names its program where it isn't in the
// path, and with the second a recording of what is said to it replaces the one in testdata.
const (
	liteProgram = "DRYRUN_TEST_MILVUS_LITE"
	liteRecord  = "DRYRUN_TEST_RECORD"
)

// lite is a milvus-lite server of this test.
type lite struct {
	t       *testing.T
	program string
	dir     string
	address string
	process *exec.Cmd
}

func newLite(t *testing.T) *lite {
	t.Helper()
	program, err := exec.LookPath("milvus-lite")
	if named := os.Getenv(liteProgram); named != "" {
		program, err = exec.LookPath(named)
	}
	if err != nil {
		t.Skipf("milvus-lite isn't there (%v): install it with pip, or name it in %s", err, liteProgram)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		t.Fatal(err)
	}
	s := &lite{t: t, program: program, dir: t.TempDir(), address: l.Addr().String()}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.start()
	t.Cleanup(s.kill)
	return s
}

// start starts the server and waits until it says that it listens.
func (s *lite) start() {
	s.t.Helper()
	host, port, _ := strings.Cut(s.address, ":")
	s.process = exec.Command(s.program, "server", "--data-dir", filepath.Join(s.dir, "data"), "--host", host, "--port", port)
	s.process.Env = append(os.Environ(), "PYTHONUNBUFFERED=1")
	out, err := s.process.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "listening") {
			return
		}
	}
	s.t.Fatal("milvus-lite ended before it listened")
}

// kill ends the server as a power cut would.
func (s *lite) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// collections are the names of what stands on the server.
func (s *lite) collections() []string {
	s.t.Helper()
	c := connect(s.t, Options{Address: s.address})
	a, err := c.stub.ShowCollections(context.Background(), &milvuspb.ShowCollectionsRequest{})
	if err = errors.Join(err, refused(a), c.Close()); err != nil {
		s.t.Fatal(err)
	}
	return a.GetCollectionNames()
}

func unitRows(n, dim int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	for i := range n {
		vec.Normalize(x[i*dim : (i+1)*dim])
	}
	return x
}

// recall is the share of an exact scan's results that ix finds.
func recall(t *testing.T, ix retrieval.Index, items []float32, dim, k int) float64 {
	t.Helper()
	exact := retrieval.NewExact(items, dim)
	hits, of := 0, 0
	for i := range 20 {
		q := problem.Query{ID: int32(i), Vec: unitRows(1, dim, uint64(100+i))}
		want, err := exact.Retrieve(context.Background(), q, k, nil)
		got, searchErr := ix.Retrieve(context.Background(), q, k, nil)
		if err = errors.Join(err, searchErr); err != nil {
			t.Fatal(err)
		}
		right := map[int32]bool{}
		for _, c := range want {
			right[c.Item] = true
		}
		for j, c := range got {
			if j > 0 && !retrieval.Better(got[j-1], c) {
				t.Fatalf("result %d isn't in order: %v", j, got)
			}
			if right[c.Item] {
				hits++
			}
		}
		of += len(want)
	}
	return float64(hits) / float64(of)
}

func TestARealServerAnswersLikeAnExactScanAndIsLeftEmpty(t *testing.T) {
	s := newLite(t)
	const dim = 16
	items := unitRows(1500, dim, 1)
	for _, o := range []Options{
		{},
		{Index: "FLAT", Partitions: 3},
		{Index: "HNSW", Consistency: "bounded"},
		{Index: "IVF_FLAT", Consistency: "session"},
	} {
		t.Run(o.withDefaults().Index, func(t *testing.T) {
			o.Address, o.Timeout = s.address, 10*time.Second
			c := connect(t, o)
			last := 0
			ix, err := c.Build(context.Background(), items, dim, func(done, of int) {
				if done < last || of != 3000 {
					t.Errorf("progress goes from %d to %d of %d", last, done, of)
				}
				last = done
			})
			if err != nil {
				t.Fatal(err)
			}
			least := 0.8
			if o.Index == "FLAT" {
				least = 1
			}
			if got := recall(t, ix, items, dim, 20); got < least {
				t.Errorf("recall %.3f, want %.2f", got, least)
			}
			if last != 3000 || ix.Len() != 1500 || c.Version() == "" {
				t.Errorf("progress ends at %d, %d items, version %q", last, ix.Len(), c.Version())
			}
			if names := s.collections(); len(names) != 1 {
				t.Errorf("on the server stands %q", names)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if names := s.collections(); len(names) > 0 {
				t.Errorf("left behind: %q", names)
			}
		})
	}
}

func TestAServerThatIsKilledIsReportedAndNothingStaysWhenItIsBack(t *testing.T) {
	s := newLite(t)
	const dim = 16
	items := unitRows(1500, dim, 1)
	c := connect(t, Options{Address: s.address, Timeout: 300 * time.Millisecond, Partitions: 6})
	ix, err := c.Build(context.Background(), items, dim, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Build(context.Background(), items, dim, func(done, _ int) {
		if done == 500 {
			s.kill()
		}
	})
	if err == nil || !strings.Contains(err.Error(), "inserting items 500 to 749") || !strings.Contains(err.Error(), "gives no answer") {
		t.Fatalf("a server killed while items are inserted: %v", err)
	}
	if _, err := ix.Retrieve(context.Background(), problem.Query{Vec: items[:dim]}, 5, nil); err == nil ||
		!strings.Contains(err.Error(), "no answer") {
		t.Errorf("a search of a dead server: %v", err)
	}
	s.start()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if names := s.collections(); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

func TestASearchOutlivesARestart(t *testing.T) {
	s := newLite(t)
	const dim = 8
	items := unitRows(200, dim, 1)
	c := connect(t, Options{Address: s.address, Timeout: 20 * time.Second})
	ix, err := c.Build(context.Background(), items, dim, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := problem.Query{Vec: items[:dim]}
	before, err := ix.Retrieve(context.Background(), q, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.kill()
	type result struct {
		found []problem.Candidate
		err   error
	}
	answered := make(chan result)
	go func() {
		found, err := ix.Retrieve(context.Background(), q, 5, nil)
		answered <- result{found, err}
	}()
	s.start()
	// milvus-lite forgets at a restart what was loaded, and says so: then that is the answer, and not silence.
	if got := <-answered; got.err != nil && !strings.Contains(got.err.Error(), "Milvus says") {
		t.Errorf("asked while the server was away: %v", got.err)
	} else if got.err == nil && !reflect.DeepEqual(got.found, before) {
		t.Errorf("%v before, %v after", before, got.found)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// The recording that the tests without a server rest on.
func TestRecord(t *testing.T) {
	if os.Getenv(liteRecord) == "" {
		t.Log("not recording: " + liteRecord + " isn't set")
		return
	}
	s := newLite(t)
	var r recording
	c := connect(t, Options{Address: s.address, Partitions: 2, Timeout: 10 * time.Second}, r.option())
	session(t, c)
	if err := os.WriteFile("testdata/lite.jsonl", r.lines.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
