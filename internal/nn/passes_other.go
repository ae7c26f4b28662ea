//go:build !amd64

package nn

const fastPasses = false

func mulAddAVX2(y, z, a, b *float32, n int) { panic("nn: no AVX2") }

func mulAVX2(y, a, b *float32, n int) { panic("nn: no AVX2") }

func crossBackAVX2(dz, dx0, dy, x0, z *float32, n int) { panic("nn: no AVX2") }

func reluAVX2(y, x *float32, n int) { panic("nn: no AVX2") }

func reluBackAVX2(dx, dy, y *float32, n int) { panic("nn: no AVX2") }

func lookupAVX2(x *float32, stride int, cells *float32, codes *int32, rows, per, dim int) {
	panic("nn: no AVX2")
}

func addGradientsAVX2(x *float32, stride int, cells *float32, codes *int32, rows, per, dim int) {
	panic("nn: no AVX2")
}

func adamRowsAVX2(cells *float32, codes *int32, n, dim int, k *adamFactors) { panic("nn: no AVX2") }
