package kind

import "golang.org/x/sys/unix"

// machineMemory is how many bytes the machine has; 0 if the system doesn't say.
func machineMemory() int64 {
	have, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return int64(have)
}
