//go:build !linux && !darwin

package kind

// machineMemory is unknown on these systems.
func machineMemory() int64 { return 0 }
