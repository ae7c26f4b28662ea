#include "textflag.h"

// Eight weights at a time. Products and sums are rounded apart, as the plain loop's are.

// FACTORS spreads those at DX.
#define FACTORS \
	VBROADCASTSS (DX), Y8         \ // b1
	VBROADCASTSS 4(DX), Y9        \ // c1
	VBROADCASTSS 8(DX), Y10       \ // b2
	VBROADCASTSS 12(DX), Y11      \ // c2
	VBROADCASTSS 16(DX), Y12      \ // rate
	VBROADCASTSS 20(DX), Y13      \ // eps
	VBROADCASTSS 24(DX), Y14      \ // keep
	VXORPS       Y15, Y15, Y15

// ADAM steps the weights at DI, with gradients at SI and moments at R8 and R9, all AX bytes on.
#define ADAM \
	VMOVUPS (SI)(AX*1), Y0      \
	VMULPS  (R8)(AX*1), Y8, Y1  \
	VMULPS  Y0, Y9, Y2          \
	VADDPS  Y2, Y1, Y1          \
	VMOVUPS Y1, (R8)(AX*1)      \
	VMULPS  (R9)(AX*1), Y10, Y2 \
	VMULPS  Y0, Y11, Y3         \
	VMULPS  Y0, Y3, Y3          \
	VADDPS  Y3, Y2, Y2          \
	VMOVUPS Y2, (R9)(AX*1)      \
	VSQRTPS Y2, Y2              \
	VADDPS  Y13, Y2, Y2         \
	VMULPS  Y1, Y12, Y1         \
	VDIVPS  Y2, Y1, Y1          \
	VMULPS  (DI)(AX*1), Y14, Y3 \
	VSUBPS  Y1, Y3, Y3          \
	VMOVUPS Y3, (DI)(AX*1)      \
	VMOVUPS Y15, (SI)(AX*1)     \
	ADDQ    $32, AX

// func adamAVX2(w, d, m, v *float32, n int, k *adamFactors)
// n is a multiple of eight.
TEXT ·adamAVX2(SB), NOSPLIT, $0-48
	MOVQ w+0(FP), DI
	MOVQ d+8(FP), SI
	MOVQ m+16(FP), R8
	MOVQ v+24(FP), R9
	MOVQ n+32(FP), CX
	MOVQ k+40(FP), DX
	FACTORS
	SHLQ $2, CX
	XORQ AX, AX

eight:
	ADAM
	CMPQ AX, CX
	JLT  eight
	VZEROUPPER
	RET

// func adamRowsAVX2(cells *float32, codes *int32, n, dim int, k *adamFactors)
// A code's cells are weights, gradients and moments, dim of each, a multiple of eight; those eight codes on are fetched.
TEXT ·adamRowsAVX2(SB), NOSPLIT, $0-40
	MOVQ cells+0(FP), R10
	MOVQ codes+8(FP), BX
	MOVQ n+16(FP), R12
	MOVQ dim+24(FP), CX
	MOVQ k+32(FP), DX
	FACTORS
	SHLQ $2, CX
	LEAQ -4(BX)(R12*4), R11

code:
	LEAQ       32(BX), AX
	CMPQ       AX, R11
	CMOVQGT    R11, AX
	MOVLQSX    (AX), AX
	IMULQ      CX, AX
	LEAQ       (R10)(AX*4), AX
	PREFETCHT0 (AX)
	PREFETCHT0 64(AX)
	MOVLQSX    (BX), DI
	IMULQ      CX, DI
	LEAQ       (R10)(DI*4), DI
	LEAQ       (DI)(CX*1), SI
	LEAQ       (DI)(CX*2), R8
	LEAQ       (SI)(CX*2), R9
	XORQ       AX, AX

eight:
	ADAM
	CMPQ AX, CX
	JLT  eight
	ADDQ $4, BX
	DECQ R12
	JNZ  code
	VZEROUPPER
	RET
