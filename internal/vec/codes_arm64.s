#include "textflag.h"

// Rows of width values of sixteen bits, a multiple of sixteen, against one query of as many. Integer sums are exact in any
// order, so nothing here has to mind which row is summed beside which.
//
// Registers: R0 query, R1 rows, R2 width, R3 ids, R4 rows left, R5 out, R6 bytes of a row, R8 place in the row,
// R9 place in the query, R10 values left, V0 to V3 sums, V4 V5 of the query, V6 V7 of the row.

// Go's assembler lacks these two. Operands are the registers' numbers, in its order: the destination last.

// VSMLAL is SMLAL Vd.4S, Vn.4H, Vm.4H: the four low values of n times those of m are added to d.
#define VSMLAL(m, n, d) WORD $(0x0E608000 | m<<16 | n<<5 | d)

// VSMLAL2 is SMLAL2 Vd.4S, Vn.8H, Vm.8H: the four high ones.
#define VSMLAL2(m, n, d) WORD $(0x4E608000 | m<<16 | n<<5 | d)

// func dotCodesFast(q *int16, rows *int16, width int, ids *int32, n int, out *float32)
TEXT ·dotCodesFast(SB), NOSPLIT, $0-48
	MOVD q+0(FP), R0
	MOVD rows+8(FP), R1
	MOVD width+16(FP), R2
	MOVD ids+24(FP), R3
	MOVD n+32(FP), R4
	MOVD out+40(FP), R5
	LSL  $1, R2, R6

row:
	CBZ    R4, done
	MOVW.P 4(R3), R7
	MADD   R6, R1, R7, R8
	MOVD   R0, R9
	MOVD   R2, R10
	VEOR   V0.B16, V0.B16, V0.B16
	VEOR   V1.B16, V1.B16, V1.B16
	VEOR   V2.B16, V2.B16, V2.B16
	VEOR   V3.B16, V3.B16, V3.B16

sixteen:
	VLD1.P 32(R9), [V4.H8, V5.H8]
	VLD1.P 32(R8), [V6.H8, V7.H8]
	VSMLAL(6, 4, 0)
	VSMLAL2(6, 4, 1)
	VSMLAL(7, 5, 2)
	VSMLAL2(7, 5, 3)
	SUBS   $16, R10
	BGT    sixteen

	VADD    V1.S4, V0.S4, V0.S4
	VADD    V3.S4, V2.S4, V2.S4
	VADD    V2.S4, V0.S4, V0.S4
	VADDV   V0.S4, V0
	FMOVS   F0, R7
	SCVTFWS R7, F0
	FMOVS.P F0, 4(R5)
	SUB     $1, R4
	B       row

done:
	RET

// func prefetchCodes(rows *int16, width int, ids *int32, n int)
// It asks for the first 256 bytes of each row, or for all where it has fewer. What follows in a longer row the processor
// fetches by itself.
TEXT ·prefetchCodes(SB), NOSPLIT, $0-32
	MOVD rows+0(FP), R1
	MOVD width+8(FP), R2
	MOVD ids+16(FP), R3
	MOVD n+24(FP), R4
	LSL  $1, R2, R6
	MOVD $256, R5
	CMP  R5, R6
	CSEL LT, R6, R5, R5

row:
	MOVW.P 4(R3), R7
	MADD   R6, R1, R7, R8
	MOVD   R5, R10

line:
	PRFM (R8), PLDL1KEEP
	ADD  $64, R8
	SUBS $64, R10
	BGT  line
	SUBS $1, R4
	BGT  row
	RET
