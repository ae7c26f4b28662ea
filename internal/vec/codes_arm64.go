package vec

// fastCodes is true because every arm64 processor has NEON, which codes_arm64.s uses.
const fastCodes = true
