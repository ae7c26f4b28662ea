#include "textflag.h"

// TESTS is a loop over the tests from SI to R8: rows whose value isn't at most the threshold lose the leaves of the test.
// PREDICATE decides for NaN: 30 (value greater, quiet) says no, 22 (value not less or equal, quiet) says yes.
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

// func leavesAVX2(tests *test, above, n int, columns *float32, left *uint32)
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

// WIDETESTS is TESTS for 64 rows. It compares the threshold with the values, so that they needn't be loaded first:
// 17 (threshold less, quiet) says no to NaN, 25 (threshold not greater or equal, quiet) says yes.
//
// Registers: as above, but Z0 to Z3 for rows 0 to 63, and K1 to K4 the rows that lose leaves.
#define WIDETESTS(PREDICATE, again, done) \
	CMPQ         SI, R8               \
	JGE          done                 \
again:                                \
	VBROADCASTSS (SI), Z4             \
	MOVL         4(SI), AX            \
	VPBROADCASTD 8(SI), Z5            \
	ADDQ         DI, AX               \
	VCMPPS       PREDICATE, (AX), Z4, K1 \
	VCMPPS       PREDICATE, 64(AX), Z4, K2 \
	VCMPPS       PREDICATE, 128(AX), Z4, K3 \
	VCMPPS       PREDICATE, 192(AX), Z4, K4 \
	VPANDND      Z0, Z5, K1, Z0       \
	VPANDND      Z1, Z5, K2, Z1       \
	VPANDND      Z2, Z5, K3, Z2       \
	VPANDND      Z3, Z5, K4, Z3       \
	ADDQ         $12, SI              \
	CMPQ         SI, R8               \
	JLT          again                \
done:

// func leavesAVX512(tests *test, above, n int, columns *float32, left *uint32)
TEXT ·leavesAVX512(SB), NOSPLIT, $0-40
	MOVQ       tests+0(FP), SI
	MOVQ       above+8(FP), R8
	MOVQ       n+16(FP), R9
	MOVQ       columns+24(FP), DI
	MOVQ       left+32(FP), DX
	IMULQ      $12, R8
	ADDQ       SI, R8
	IMULQ      $12, R9
	ADDQ       SI, R9
	VPTERNLOGD $255, Z0, Z0, Z0
	VMOVDQA64  Z0, Z1
	VMOVDQA64  Z0, Z2
	VMOVDQA64  Z0, Z3
	WIDETESTS($17, aboveAgain, aboveDone)
	MOVQ       R9, R8
	WIDETESTS($25, otherAgain, otherDone)
	VMOVDQU32  Z0, (DX)
	VMOVDQU32  Z1, 64(DX)
	VMOVDQU32  Z2, 128(DX)
	VMOVDQU32  Z3, 192(DX)
	VZEROUPPER
	RET

// LOWEST turns sixteen words in Z0, of which none is zero, into the numbers of their lowest bits. Z1 is zero, Z2 sixteen
// times 31.
#define LOWEST \
	VPSUBD   Z0, Z1, Z3 \
	VPANDD   Z3, Z0, Z0 \
	VPLZCNTD Z0, Z0     \
	VPSUBD   Z0, Z2, Z0

// func addFloat32(left *uint32, values *float32, out []float32, n int)
// All 32 values are in two registers, from which one instruction takes sixteen.
TEXT ·addFloat32(SB), NOSPLIT, $0-48
	MOVQ         left+0(FP), SI
	MOVQ         values+8(FP), DX
	MOVQ         out+16(FP), DI
	MOVQ         n+40(FP), CX
	VPXORD       Z1, Z1, Z1
	MOVL         $31, AX
	VPBROADCASTD AX, Z2
	VMOVUPS      (DX), Z4
	VMOVUPS      64(DX), Z5

sixteen:
	VMOVDQU32 (SI), Z0
	LOWEST
	VPERMI2PS Z5, Z4, Z0
	VADDPS    (DI), Z0, Z0
	VMOVUPS   Z0, (DI)
	ADDQ      $64, SI
	ADDQ      $64, DI
	SUBQ      $16, CX
	JNZ       sixteen
	VZEROUPPER
	RET

// func addFloat64(left *uint32, values *float64, out []float64, n int)
// All 32 values are in four registers: eight of the first sixteen and eight of the others, of which bit 4 chooses.
TEXT ·addFloat64(SB), NOSPLIT, $0-48
	MOVQ         left+0(FP), SI
	MOVQ         values+8(FP), DX
	MOVQ         out+16(FP), DI
	MOVQ         n+40(FP), CX
	VPXORD       Z1, Z1, Z1
	MOVL         $31, AX
	VPBROADCASTD AX, Z2
	MOVQ         $16, AX
	VPBROADCASTQ AX, Z8
	VMOVUPD      (DX), Z4
	VMOVUPD      64(DX), Z5
	VMOVUPD      128(DX), Z6
	VMOVUPD      192(DX), Z7

#define EIGHT(numbers, at) \
	VPMOVZXDQ numbers, Z9         \
	VPTESTMQ  Z8, Z9, K1          \
	VMOVDQA64 Z9, Z10             \
	VPERMI2PD Z5, Z4, Z9          \
	VPERMI2PD Z7, Z6, Z10         \
	VMOVAPD   Z10, K1, Z9         \
	VADDPD    at(DI), Z9, Z9      \
	VMOVUPD   Z9, at(DI)

sixteen:
	VMOVDQU32     (SI), Z0
	LOWEST
	VEXTRACTI64X4 $1, Z0, Y11
	EIGHT(Y0, 0)
	EIGHT(Y11, 64)
	ADDQ          $64, SI
	ADDQ          $128, DI
	SUBQ          $16, CX
	JNZ           sixteen
	VZEROUPPER
	RET
