#include "textflag.h"

// Rows of width values of sixteen bits, a multiple of sixteen, against one query of as many. Integer sums are exact in any
// order, so nothing here has to mind which row is summed beside which.
//
// Registers: SI query, DX rows, CX bytes of a row, BX ids, R12 rows left, DI out, R8 to R11 the four rows,
// AX offset, Y0 to Y3 sums, Y8 sixteen values of the query.

// CODEROW points r at the row whose id is at off(BX).
#define CODEROW(off, r) \
	MOVLQSX off(BX), r \
	IMULQ   CX, r      \
	ADDQ    DX, r

// SIXTEEN multiplies sixteen values of a row, adds neighbors, and adds those to the row's eight sums.
#define SIXTEEN(row, sums, part) \
	VPMADDWD (row)(AX*1), Y8, part \
	VPADDD   part, sums, sums

// func dotCodesFast(q *int16, rows *int16, width int, ids *int32, n int, out *float32)
TEXT ·dotCodesFast(SB), NOSPLIT, $0-48
	MOVQ q+0(FP), SI
	MOVQ rows+8(FP), DX
	MOVQ width+16(FP), CX
	SHLQ $1, CX
	MOVQ ids+24(FP), BX
	MOVQ n+32(FP), R12
	MOVQ out+40(FP), DI

four:
	CMPQ  R12, $4
	JLT   one
	CODEROW(0, R8)
	CODEROW(4, R9)
	CODEROW(8, R10)
	CODEROW(12, R11)
	XORQ  AX, AX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3

sixteen4:
	VMOVDQU (SI)(AX*1), Y8
	SIXTEEN(R8, Y0, Y4)
	SIXTEEN(R9, Y1, Y5)
	SIXTEEN(R10, Y2, Y6)
	SIXTEEN(R11, Y3, Y7)
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     sixteen4

	VPHADDD      Y1, Y0, Y0
	VPHADDD      Y3, Y2, Y2
	VPHADDD      Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VCVTDQ2PS    X0, X0
	VMOVUPS      X0, (DI)
	ADDQ         $16, BX
	ADDQ         $16, DI
	SUBQ         $4, R12
	JMP          four

one:
	TESTQ R12, R12
	JZ    done
	CODEROW(0, R8)
	XORQ  AX, AX
	VPXOR Y0, Y0, Y0

sixteen1:
	VMOVDQU (SI)(AX*1), Y8
	SIXTEEN(R8, Y0, Y4)
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     sixteen1

	VPHADDD      Y0, Y0, Y0
	VPHADDD      Y0, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VCVTDQ2PS    X0, X0
	VMOVSS       X0, (DI)
	ADDQ         $4, BX
	ADDQ         $4, DI
	DECQ         R12
	JMP          one

done:
	VZEROUPPER
	RET

// func prefetchCodes(rows *int16, width int, ids *int32, n int)
// It asks for the first 256 bytes of each row, or for all where it has fewer. What follows in a longer row
// the processor fetches by itself. It asks for the second cache: the first one's few places for lines on their way would be
// full at the first rows, and everything would wait (a walk through a million rows takes a third longer).
TEXT ·prefetchCodes(SB), NOSPLIT, $0-32
	MOVQ    rows+0(FP), DX
	MOVQ    width+8(FP), CX
	SHLQ    $1, CX
	MOVQ    ids+16(FP), BX
	MOVQ    n+24(FP), DI
	MOVQ    $256, R12
	CMPQ    CX, R12
	CMOVQLT CX, R12

row:
	MOVLQSX    (BX), R8
	IMULQ      CX, R8
	ADDQ       DX, R8
	XORQ       AX, AX

line:
	PREFETCHT1 (R8)(AX*1)
	ADDQ       $64, AX
	CMPQ       AX, R12
	JLT        line
	ADDQ       $4, BX
	DECQ       DI
	JNZ        row
	RET
