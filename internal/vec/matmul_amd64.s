#include "textflag.h"

// Both strips make C = start + A·B, a few rows at a time, six or eight; lds and ldc are the bytes between rows of start
// and of C, and A's elements are rowStride bytes apart in a column and colStride bytes in a row. B is k packed rows, k at least one.
//
// Registers: R14 rows left, R15 bytes of a column's step in A, R8 to R13, SI and DX rows of A, AX offset, DI bytes of a row's
// step, BX packed B, CX steps left; before and after the steps SI and DX walk rows of start and of C.

// Sixteen lanes set, then sixteen clear: read 4·r bytes before the middle, it masks the first r lanes.
DATA tilemask<>+0(SB)/8, $0xffffffffffffffff
DATA tilemask<>+8(SB)/8, $0xffffffffffffffff
DATA tilemask<>+16(SB)/8, $0xffffffffffffffff
DATA tilemask<>+24(SB)/8, $0xffffffffffffffff
DATA tilemask<>+32(SB)/8, $0xffffffffffffffff
DATA tilemask<>+40(SB)/8, $0xffffffffffffffff
DATA tilemask<>+48(SB)/8, $0xffffffffffffffff
DATA tilemask<>+56(SB)/8, $0xffffffffffffffff
DATA tilemask<>+64(SB)/8, $0
DATA tilemask<>+72(SB)/8, $0
DATA tilemask<>+80(SB)/8, $0
DATA tilemask<>+88(SB)/8, $0
DATA tilemask<>+96(SB)/8, $0
DATA tilemask<>+104(SB)/8, $0
DATA tilemask<>+112(SB)/8, $0
DATA tilemask<>+120(SB)/8, $0
GLOBL tilemask<>(SB), RODATA|NOPTR, $128

// CLAMP points next a row of A below prev, or at the same row where fewer than n are left.
#define CLAMP(n, prev, next) \
	LEAQ    (prev)(R15*1), next \
	CMPQ    R14, $n             \
	CMOVQLT prev, next

// START loads row i of a tile; what rows beyond the last hold doesn't matter. Y12 and Y13 mask the columns.
#define START(i, lo, hi) \
	CMPQ       R14, $i           \
	JLE        started           \
	VMASKMOVPS (SI), Y12, lo     \
	VMASKMOVPS 32(SI), Y13, hi   \
	ADDQ       DX, SI

#define STORE(i, lo, hi) \
	CMPQ    R14, $i      \
	JLE     stored       \
	VMOVUPS lo, (SI)     \
	VMOVUPS hi, 32(SI)   \
	ADDQ    DX, SI

#define STOREMASKED(i, lo, hi) \
	CMPQ       R14, $i         \
	JLE        stored          \
	VMASKMOVPS lo, Y12, (SI)   \
	VMASKMOVPS hi, Y13, 32(SI) \
	ADDQ       DX, SI

#define STEP(row, spare, lo, hi) \
	VBROADCASTSS (row)(AX*1), spare \
	VFMADD231PS  Y12, spare, lo     \
	VFMADD231PS  Y13, spare, hi

// The same for registers of sixteen, under K1 and K2; HALF is a step of a tile of at most sixteen columns.
#define WIDESTART(i, lo, hi) \
	CMPQ      R14, $i        \
	JLE       started        \
	VMOVUPS.Z (SI), K1, lo   \
	VMOVUPS.Z 64(SI), K2, hi \
	ADDQ      DX, SI

#define WIDESTORE(i, lo, hi) \
	CMPQ    R14, $i        \
	JLE     stored         \
	VMOVUPS lo, K1, (SI)   \
	VMOVUPS hi, K2, 64(SI) \
	ADDQ    DX, SI

#define WIDESTEP(row, lo, hi) \
	VBROADCASTSS (row)(AX*1), Z18 \
	VFMADD231PS  Z16, Z18, lo     \
	VFMADD231PS  Z17, Z18, hi

#define HALF(row, lo) \
	VFMADD231PS.BCST (row)(AX*1), Z16, lo

// func stripAVX2(rows, cols, k int, a *float32, rowStride, colStride int, b, start *float32, lds int, c *float32, ldc int)
// Up to sixteen columns, six rows at a time: two registers for each leave four for A and B.
TEXT ·stripAVX2(SB), NOSPLIT, $0-88

tile:
	MOVQ    cols+8(FP), AX
	SHLQ    $2, AX
	LEAQ    tilemask<>+64(SB), CX
	SUBQ    AX, CX
	VMOVUPS (CX), Y12
	VMOVUPS 32(CX), Y13
	MOVQ rows+0(FP), R14
	MOVQ start+56(FP), SI
	MOVQ lds+64(FP), DX
	START(0, Y0, Y1)
	START(1, Y2, Y3)
	START(2, Y4, Y5)
	START(3, Y6, Y7)
	START(4, Y8, Y9)
	START(5, Y10, Y11)

started:
	MOVQ a+24(FP), R8
	MOVQ rowStride+32(FP), R15
	CLAMP(2, R8, R9)
	CLAMP(3, R9, R10)
	CLAMP(4, R10, R11)
	CLAMP(5, R11, R12)
	CLAMP(6, R12, R13)
	MOVQ colStride+40(FP), DI
	MOVQ b+48(FP), BX
	MOVQ k+16(FP), CX
	XORQ AX, AX

step:
	VMOVUPS (BX), Y12
	VMOVUPS 32(BX), Y13
	STEP(R8, Y14, Y0, Y1)
	STEP(R9, Y15, Y2, Y3)
	STEP(R10, Y14, Y4, Y5)
	STEP(R11, Y15, Y6, Y7)
	STEP(R12, Y14, Y8, Y9)
	STEP(R13, Y15, Y10, Y11)
	ADDQ    $64, BX
	ADDQ    DI, AX
	DECQ    CX
	JNZ     step
	MOVQ c+72(FP), SI
	MOVQ ldc+80(FP), DX
	CMPQ cols+8(FP), $16
	JLT  masked
	STORE(0, Y0, Y1)
	STORE(1, Y2, Y3)
	STORE(2, Y4, Y5)
	STORE(3, Y6, Y7)
	STORE(4, Y8, Y9)
	STORE(5, Y10, Y11)
	JMP     stored

masked:
	MOVQ    cols+8(FP), AX
	SHLQ    $2, AX
	LEAQ    tilemask<>+64(SB), CX
	SUBQ    AX, CX
	VMOVUPS (CX), Y12
	VMOVUPS 32(CX), Y13
	STOREMASKED(0, Y0, Y1)
	STOREMASKED(1, Y2, Y3)
	STOREMASKED(2, Y4, Y5)
	STOREMASKED(3, Y6, Y7)
	STOREMASKED(4, Y8, Y9)
	STOREMASKED(5, Y10, Y11)

stored:
	SUBQ  $6, R14
	JLE   done
	MOVQ  R14, rows+0(FP)
	MOVQ  SI, c+72(FP)
	MOVQ  lds+64(FP), DX
	IMULQ $6, DX
	ADDQ  DX, start+56(FP)
	IMULQ $6, R15
	ADDQ  R15, a+24(FP)
	JMP   tile

done:
	VZEROUPPER
	RET

// func stripAVX512(rows, cols, k int, a *float32, rowStride, colStride int, b, start *float32, lds int, c *float32, ldc int)
// Up to 32 columns, eight rows at a time.
TEXT ·stripAVX512(SB), NOSPLIT, $0-88
	MOVQ  cols+8(FP), CX
	MOVQ  $1, AX
	SHLQ  CX, AX
	DECQ  AX
	KMOVW AX, K1
	SHRQ  $16, AX
	KMOVW AX, K2

tile:
	MOVQ rows+0(FP), R14
	MOVQ start+56(FP), SI
	MOVQ lds+64(FP), DX
	WIDESTART(0, Z0, Z1)
	WIDESTART(1, Z2, Z3)
	WIDESTART(2, Z4, Z5)
	WIDESTART(3, Z6, Z7)
	WIDESTART(4, Z8, Z9)
	WIDESTART(5, Z10, Z11)
	WIDESTART(6, Z12, Z13)
	WIDESTART(7, Z14, Z15)

started:
	MOVQ a+24(FP), R8
	MOVQ rowStride+32(FP), R15
	CLAMP(2, R8, R9)
	CLAMP(3, R9, R10)
	CLAMP(4, R10, R11)
	CLAMP(5, R11, R12)
	CLAMP(6, R12, R13)
	CLAMP(7, R13, SI)
	CLAMP(8, SI, DX)
	MOVQ colStride+40(FP), DI
	MOVQ b+48(FP), BX
	MOVQ k+16(FP), CX
	XORQ AX, AX
	CMPQ cols+8(FP), $16
	JLE  half

step:
	VMOVUPS (BX), Z16
	VMOVUPS 64(BX), Z17
	WIDESTEP(R8, Z0, Z1)
	WIDESTEP(R9, Z2, Z3)
	WIDESTEP(R10, Z4, Z5)
	WIDESTEP(R11, Z6, Z7)
	WIDESTEP(R12, Z8, Z9)
	WIDESTEP(R13, Z10, Z11)
	WIDESTEP(SI, Z12, Z13)
	WIDESTEP(DX, Z14, Z15)
	ADDQ    $128, BX
	ADDQ    DI, AX
	DECQ    CX
	JNZ     step
	JMP     store

half:
	VMOVUPS (BX), Z16
	HALF(R8, Z0)
	HALF(R9, Z2)
	HALF(R10, Z4)
	HALF(R11, Z6)
	HALF(R12, Z8)
	HALF(R13, Z10)
	HALF(SI, Z12)
	HALF(DX, Z14)
	ADDQ    $128, BX
	ADDQ    DI, AX
	DECQ    CX
	JNZ     half

store:
	MOVQ c+72(FP), SI
	MOVQ ldc+80(FP), DX
	WIDESTORE(0, Z0, Z1)
	WIDESTORE(1, Z2, Z3)
	WIDESTORE(2, Z4, Z5)
	WIDESTORE(3, Z6, Z7)
	WIDESTORE(4, Z8, Z9)
	WIDESTORE(5, Z10, Z11)
	WIDESTORE(6, Z12, Z13)
	WIDESTORE(7, Z14, Z15)

stored:
	SUBQ  $8, R14
	JLE   done
	MOVQ  R14, rows+0(FP)
	MOVQ  SI, c+72(FP)
	MOVQ  lds+64(FP), DX
	IMULQ $8, DX
	ADDQ  DX, start+56(FP)
	IMULQ $8, R15
	ADDQ  R15, a+24(FP)
	JMP   tile

done:
	VZEROUPPER
	RET

// func packAVX2(k int, b *float32, rowStride int, panel *float32)
// Sixteen columns of k rows of B, rowStride bytes apart, become rows of sixteen.
TEXT ·packAVX2(SB), NOSPLIT, $0-32
	MOVQ k+0(FP), DX
	MOVQ b+8(FP), SI
	MOVQ rowStride+16(FP), R8
	MOVQ panel+24(FP), DI

row:
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	ADDQ    R8, SI
	ADDQ    $64, DI
	DECQ    DX
	JNZ     row
	VZEROUPPER
	RET

// func packAVX512(k, cols int, b *float32, rowStride int, panel *float32)
// Up to 32 columns of k rows of B, rowStride bytes apart, become rows of 32 with zeros beyond cols.
TEXT ·packAVX512(SB), NOSPLIT, $0-40
	MOVQ  k+0(FP), DX
	MOVQ  cols+8(FP), CX
	MOVQ  b+16(FP), SI
	MOVQ  rowStride+24(FP), R8
	MOVQ  panel+32(FP), DI
	MOVQ  $1, AX
	SHLQ  CX, AX
	DECQ  AX
	KMOVW AX, K1
	SHRQ  $16, AX
	KMOVW AX, K2

row:
	VMOVUPS.Z (SI), K1, Z0
	VMOVUPS.Z 64(SI), K2, Z1
	VMOVUPS   Z0, (DI)
	VMOVUPS   Z1, 64(DI)
	ADDQ      R8, SI
	ADDQ      $128, DI
	DECQ      DX
	JNZ       row
	VZEROUPPER
	RET

// TRANSPOSE writes four rows of a turned block from four registers, each with four values of a column in either half.
#define TRANSPOSE(a, b, c, d) \
	VUNPCKLPS b, a, Y8          \
	VUNPCKHPS b, a, Y9          \
	VUNPCKLPS d, c, Y10         \
	VUNPCKHPS d, c, Y11         \
	VSHUFPS   $0x44, Y10, Y8, Y12 \
	VSHUFPS   $0xee, Y10, Y8, Y13 \
	VSHUFPS   $0x44, Y11, Y9, Y14 \
	VSHUFPS   $0xee, Y11, Y9, Y15 \
	VMOVUPS   Y12, (DI)         \
	VMOVUPS   Y13, (DI)(R10*1)  \
	VMOVUPS   Y14, (DI)(R10*2)  \
	VMOVUPS   Y15, (DI)(R11*1)

// func transposeAVX(k int, b *float32, colStride int, panel *float32, wide int)
// Eight columns of B, each contiguous and colStride bytes from the next, become the first eight values of k rows that are
// wide bytes apart; k is a multiple of eight. Blocks of 8 x 8: halves of rows four apart are joined on the way in, pairs
// and then pairs of pairs change places.
TEXT ·transposeAVX(SB), NOSPLIT, $0-40
	MOVQ k+0(FP), CX
	MOVQ b+8(FP), SI
	MOVQ colStride+16(FP), R8
	MOVQ panel+24(FP), DI
	MOVQ wide+32(FP), R10
	LEAQ (R8)(R8*2), R9
	LEAQ (SI)(R8*4), DX
	LEAQ (R10)(R10*2), R11

block:
	// Y0 to Y3: values 0 to 3 of columns i and i+4; Y4 to Y7: values 4 to 7.
	VMOVUPS     (SI), X0
	VMOVUPS     (SI)(R8*1), X1
	VMOVUPS     (SI)(R8*2), X2
	VMOVUPS     (SI)(R9*1), X3
	VMOVUPS     16(SI), X4
	VMOVUPS     16(SI)(R8*1), X5
	VMOVUPS     16(SI)(R8*2), X6
	VMOVUPS     16(SI)(R9*1), X7
	VINSERTF128 $1, (DX), Y0, Y0
	VINSERTF128 $1, (DX)(R8*1), Y1, Y1
	VINSERTF128 $1, (DX)(R8*2), Y2, Y2
	VINSERTF128 $1, (DX)(R9*1), Y3, Y3
	VINSERTF128 $1, 16(DX), Y4, Y4
	VINSERTF128 $1, 16(DX)(R8*1), Y5, Y5
	VINSERTF128 $1, 16(DX)(R8*2), Y6, Y6
	VINSERTF128 $1, 16(DX)(R9*1), Y7, Y7
	TRANSPOSE(Y0, Y1, Y2, Y3)
	LEAQ        (DI)(R10*4), DI
	TRANSPOSE(Y4, Y5, Y6, Y7)
	LEAQ        (DI)(R10*4), DI
	ADDQ        $32, SI
	ADDQ        $32, DX
	SUBQ        $8, CX
	JNZ         block
	VZEROUPPER
	RET
