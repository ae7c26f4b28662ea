package vec

import "golang.org/x/sys/cpu"

// fast says that this processor has the instructions of kernel_amd64.s. It never changes, so a machine always takes
// the same path and gets the same bits.
var fast = cpu.X86.HasAVX2 && cpu.X86.HasFMA
