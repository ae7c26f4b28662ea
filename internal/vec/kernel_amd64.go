package vec

import "golang.org/x/sys/cpu"

// fast reports whether this processor has the instructions of kernel_amd64.s. It never changes, so a machine always gives the
// same bits.
var fast = cpu.X86.HasAVX2 && cpu.X86.HasFMA
