package vec

// fastCodes: the instructions of codes_arm64.s are NEON's.
const fastCodes = true
