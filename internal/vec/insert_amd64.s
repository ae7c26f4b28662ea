#include "textflag.h"

// func insertAVX2(list *uint64, n int, v uint64) int
// From the end of the n sorted values, it moves those below v back by one, four at a time, until it finds one that isn't: one
// pass finds the index and makes space, with one branch misprediction.
//
// Registers: SI list, CX how many values are left, AX v, Y0 v four times, Y1 the sign bits. VPCMPGTQ compares signed values, so
// both sides have their sign bit flipped.
TEXT ·insertAVX2(SB), NOSPLIT, $0-32
	MOVQ         list+0(FP), SI
	MOVQ         n+8(FP), CX
	MOVQ         v+16(FP), AX
	VPCMPEQQ     Y1, Y1, Y1
	VPSLLQ       $63, Y1, Y1
	VMOVQ        AX, X0
	VPBROADCASTQ X0, Y0
	VPXOR        Y1, Y0, Y0

four:
	CMPQ      CX, $4
	JLT       one
	VMOVDQU   -32(SI)(CX*8), Y2
	VPXOR     Y1, Y2, Y3
	VPCMPGTQ  Y3, Y0, Y3
	VMOVMSKPD Y3, BX
	CMPL      BX, $15
	JNE       some
	VMOVDQU   Y2, -24(SI)(CX*8)
	SUBQ      $4, CX
	JMP       four

some:
	VMASKMOVPD Y2, Y3, -24(SI)(CX*8)
	POPCNTQ    BX, BX
	SUBQ       BX, CX
	JMP        put

one:
	TESTQ CX, CX
	JZ    put
	MOVQ  -8(SI)(CX*8), DX
	CMPQ  DX, AX
	JCC   put
	MOVQ  DX, (SI)(CX*8)
	DECQ  CX
	JMP   one

put:
	MOVQ       AX, (SI)(CX*8)
	MOVQ       CX, ret+24(FP)
	VZEROUPPER
	RET
