#include "textflag.h"

// func adamAVX2(w, d, m, v *float32, n int, k *adamFactors)
// Eight weights at a time; n is a multiple of eight. Products and sums are rounded apart, as the plain loop's are.
TEXT ·adamAVX2(SB), NOSPLIT, $0-48
	MOVQ         w+0(FP), DI
	MOVQ         d+8(FP), SI
	MOVQ         m+16(FP), R8
	MOVQ         v+24(FP), R9
	MOVQ         n+32(FP), CX
	MOVQ         k+40(FP), DX
	VBROADCASTSS (DX), Y8    // b1
	VBROADCASTSS 4(DX), Y9   // c1
	VBROADCASTSS 8(DX), Y10  // b2
	VBROADCASTSS 12(DX), Y11 // c2
	VBROADCASTSS 16(DX), Y12 // rate
	VBROADCASTSS 20(DX), Y13 // eps
	VBROADCASTSS 24(DX), Y14 // keep
	VXORPS       Y15, Y15, Y15
	SHLQ         $2, CX
	XORQ         AX, AX

eight:
	VMOVUPS (SI)(AX*1), Y0
	VMULPS  (R8)(AX*1), Y8, Y1
	VMULPS  Y0, Y9, Y2
	VADDPS  Y2, Y1, Y1
	VMOVUPS Y1, (R8)(AX*1)
	VMULPS  (R9)(AX*1), Y10, Y2
	VMULPS  Y0, Y11, Y3
	VMULPS  Y0, Y3, Y3
	VADDPS  Y3, Y2, Y2
	VMOVUPS Y2, (R9)(AX*1)
	VSQRTPS Y2, Y2
	VADDPS  Y13, Y2, Y2
	VMULPS  Y1, Y12, Y1
	VDIVPS  Y2, Y1, Y1
	VMULPS  (DI)(AX*1), Y14, Y3
	VSUBPS  Y1, Y3, Y3
	VMOVUPS Y3, (DI)(AX*1)
	VMOVUPS Y15, (SI)(AX*1)
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     eight
	VZEROUPPER
	RET
