package nn

import "math"

// Adam is the optimizer of Kingma & Ba (2015), with decoupled weight decay (Loshchilov & Hutter 2019).
type Adam struct {
	Rate         float64 // α; may be changed between steps
	Beta1, Beta2 float64
	Eps          float64
	Decay        float64 // λ: each step multiplies a weight by 1 − Rate·Decay

	step int
}

// NewAdam returns Adam with the paper's β₁ = 0.9, β₂ = 0.999, ε = 1e-8 and no decay.
func NewAdam(rate float64) *Adam {
	return &Adam{Rate: rate, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
}

// Step updates every parameter and clears its gradient.
func (a *Adam) Step(ps []*Param) {
	a.step++
	k := a.factors()
	for _, p := range ps {
		k.keep = 1
		if p.Decay {
			k.keep = float32(1 - a.Rate*a.Decay)
		}
		k.step(p.W, p.G, p.m, p.v)
	}
}

// adamFactors are the constants of one step. The bias corrections of the moments are folded into the rate and ε, as in section 2
// of the paper.
type adamFactors struct {
	b1, c1 float32 // β₁ and 1 − β₁
	b2, c2 float32
	rate   float32
	eps    float32
	keep   float32 // 1, or the factor of weight decay
}

func (a *Adam) factors() *adamFactors {
	t := float64(a.step)
	c2 := math.Sqrt(1 - math.Pow(a.Beta2, t))
	b1, b2 := float32(a.Beta1), float32(a.Beta2)
	return &adamFactors{
		b1: b1, c1: 1 - b1, b2: b2, c2: 1 - b2,
		rate: float32(a.Rate * c2 / (1 - math.Pow(a.Beta1, t))), eps: float32(a.Eps * c2), keep: 1,
	}
}

// step updates weights and clears their gradients. The assembly does the same operations as the loop, so both give the same bits.
func (k *adamFactors) step(w, g, m, v []float32) {
	w, m, v = w[:len(g)], m[:len(g)], v[:len(g)]
	from := 0
	if n := len(g) &^ 7; fastAdam && n > 0 {
		adamAVX2(&w[0], &g[0], &m[0], &v[0], n, k)
		from = n
	}
	for i := from; i < len(g); i++ {
		d := g[i]
		m[i] = k.b1*m[i] + k.c1*d
		v[i] = k.b2*v[i] + k.c2*d*d
		w[i] = k.keep*w[i] - k.rate*m[i]/(float32(math.Sqrt(float64(v[i])))+k.eps)
		g[i] = 0
	}
}

// Cosine is the learning rate at step t of n: a linear warmup over the first twentieth, then half a cosine down to 0 (Loshchilov
// & Hutter 2017).
func Cosine(rate float64, t, n int) float64 {
	if warm := n / 20; t < warm {
		return rate * float64(t+1) / float64(warm)
	}
	return rate * 0.5 * (1 + math.Cos(math.Pi*float64(t)/float64(n)))
}
