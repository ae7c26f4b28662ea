#include "textflag.h"

// WALK goes through rows of x and the per codes of each. A code's cells are 16·dim bytes from the next one's, so its
// place has to be waited for: the one 24 codes on is fetched while this one's is worked on.
// DI x, R9 bytes from row to row, SI cells, BX codes, R8 the last code, R10 bytes of a vector, R11 codes of a row,
// R12 rows left, R13 codes left, DX this code's cells, AX offset.
#define WALK(OP, row, code, eight) \
	MOVQ       x+0(FP), DI        \
	MOVQ       stride+8(FP), R9   \
	MOVQ       cells+16(FP), SI   \
	MOVQ       codes+24(FP), BX   \
	MOVQ       rows+32(FP), R12   \
	MOVQ       per+40(FP), R11    \
	MOVQ       dim+48(FP), R10    \
	SHLQ       $2, R9             \
	SHLQ       $2, R10            \
	MOVQ       R11, R8            \
	IMULQ      R12, R8            \
	LEAQ       -4(BX)(R8*4), R8   \
row:                              \
	MOVQ       DI, CX             \
	MOVQ       R11, R13           \
code:                             \
	LEAQ       96(BX), AX         \
	CMPQ       AX, R8             \
	CMOVQGT    R8, AX             \
	MOVLQSX    (AX), AX           \
	IMULQ      R10, AX            \
	SHLQ       $2, AX             \
	PREFETCHT0 (SI)(AX*1)         \
	MOVLQSX    (BX), DX           \
	IMULQ      R10, DX            \
	LEAQ       (SI)(DX*4), DX     \
	ADDQ       $4, BX             \
	XORQ       AX, AX             \
eight:                            \
	OP                            \
	ADDQ       $32, CX            \
	ADDQ       $32, AX            \
	CMPQ       AX, R10            \
	JLT        eight              \
	DECQ       R13                \
	JNZ        code               \
	ADDQ       R9, DI             \
	DECQ       R12                \
	JNZ        row                \
	VZEROUPPER                    \
	RET

#define LOOK \
	VMOVUPS (DX)(AX*1), Y0 \
	VMOVUPS Y0, (CX)

// The gradient lies behind the vector: LEARN begins a vector further on, R15.
#define LEARN \
	LEAQ    (DX)(R10*1), R15       \
	VMOVUPS (R15)(AX*1), Y0        \
	VADDPS  (CX), Y0, Y0           \
	VMOVUPS Y0, (R15)(AX*1)

// In the passes below n is a positive multiple of eight, and products and sums are rounded apart, as the plain loops' are.

// func mulAddAVX2(y, z, a, b *float32, n int)
TEXT ·mulAddAVX2(SB), NOSPLIT, $0-40
	MOVQ y+0(FP), DI
	MOVQ z+8(FP), SI
	MOVQ a+16(FP), R8
	MOVQ b+24(FP), R9
	MOVQ n+32(FP), CX
	SHLQ $2, CX
	XORQ AX, AX

eight:
	VMOVUPS (SI)(AX*1), Y0
	VMULPS  (R8)(AX*1), Y0, Y0
	VADDPS  (R9)(AX*1), Y0, Y0
	VMOVUPS Y0, (DI)(AX*1)
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     eight
	VZEROUPPER
	RET

// func mulAVX2(y, a, b *float32, n int)
TEXT ·mulAVX2(SB), NOSPLIT, $0-32
	MOVQ y+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), R8
	MOVQ n+24(FP), CX
	SHLQ $2, CX
	XORQ AX, AX

eight:
	VMOVUPS (SI)(AX*1), Y0
	VMULPS  (R8)(AX*1), Y0, Y0
	VMOVUPS Y0, (DI)(AX*1)
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     eight
	VZEROUPPER
	RET

// func crossBackAVX2(dz, dx0, dy, x0, z *float32, n int)
TEXT ·crossBackAVX2(SB), NOSPLIT, $0-48
	MOVQ dz+0(FP), DI
	MOVQ dx0+8(FP), DX
	MOVQ dy+16(FP), SI
	MOVQ x0+24(FP), R8
	MOVQ z+32(FP), R9
	MOVQ n+40(FP), CX
	SHLQ $2, CX
	XORQ AX, AX

eight:
	VMOVUPS (SI)(AX*1), Y0
	VMULPS  (R8)(AX*1), Y0, Y1
	VMULPS  (R9)(AX*1), Y0, Y2
	VADDPS  (DX)(AX*1), Y2, Y2
	VMOVUPS Y1, (DI)(AX*1)
	VMOVUPS Y2, (DX)(AX*1)
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     eight
	VZEROUPPER
	RET

// func reluAVX2(y, x *float32, n int)
// The larger of 0 and x; x where it is no number.
TEXT ·reluAVX2(SB), NOSPLIT, $0-24
	MOVQ   y+0(FP), DI
	MOVQ   x+8(FP), SI
	MOVQ   n+16(FP), CX
	SHLQ   $2, CX
	XORQ   AX, AX
	VXORPS Y1, Y1, Y1

eight:
	VMAXPS  (SI)(AX*1), Y1, Y0
	VMOVUPS Y0, (DI)(AX*1)
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     eight
	VZEROUPPER
	RET

// func reluBackAVX2(dx, dy, y *float32, n int)
TEXT ·reluBackAVX2(SB), NOSPLIT, $0-32
	MOVQ   dx+0(FP), DI
	MOVQ   dy+8(FP), SI
	MOVQ   y+16(FP), R8
	MOVQ   n+24(FP), CX
	SHLQ   $2, CX
	XORQ   AX, AX
	VXORPS Y1, Y1, Y1

eight:
	VCMPPS  $0x11, (R8)(AX*1), Y1, Y0 // 0 < y, false for no number
	VANDPS  (SI)(AX*1), Y0, Y0
	VMOVUPS Y0, (DI)(AX*1)
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     eight
	VZEROUPPER
	RET

// func lookupAVX2(x *float32, stride int, cells *float32, codes *int32, rows, per, dim int)
TEXT ·lookupAVX2(SB), NOSPLIT, $0-56
	WALK(LOOK, row, code, eight)

// func addGradientsAVX2(x *float32, stride int, cells *float32, codes *int32, rows, per, dim int)
TEXT ·addGradientsAVX2(SB), NOSPLIT, $0-56
	WALK(LEARN, row, code, eight)
