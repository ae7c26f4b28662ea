package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// serveWord, as the first argument, makes this program a worker.
const serveWord = "serve-orders"

// worker is a process that follows orders: ours or a peer's.
type worker struct {
	name, version string
	cmd           *exec.Cmd
	in            io.WriteCloser
	out           *bufio.Reader
	complaints    bytes.Buffer // what it wrote for people: shown if it dies
}

// start runs a worker and waits for its first line. A worker that says that it has no library is an error with its words.
func start(ctx context.Context, name string, args ...string) (*worker, error) {
	w := &worker{cmd: exec.CommandContext(ctx, name, args...)}
	w.cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1")
	w.cmd.Stderr = &w.complaints
	var err error
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	w.out = bufio.NewReaderSize(out, 1<<20)
	if err := w.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	hello, err := w.read()
	if err != nil {
		w.close()
		return nil, err
	}
	w.name, w.version = hello.Peer, hello.Version
	return w, nil
}

func (w *worker) ask(o order) (reply, error) {
	line, err := json.Marshal(o)
	if err != nil {
		return reply{}, fmt.Errorf("asking %s to %s: %w", w.name, o.Do, err)
	}
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		return reply{}, fmt.Errorf("asking %s to %s: %w", w.name, o.Do, err)
	}
	r, err := w.read()
	if err != nil {
		return r, fmt.Errorf("asking %s to %s: %w", w.name, o.Do, err)
	}
	return r, nil
}

func (w *worker) read() (reply, error) {
	line, err := w.out.ReadBytes('\n')
	if err != nil {
		_ = w.cmd.Wait() // its words matter, not its exit status
		return reply{}, fmt.Errorf("reading a worker's answer: %w\n%s", err, w.complaints.String())
	}
	var r reply
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("reading a worker's answer %.80q: %w", line, err)
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

// close ends the worker: it leaves when its orders end.
func (w *worker) close() {
	_ = w.in.Close()
	_ = w.cmd.Wait() // nothing is left to learn from how it went
}
