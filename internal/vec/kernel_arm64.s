#include "textflag.h"

// dotFast multiplies one query with n rows, scattered by ids or, where ids is nil, contiguous. A row is summed in the same
// order whether it is taken four at a time or alone, so the same pair always gives the same bits:
// whole 16s in four accumulators A, B, C, D, left-over fours in A, a tail of single elements in B's first lane,
// then (A+B)+(C+D), pairs of lanes, the two pairs.
//
// Registers: R0 query, R1 rows, R2 bytes of a row, R3 ids or 0, R4 rows left, R5 out, R6 a row's whole 16s,
// R7 its left-over fours, R8 its tail, R9 place in the query, R10 to R13 places in the four rows, R14 steps left,
// R15 bytes of a row to prefetch, R19 an id, V0 to V15 accumulators A to D of the four rows, V16 to V19 of the query,
// V20 to V23 of a row.

// Go's assembler lacks these two. Operands are the registers' numbers, in its order: the destination last.

// VFADD is FADD Vd.4S, Vn.4S, Vm.4S.
#define VFADD(m, n, d) WORD $(0x4E20D400 | m<<16 | n<<5 | d)

// VFADDP is FADDP Vd.4S, Vn.4S, Vm.4S: the pairs of n, then those of m.
#define VFADDP(m, n, d) WORD $(0x6E20D400 | m<<16 | n<<5 | d)

#define SETUP \
	MOVD q+0(FP), R0       \
	MOVD rows+8(FP), R1    \
	MOVD dim+16(FP), R8    \
	MOVD ids+24(FP), R3    \
	MOVD n+32(FP), R4      \
	MOVD out+40(FP), R5    \
	LSL  $2, R8, R2        \
	LSR  $4, R8, R6        \
	UBFX $2, R8, $2, R7    \
	AND  $3, R8            \
	MOVD $512, R15         \
	CMP  R15, R2           \
	CSEL LT, R2, R15, R15

// ROW points r at the row whose id is at off(R3).
#define ROW(off, r) \
	MOVW off(R3), R19     \
	MADD R2, R1, R19, r

#define ZERO(a, b, c, d) \
	VEOR a.B16, a.B16, a.B16 \
	VEOR b.B16, b.B16, b.B16 \
	VEOR c.B16, c.B16, c.B16 \
	VEOR d.B16, d.B16, d.B16

#define DOT16(row, a, b, c, d) \
	VLD1.P 64(row), [V20.S4, V21.S4, V22.S4, V23.S4] \
	VFMLA  V20.S4, V16.S4, a.S4                      \
	VFMLA  V21.S4, V17.S4, b.S4                      \
	VFMLA  V22.S4, V18.S4, c.S4                      \
	VFMLA  V23.S4, V19.S4, d.S4

#define DOT4(row, a) \
	VLD1.P 16(row), [V20.S4]    \
	VFMLA  V20.S4, V16.S4, a.S4

// A single element is loaded with zeros in the other three lanes, in the query as in the row.
#define DOT1(row, b) \
	FMOVS.P 4(row), F20          \
	VFMLA   V20.S4, V16.S4, b.S4

// KERNEL is the body: STEP16, STEP4 and STEP1 are sixteen, four and one elements of one row. Labels are local to
// a function.
#define KERNEL(STEP16, STEP4, STEP1) \
	SETUP                                                  \
four:                                                          \
	CMP     $4, R4                                         \
	BLT     one                                            \
	CBZ     R3, next4                                      \
	CMP     $8, R4                                         \
	BLT     ids4                                           \
	ROW(16, R10)                                           \
	ROW(20, R11)                                           \
	ROW(24, R12)                                           \
	ROW(28, R13)                                           \
	MOVD    R15, R14                                       \
fetch:                                                         \
	PRFM    (R10), PLDL1KEEP                               \
	PRFM    (R11), PLDL1KEEP                               \
	PRFM    (R12), PLDL1KEEP                               \
	PRFM    (R13), PLDL1KEEP                               \
	ADD     $64, R10                                       \
	ADD     $64, R11                                       \
	ADD     $64, R12                                       \
	ADD     $64, R13                                       \
	SUBS    $64, R14                                       \
	BGT     fetch                                          \
ids4:                                                          \
	ROW(0, R10)                                            \
	ROW(4, R11)                                            \
	ROW(8, R12)                                            \
	ROW(12, R13)                                           \
	ADD     $16, R3                                        \
	B       sum4                                           \
next4:                                                         \
	MOVD    R1, R10                                        \
	ADD     R2, R10, R11                                   \
	ADD     R2, R11, R12                                   \
	ADD     R2, R12, R13                                   \
	ADD     R2, R13, R1                                    \
sum4:                                                          \
	MOVD    R0, R9                                         \
	ZERO(V0, V1, V2, V3)                                   \
	ZERO(V4, V5, V6, V7)                                   \
	ZERO(V8, V9, V10, V11)                                 \
	ZERO(V12, V13, V14, V15)                               \
	MOVD    R6, R14                                        \
	CBZ     R14, fours4                                    \
sixteen4:                                                      \
	VLD1.P  64(R9), [V16.S4, V17.S4, V18.S4, V19.S4]       \
	STEP16(R10, V0, V1, V2, V3)                            \
	STEP16(R11, V4, V5, V6, V7)                            \
	STEP16(R12, V8, V9, V10, V11)                          \
	STEP16(R13, V12, V13, V14, V15)                        \
	SUB     $1, R14                                        \
	CBNZ    R14, sixteen4                                  \
fours4:                                                        \
	MOVD    R7, R14                                        \
	CBZ     R14, ones4                                     \
another4:                                                      \
	VLD1.P  16(R9), [V16.S4]                               \
	STEP4(R10, V0)                                         \
	STEP4(R11, V4)                                         \
	STEP4(R12, V8)                                         \
	STEP4(R13, V12)                                        \
	SUB     $1, R14                                        \
	CBNZ    R14, another4                                  \
ones4:                                                         \
	MOVD    R8, R14                                        \
	CBZ     R14, store4                                    \
single4:                                                       \
	FMOVS.P 4(R9), F16                                     \
	STEP1(R10, V1)                                         \
	STEP1(R11, V5)                                         \
	STEP1(R12, V9)                                         \
	STEP1(R13, V13)                                        \
	SUB     $1, R14                                        \
	CBNZ    R14, single4                                   \
store4:                                                        \
	VFADD(1, 0, 0)                                         \
	VFADD(3, 2, 2)                                         \
	VFADD(5, 4, 4)                                         \
	VFADD(7, 6, 6)                                         \
	VFADD(9, 8, 8)                                         \
	VFADD(11, 10, 10)                                      \
	VFADD(13, 12, 12)                                      \
	VFADD(15, 14, 14)                                      \
	VFADD(2, 0, 0)                                         \
	VFADD(6, 4, 4)                                         \
	VFADD(10, 8, 8)                                        \
	VFADD(14, 12, 12)                                      \
	VFADDP(4, 0, 0)                                        \
	VFADDP(12, 8, 8)                                       \
	VFADDP(8, 0, 0)                                        \
	VST1.P  [V0.S4], 16(R5)                                \
	SUB     $4, R4                                         \
	B       four                                           \
one:                                                           \
	CBZ     R4, done                                       \
	CBZ     R3, next1                                      \
	ROW(0, R10)                                            \
	ADD     $4, R3                                         \
	B       sum1                                           \
next1:                                                         \
	MOVD    R1, R10                                        \
	ADD     R2, R1                                         \
sum1:                                                          \
	MOVD    R0, R9                                         \
	ZERO(V0, V1, V2, V3)                                   \
	MOVD    R6, R14                                        \
	CBZ     R14, fours1                                    \
sixteen1:                                                      \
	VLD1.P  64(R9), [V16.S4, V17.S4, V18.S4, V19.S4]       \
	STEP16(R10, V0, V1, V2, V3)                            \
	SUB     $1, R14                                        \
	CBNZ    R14, sixteen1                                  \
fours1:                                                        \
	MOVD    R7, R14                                        \
	CBZ     R14, ones1                                     \
another1:                                                      \
	VLD1.P  16(R9), [V16.S4]                               \
	STEP4(R10, V0)                                         \
	SUB     $1, R14                                        \
	CBNZ    R14, another1                                  \
ones1:                                                         \
	MOVD    R8, R14                                        \
	CBZ     R14, store1                                    \
single1:                                                       \
	FMOVS.P 4(R9), F16                                     \
	STEP1(R10, V1)                                         \
	SUB     $1, R14                                        \
	CBNZ    R14, single1                                   \
store1:                                                        \
	VFADD(1, 0, 0)                                         \
	VFADD(3, 2, 2)                                         \
	VFADD(2, 0, 0)                                         \
	VFADDP(0, 0, 0)                                        \
	VFADDP(0, 0, 0)                                        \
	FMOVS.P F0, 4(R5)                                      \
	SUB     $1, R4                                         \
	B       one                                            \
done:                                                          \
	RET

// func dotFast(q, rows *float32, dim int, ids *int32, n int, out *float32)
TEXT ·dotFast(SB), NOSPLIT, $0-48
	KERNEL(DOT16, DOT4, DOT1)

// func axpyFast(a float32, x, y *float32, n int)
TEXT ·axpyFast(SB), NOSPLIT, $0-32
	FMOVS a+0(FP), F0
	VDUP  V0.S[0], V0.S4
	MOVD  x+8(FP), R0
	MOVD  y+16(FP), R1
	MOVD  n+24(FP), R2
	LSR   $4, R2, R3
	UBFX  $2, R2, $2, R4
	AND   $3, R2
	CBZ   R3, fours

sixteen:
	VLD1.P 64(R0), [V1.S4, V2.S4, V3.S4, V4.S4]
	VLD1   (R1), [V5.S4, V6.S4, V7.S4, V8.S4]
	VFMLA  V1.S4, V0.S4, V5.S4
	VFMLA  V2.S4, V0.S4, V6.S4
	VFMLA  V3.S4, V0.S4, V7.S4
	VFMLA  V4.S4, V0.S4, V8.S4
	VST1.P [V5.S4, V6.S4, V7.S4, V8.S4], 64(R1)
	SUB    $1, R3
	CBNZ   R3, sixteen

fours:
	CBZ    R4, ones
	VLD1.P 16(R0), [V1.S4]
	VLD1   (R1), [V5.S4]
	VFMLA  V1.S4, V0.S4, V5.S4
	VST1.P [V5.S4], 16(R1)
	SUB    $1, R4
	B      fours

ones:
	CBZ     R2, done
	FMOVS.P 4(R0), F1
	FMOVS   (R1), F5
	FMADDS  F1, F5, F0, F5
	FMOVS.P F5, 4(R1)
	SUB     $1, R2
	B       ones

done:
	RET

// func tileFast(k int, a *float32, rowStride, colStride int, b, c *float32, ldc int)
// C, four rows of sixteen with ldc bytes between rows, += A·B. A's elements are rowStride bytes apart in a column and colStride
// bytes in a row; B is k packed rows of sixteen.
TEXT ·tileFast(SB), NOSPLIT, $0-56
	MOVD k+0(FP), R0
	MOVD a+8(FP), R1
	MOVD rowStride+16(FP), R5
	MOVD colStride+24(FP), R6
	MOVD b+32(FP), R7
	MOVD c+40(FP), R8
	MOVD ldc+48(FP), R12
	ADD  R5, R1, R2
	ADD  R5, R2, R3
	ADD  R5, R3, R4
	ADD  R12, R8, R9
	ADD  R12, R9, R10
	ADD  R12, R10, R11
	VLD1 (R8), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1 (R9), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1 (R10), [V8.S4, V9.S4, V10.S4, V11.S4]
	VLD1 (R11), [V12.S4, V13.S4, V14.S4, V15.S4]
	CBZ  R0, store

step:
	VLD1.P  64(R7), [V16.S4, V17.S4, V18.S4, V19.S4]
	VLD1R.P (R1)(R6), [V20.S4]
	VLD1R.P (R2)(R6), [V21.S4]
	VLD1R.P (R3)(R6), [V22.S4]
	VLD1R.P (R4)(R6), [V23.S4]
	VFMLA   V16.S4, V20.S4, V0.S4
	VFMLA   V17.S4, V20.S4, V1.S4
	VFMLA   V18.S4, V20.S4, V2.S4
	VFMLA   V19.S4, V20.S4, V3.S4
	VFMLA   V16.S4, V21.S4, V4.S4
	VFMLA   V17.S4, V21.S4, V5.S4
	VFMLA   V18.S4, V21.S4, V6.S4
	VFMLA   V19.S4, V21.S4, V7.S4
	VFMLA   V16.S4, V22.S4, V8.S4
	VFMLA   V17.S4, V22.S4, V9.S4
	VFMLA   V18.S4, V22.S4, V10.S4
	VFMLA   V19.S4, V22.S4, V11.S4
	VFMLA   V16.S4, V23.S4, V12.S4
	VFMLA   V17.S4, V23.S4, V13.S4
	VFMLA   V18.S4, V23.S4, V14.S4
	VFMLA   V19.S4, V23.S4, V15.S4
	SUB     $1, R0
	CBNZ    R0, step

store:
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R8)
	VST1 [V4.S4, V5.S4, V6.S4, V7.S4], (R9)
	VST1 [V8.S4, V9.S4, V10.S4, V11.S4], (R10)
	VST1 [V12.S4, V13.S4, V14.S4, V15.S4], (R11)
	RET

// func prefetch(p *int32)
TEXT ·prefetch(SB), NOSPLIT, $0-8
	MOVD p+0(FP), R0
	PRFM (R0), PLDL1KEEP
	PRFM 64(R0), PLDL1KEEP
	RET
