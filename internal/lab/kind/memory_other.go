//go:build !linux && !darwin

package kind

// machineMemory is unknown: nobody asks these systems.
func machineMemory() int64 { return 0 }
