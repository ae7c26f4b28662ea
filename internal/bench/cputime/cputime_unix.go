//go:build unix

// Package cputime measures the processor time that this process has used. It takes nothing and returns a duration to subtract
// from a later one. Benchmarks on a shared machine use it because it varies much less than wall time.
package cputime

import (
	"syscall"
	"time"
)

// Used is the processor time, user and system, that this process has used so far. For one thread without input or output it is
// the wall time of an idle machine.
func Used() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0 // it can't fail for the process itself
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
