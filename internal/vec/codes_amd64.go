package vec

import "golang.org/x/sys/cpu"

// fastCodes reports whether this processor has the instructions of codes_amd64.s.
var fastCodes = cpu.X86.HasAVX2
