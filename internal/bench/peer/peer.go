// Package peer runs workers as processes: the Python program of a peer library, which is embedded here, or this program
// itself. A command comes in, and the worker's reply or an error goes out. A worker whose library isn't installed is an error
// of Start that says so.
package peer

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"dryrun/internal/bench/protocol"
)

//go:embed *.py
var programs embed.FS

// CopyPrograms copies the peers' programs into a folder.
func CopyPrograms(folder string) error {
	if err := os.CopyFS(folder, programs); err != nil {
		return fmt.Errorf("copying the peers' programs: %w", err)
	}
	return nil
}

// Process is a worker that runs in a process of its own.
type Process struct {
	Name, Version string // of the library, from the worker's first line

	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer // shown if the worker dies
}

// Start starts a worker and waits for its first line.
func Start(ctx context.Context, name string, args ...string) (*Process, error) {
	p := &Process{Name: name, cmd: exec.CommandContext(ctx, name, args...)}
	p.cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1")
	p.cmd.Stderr = &p.stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("starting the worker %s: %w", name, err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the worker %s: %w", name, err)
	}
	p.out = bufio.NewReaderSize(out, 1<<20)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the worker %s: %w", name, err)
	}
	hello, err := p.read()
	if err != nil {
		p.Close()
		return nil, err
	}
	p.Name, p.Version = hello.Peer, hello.Version
	return p, nil
}

// Ask sends a command and waits for the reply. A reply with an error is an error.
func (p *Process) Ask(c protocol.Command) (protocol.Reply, error) {
	line, err := json.Marshal(c)
	if err == nil {
		_, err = p.in.Write(append(line, '\n'))
	}
	if err != nil {
		return protocol.Reply{}, fmt.Errorf("asking %s to %s: %w", p.Name, c.Do, err)
	}
	r, err := p.read()
	if err != nil {
		return r, fmt.Errorf("asking %s to %s: %w", p.Name, c.Do, err)
	}
	return r, nil
}

func (p *Process) read() (protocol.Reply, error) {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		_ = p.cmd.Wait() // what it wrote to stderr says more than its exit status
		return protocol.Reply{}, fmt.Errorf("reading a worker's reply: %w\n%s", err, p.stderr.String())
	}
	var r protocol.Reply
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("reading a worker's reply %.80q: %w", line, err)
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

// Close ends the worker, which exits at the end of its input.
func (p *Process) Close() {
	_ = p.in.Close()
	_ = p.cmd.Wait() // its exit status doesn't matter any more
}
