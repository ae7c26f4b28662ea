#include "textflag.h"

// TESTS is a loop over the tests from SI to R8: rows whose value isn't at most the threshold lose the leaves of the test.
// PREDICATE decides for NaN: 30 (greater, quiet) says no, 22 (not less or equal, quiet) says yes.
//
// Registers: SI test, DI columns, AX the column, Y0 to Y3 leaves left of rows 0 to 31, Y4 threshold, Y5 leaves ruled out.
#define TESTS(PREDICATE, again, done) \
	CMPQ         SI, R8               \
	JGE          done                 \
again:                                \
	VBROADCASTSS (SI), Y4             \
	MOVL         4(SI), AX            \
	VPBROADCASTD 8(SI), Y5            \
	ADDQ         DI, AX               \
	VMOVUPS      (AX), Y6             \
	VMOVUPS      32(AX), Y7           \
	VMOVUPS      64(AX), Y8           \
	VMOVUPS      96(AX), Y9           \
	VCMPPS       PREDICATE, Y4, Y6, Y6 \
	VCMPPS       PREDICATE, Y4, Y7, Y7 \
	VCMPPS       PREDICATE, Y4, Y8, Y8 \
	VCMPPS       PREDICATE, Y4, Y9, Y9 \
	VPAND        Y5, Y6, Y6           \
	VPAND        Y5, Y7, Y7           \
	VPAND        Y5, Y8, Y8           \
	VPAND        Y5, Y9, Y9           \
	VPANDN       Y0, Y6, Y0           \
	VPANDN       Y1, Y7, Y1           \
	VPANDN       Y2, Y8, Y2           \
	VPANDN       Y3, Y9, Y3           \
	ADDQ         $12, SI              \
	CMPQ         SI, R8               \
	JLT          again                \
done:

// func leavesAVX2(tests *test, above, n int, columns *float32, left *[maskRows]uint32)
TEXT ·leavesAVX2(SB), NOSPLIT, $0-40
	MOVQ     tests+0(FP), SI
	MOVQ     above+8(FP), R8
	MOVQ     n+16(FP), R9
	MOVQ     columns+24(FP), DI
	MOVQ     left+32(FP), DX
	IMULQ    $12, R8
	ADDQ     SI, R8
	IMULQ    $12, R9
	ADDQ     SI, R9
	VPCMPEQD Y0, Y0, Y0
	VPCMPEQD Y1, Y1, Y1
	VPCMPEQD Y2, Y2, Y2
	VPCMPEQD Y3, Y3, Y3
	TESTS($30, aboveAgain, aboveDone)
	MOVQ     R9, R8
	TESTS($22, otherAgain, otherDone)
	VMOVDQU  Y0, (DX)
	VMOVDQU  Y1, 32(DX)
	VMOVDQU  Y2, 64(DX)
	VMOVDQU  Y3, 96(DX)
	VZEROUPPER
	RET
