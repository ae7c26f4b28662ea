#include "textflag.h"

// dotFast multiplies one query with n rows, scattered by ids or, where ids is nil, contiguous. A row is summed in the same
// order whether it is taken four at a time or alone, so the same pair always gives the same bits:
// whole 16s in accumulators A (first eight) and B (second eight), a left-over eight in A, a tail under a mask in B,
// then A+B, pairs of lanes, pairs of pairs, low half + high half.
//
// Registers: SI query, DX rows, BX ids or 0, DI out, R12 rows left, R13 bytes of a row, CX bytes of its whole 16s,
// R14 bytes of a row to prefetch, R8 to R11 the four rows, AX offset, Y15 tail mask,
// Y0 Y2 Y4 Y6 accumulators A, Y1 Y3 Y5 Y7 accumulators B.

// Eight lanes set, then eight clear: read 4·r bytes before the middle, it masks the first r lanes.
DATA tailmask<>+0(SB)/8, $0xffffffffffffffff
DATA tailmask<>+8(SB)/8, $0xffffffffffffffff
DATA tailmask<>+16(SB)/8, $0xffffffffffffffff
DATA tailmask<>+24(SB)/8, $0xffffffffffffffff
DATA tailmask<>+32(SB)/8, $0
DATA tailmask<>+40(SB)/8, $0
DATA tailmask<>+48(SB)/8, $0
DATA tailmask<>+56(SB)/8, $0
GLOBL tailmask<>(SB), RODATA|NOPTR, $64

#define SETUP \
	MOVQ    q+0(FP), SI               \
	MOVQ    rows+8(FP), DX            \
	MOVQ    dim+16(FP), CX            \
	MOVQ    ids+24(FP), BX            \
	MOVQ    n+32(FP), R12             \
	MOVQ    out+40(FP), DI            \
	SHLQ    $2, CX                    \
	MOVQ    CX, R13                   \
	MOVQ    CX, AX                    \
	ANDQ    $31, AX                   \
	LEAQ    tailmask<>+32(SB), R8     \
	SUBQ    AX, R8                    \
	VMOVUPS (R8), Y15                 \
	ANDQ    $-64, CX                  \
	MOVQ    $512, R14                 \
	CMPQ    R13, R14                  \
	CMOVQLT R13, R14

// ROW points r at the row whose id is at off(BX).
#define ROW(off, r) \
	MOVLQSX off(BX), r \
	IMULQ   R13, r     \
	ADDQ    DX, r

// ZERO4 clears the accumulators of four rows.
#define ZERO4 \
	XORQ   AX, AX     \
	VXORPS Y0, Y0, Y0 \
	VXORPS Y1, Y1, Y1 \
	VXORPS Y2, Y2, Y2 \
	VXORPS Y3, Y3, Y3 \
	VXORPS Y4, Y4, Y4 \
	VXORPS Y5, Y5, Y5 \
	VXORPS Y6, Y6, Y6 \
	VXORPS Y7, Y7, Y7

// STORE4 reduces four rows and writes their sums.
#define STORE4 \
	VADDPS       Y1, Y0, Y0 \
	VADDPS       Y3, Y2, Y2 \
	VADDPS       Y5, Y4, Y4 \
	VADDPS       Y7, Y6, Y6 \
	VHADDPS      Y2, Y0, Y0 \
	VHADDPS      Y6, Y4, Y4 \
	VHADDPS      Y4, Y0, Y0 \
	VEXTRACTF128 $1, Y0, X1 \
	VADDPS       X1, X0, X0 \
	VMOVUPS      X0, (DI)

// STORE1 does the same for one row.
#define STORE1 \
	VADDPS       Y1, Y0, Y0 \
	VHADDPS      Y0, Y0, Y0 \
	VHADDPS      Y0, Y0, Y0 \
	VEXTRACTF128 $1, Y0, X1 \
	VADDSS       X1, X0, X0 \
	VMOVSS       X0, (DI)

#define DOT(row, off, q, acc) \
	VFMADD231PS off(row)(AX*1), q, acc

#define DOTTAIL(row, q, acc) \
	VMASKMOVPS  (row)(AX*1), Y15, Y10 \
	VFMADD231PS Y10, q, acc

// ALONG sums one row from its start to its end, so contiguous rows are read in the order of memory, which is a third faster than
// four rows at a time. It doesn't prefetch: the processor's own prefetcher follows this pattern, and prefetch instructions compete
// with it (a quarter slower, measured at 512 bytes to 16 KB ahead).
#define ALONG(STEP, TAIL, row, a, b, sixteen, eight, tail, end) \
	XORQ       AX, AX              \
	CMPQ       AX, CX              \
	JGE        eight               \
sixteen:                           \
	VMOVUPS    (SI)(AX*1), Y8      \
	VMOVUPS    32(SI)(AX*1), Y9    \
	STEP(row, 0, Y8, a)            \
	STEP(row, 32, Y9, b)           \
	ADDQ       $64, AX             \
	CMPQ       AX, CX              \
	JLT        sixteen             \
eight:                             \
	TESTQ      $32, R13            \
	JZ         tail                \
	VMOVUPS    (SI)(AX*1), Y8      \
	STEP(row, 0, Y8, a)            \
	ADDQ       $32, AX             \
tail:                              \
	TESTQ      $31, R13            \
	JZ         end                 \
	VMASKMOVPS (SI)(AX*1), Y15, Y8 \
	TAIL(row, Y8, b)               \
end:                               \

// KERNEL is the body: STEP is eight values of one row, TAIL its masked rest. Labels are local to a function.
#define KERNEL(STEP, TAIL) \
	SETUP                          \
four:                              \
	CMPQ       R12, $4             \
	JLT        one                 \
	TESTQ      BX, BX              \
	JZ         next4               \
	CMPQ       R12, $8             \
	JLT        ids4                \
	ROW(16, R8)                    \
	ROW(20, R9)                    \
	ROW(24, R10)                   \
	ROW(28, R11)                   \
	XORQ       AX, AX              \
fetch:                             \
	PREFETCHT1 (R8)(AX*1)          \
	PREFETCHT1 (R9)(AX*1)          \
	PREFETCHT1 (R10)(AX*1)         \
	PREFETCHT1 (R11)(AX*1)         \
	ADDQ       $64, AX             \
	CMPQ       AX, R14             \
	JLT        fetch               \
ids4:                              \
	ROW(0, R8)                     \
	ROW(4, R9)                     \
	ROW(8, R10)                    \
	ROW(12, R11)                   \
	ADDQ       $16, BX             \
	JMP        sum4                \
next4:                             \
	MOVQ       DX, R8              \
	LEAQ       (R8)(R13*1), R9     \
	LEAQ       (R9)(R13*1), R10    \
	LEAQ       (R10)(R13*1), R11   \
	LEAQ       (R11)(R13*1), DX    \
	CMPQ       R13, $128           \
	JLT        sum4                \
	ZERO4                          \
	ALONG(STEP, TAIL, R8, Y0, Y1, sa, ea, ta, da) \
	ALONG(STEP, TAIL, R9, Y2, Y3, sb, eb, tb, db) \
	ALONG(STEP, TAIL, R10, Y4, Y5, sc, ec, tc, dc) \
	ALONG(STEP, TAIL, R11, Y6, Y7, sd, ed, td, dd) \
	JMP        store4              \
sum4:                              \
	ZERO4                          \
	CMPQ       AX, CX              \
	JGE        eight4              \
sixteen4:                          \
	VMOVUPS    (SI)(AX*1), Y8      \
	VMOVUPS    32(SI)(AX*1), Y9    \
	STEP(R8, 0, Y8, Y0)            \
	STEP(R9, 0, Y8, Y2)            \
	STEP(R10, 0, Y8, Y4)           \
	STEP(R11, 0, Y8, Y6)           \
	STEP(R8, 32, Y9, Y1)           \
	STEP(R9, 32, Y9, Y3)           \
	STEP(R10, 32, Y9, Y5)          \
	STEP(R11, 32, Y9, Y7)          \
	ADDQ       $64, AX             \
	CMPQ       AX, CX              \
	JLT        sixteen4            \
eight4:                            \
	TESTQ      $32, R13            \
	JZ         tail4               \
	VMOVUPS    (SI)(AX*1), Y8      \
	STEP(R8, 0, Y8, Y0)            \
	STEP(R9, 0, Y8, Y2)            \
	STEP(R10, 0, Y8, Y4)           \
	STEP(R11, 0, Y8, Y6)           \
	ADDQ       $32, AX             \
tail4:                             \
	TESTQ      $31, R13            \
	JZ         store4              \
	VMASKMOVPS (SI)(AX*1), Y15, Y8 \
	TAIL(R8, Y8, Y1)               \
	TAIL(R9, Y8, Y3)               \
	TAIL(R10, Y8, Y5)              \
	TAIL(R11, Y8, Y7)              \
store4:                            \
	STORE4                         \
	ADDQ       $16, DI             \
	SUBQ       $4, R12             \
	JMP        four                \
one:                               \
	TESTQ      R12, R12            \
	JZ         done                \
	MOVQ       DX, R8              \
	ADDQ       R13, DX             \
	TESTQ      BX, BX              \
	JZ         sum1                \
	SUBQ       R13, DX             \
	ROW(0, R8)                     \
	ADDQ       $4, BX              \
sum1:                              \
	XORQ       AX, AX              \
	VXORPS     Y0, Y0, Y0          \
	VXORPS     Y1, Y1, Y1          \
	CMPQ       AX, CX              \
	JGE        eight1              \
sixteen1:                          \
	VMOVUPS    (SI)(AX*1), Y8      \
	VMOVUPS    32(SI)(AX*1), Y9    \
	STEP(R8, 0, Y8, Y0)            \
	STEP(R8, 32, Y9, Y1)           \
	ADDQ       $64, AX             \
	CMPQ       AX, CX              \
	JLT        sixteen1            \
eight1:                            \
	TESTQ      $32, R13            \
	JZ         tail1               \
	VMOVUPS    (SI)(AX*1), Y8      \
	STEP(R8, 0, Y8, Y0)            \
	ADDQ       $32, AX             \
tail1:                             \
	TESTQ      $31, R13            \
	JZ         store1              \
	VMASKMOVPS (SI)(AX*1), Y15, Y8 \
	TAIL(R8, Y8, Y1)               \
store1:                            \
	STORE1                         \
	ADDQ       $4, DI              \
	DECQ       R12                 \
	JMP        one                 \
done:                              \
	VZEROUPPER                     \
	RET

// func dotFast(q, rows *float32, dim int, ids *int32, n int, out *float32)
TEXT ·dotFast(SB), NOSPLIT, $0-48
	KERNEL(DOT, DOTTAIL)

// func axpyFast(a float32, x, y *float32, n int)
TEXT ·axpyFast(SB), NOSPLIT, $0-32
	VBROADCASTSS a+0(FP), Y0
	MOVQ         x+8(FP), SI
	MOVQ         y+16(FP), DI
	MOVQ         n+24(FP), CX
	SHLQ         $2, CX
	MOVQ         CX, R8
	ANDQ         $-64, R8
	XORQ         AX, AX
	CMPQ         AX, R8
	JGE          eight

sixteen:
	VMOVUPS     (DI)(AX*1), Y1
	VMOVUPS     32(DI)(AX*1), Y2
	VFMADD231PS (SI)(AX*1), Y0, Y1
	VFMADD231PS 32(SI)(AX*1), Y0, Y2
	VMOVUPS     Y1, (DI)(AX*1)
	VMOVUPS     Y2, 32(DI)(AX*1)
	ADDQ        $64, AX
	CMPQ        AX, R8
	JLT         sixteen

eight:
	TESTQ       $32, CX
	JZ          tail
	VMOVUPS     (DI)(AX*1), Y1
	VFMADD231PS (SI)(AX*1), Y0, Y1
	VMOVUPS     Y1, (DI)(AX*1)
	ADDQ        $32, AX

tail:
	CMPQ        AX, CX
	JGE         done
	VMOVSS      (DI)(AX*1), X1
	VFMADD231SS (SI)(AX*1), X0, X1
	VMOVSS      X1, (DI)(AX*1)
	ADDQ        $4, AX
	JMP         tail

done:
	VZEROUPPER
	RET

// func prefetch(p *int32)
TEXT ·prefetch(SB), NOSPLIT, $0-8
	MOVQ       p+0(FP), AX
	PREFETCHT1 (AX)
	PREFETCHT1 64(AX)
	RET
