package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"dryrun/framework"
	"dryrun/internal/store"
	"dryrun/internal/store/storetest"
)

// The tests below need other processes: they start this test binary again, which then does what childTask says.
const (
	childTask = "DRYRUN_STORE_TEST_TASK"
	childDir  = "DRYRUN_STORE_TEST_DIR"
)

func TestMain(m *testing.M) {
	tasks := map[string]func(context.Context, *store.Store) error{"race": raceTask, "type": typeTask}
	task, ok := tasks[os.Getenv(childTask)]
	if !ok {
		os.Exit(m.Run())
	}
	ctx := context.Background()
	s, err := store.Open(ctx, store.Location{Dir: os.Getenv(childDir)})
	if err == nil {
		err = task(ctx, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(t *testing.T, task, dir string) (*exec.Cmd, io.Reader) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childTask+"="+task, childDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out
}

const raceWins = 40

// raceTask appends to one session until it has won raceWins times, and prints the number of conflicts.
func raceTask(ctx context.Context, s *store.Store) error {
	if err := s.Append(ctx, "s", []framework.Event{storetest.Started("s")}); err != nil {
		return err
	}
	me := os.Getpid()
	conflicts := 0
	for won := 0; won < raceWins; {
		got, err := s.Session(ctx, "s")
		if err != nil {
			return err
		}
		next := storetest.After(len(got.Events)+1, framework.Hinted{Step: framework.Data, N: me})
		switch err := s.Append(ctx, "s", []framework.Event{next}); {
		case errors.Is(err, framework.ErrOtherWriter):
			conflicts++
		case err != nil:
			return err
		default:
			won++
		}
	}
	fmt.Println(conflicts)
	return nil
}

// Both begin on an empty folder, so that the migrations race too.
func TestTwoProcessesNeverWriteTheSameEvent(t *testing.T) {
	dir := t.TempDir()
	a, _ := child(t, "race", dir)
	b, _ := child(t, "race", dir)
	for _, cmd := range []*exec.Cmd{a, b} {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := openIn(t, dir).Session(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	wins := map[int]int{}
	for i, e := range got.Events {
		if e.Seq != i+1 {
			t.Fatalf("event %d is at position %d", e.Seq, i+1)
		}
		if h, ok := e.Body.(framework.Hinted); ok {
			wins[h.N]++
		}
	}
	if wins[a.Process.Pid] != raceWins || wins[b.Process.Pid] != raceWins {
		t.Errorf("the store confirmed %d events to each; there are %v", raceWins, wins)
	}
}

// typeTask appends events and drafts forever, and prints the number of each when the store confirms it.
func typeTask(ctx context.Context, s *store.Store) error {
	if err := s.Append(ctx, "s", []framework.Event{storetest.Started("s")}); err != nil {
		return err
	}
	for n := 2; ; n++ {
		if err := s.Append(ctx, "s", []framework.Event{storetest.After(n, framework.Hinted{Step: framework.Data, N: n})}); err != nil {
			return err
		}
		d := framework.Draft{Place: framework.Place{Step: framework.Data}, Text: strconv.Itoa(n), At: time.Now()}
		if err := s.SaveDraft(ctx, "s", d); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func TestAKilledProcessKeepsEverythingThatTheStoreConfirmed(t *testing.T) {
	dir := t.TempDir()
	cmd, out := child(t, "type", dir)
	stored := 0
	lines := bufio.NewScanner(out)
	for stored < 25 && lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		stored = n
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // what it said before it died counts too
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			stored = n
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child wasn't killed")
	}

	s := openIn(t, dir)
	if n := s.Notices(); len(n) > 0 {
		t.Errorf("a kill damaged the database: %q", n)
	}
	got, err := s.Session(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Events) < stored {
		t.Errorf("%d events of %d are there", len(got.Events), stored)
	}
	if len(got.Drafts) != 1 {
		t.Fatalf("drafts: %+v", got.Drafts)
	}
	if n, err := strconv.Atoi(got.Drafts[0].Text); err != nil || n < stored {
		t.Errorf("the draft is %q, and %d was stored (%v)", got.Drafts[0].Text, stored, err)
	}
}
