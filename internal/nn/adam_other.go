//go:build !amd64

package nn

const fastAdam = false

func adamAVX2(w, d, m, v *float32, n int, k *adamFactors) { panic("nn: no AVX2") }
