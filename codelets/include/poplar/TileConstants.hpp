#ifndef poplar_TileConstants_hpp
#define poplar_TileConstants_hpp
/// \file
/// Constants of the tile that codelets use: worker contexts, memory, and numbers of control and status registers.

/// Worker contexts of a tile of the target this code is compiled for.
#ifdef __POPGRAPH_NUM_WORKERS__
#define CTXT_WORKERS __POPGRAPH_NUM_WORKERS__
#else
#define CTXT_WORKERS 6
#endif
/// All contexts: the workers and the supervisor.
#define CTXT_TOTAL (CTXT_WORKERS + 1)

// Memory of a second-generation tile: bytes and addresses.
#define TMEM_REGION0_BASE_ADDR 0x4c000
#define TMEM_REGION1_BASE_ADDR 0x80000
#define TMEM_ELEMSIZE 0x4000

// Most iterations of a hardware loop, and bundles in its body.
#define RPT_COUNT_MAX 65535
#define RPT_BODY_MAX 256

// Where the supervisor waits for its workers, its IPU, or all IPUs.
#define TEXCH_SYNCZONE_LOCAL 16
#define TEXCH_SYNCZONE_ALL 0

// Registers that get and put address. W: of a worker, S: of the supervisor, C: of every context.
#define CSR_W_WSR__INDEX 0
#define CSR_W_WSR__CTXTID_M1__SHIFT 0
#define CSR_W_WSR__CTXTID_M1__MASK 0x7
#define CSR_S_SSR__INDEX 0
#define CSR_C_DBG_DATA__INDEX 32
#define CSR_S_CCCSLOAD__INDEX 80
#define CSR_W_CCCSLOAD__INDEX 80
#define CSR_W_REPEAT_COUNT__INDEX 81
#define CSR_S_SCOUNT_L__INDEX 96
#define CSR_S_SCOUNT_U__INDEX 97

// Registers that uget and uput address.
#define CSR_W_FP_CTL__INDEX 0
#define CSR_S_FP_ICTL__INDEX 0
#define CSR_W_FP_STS__INDEX 1
#define CSR_W_FP_CLR__INDEX 2
#define CSR_W_FP_CLR__ZAACC__SHIFT 0
#define CSR_W_FP_CLR__ZAACC__MASK 0x1
#define CSR_W_FP_NFMT__INDEX 3
#define CSR_S_FP_INFMT__INDEX 3
#define CSR_W_FP_SCL__INDEX 4
#define CSR_S_FP_ISCL__INDEX 4
#define CSR_W_TAS__INDEX 32
#define CSR_W_PRNG_0_0__INDEX 64
#define CSR_W_PRNG_0_1__INDEX 65
#define CSR_W_PRNG_1_0__INDEX 66
#define CSR_W_PRNG_1_1__INDEX 67
#define CSR_W_PRNG_SEED__INDEX 68

// Fields of the floating-point control register: exceptions, stochastic rounding, NaN on overflow.
#define CSR_W_FP_CTL__INV__SHIFT 0
#define CSR_W_FP_CTL__INV__MASK 0x1
#define CSR_W_FP_CTL__DIV0__SHIFT 1
#define CSR_W_FP_CTL__DIV0__MASK 0x1
#define CSR_W_FP_CTL__OFLO__SHIFT 2
#define CSR_W_FP_CTL__OFLO__MASK 0x1
#define CSR_W_FP_CTL__ESR__SHIFT 19
#define CSR_W_FP_CTL__ESR__MASK 0x1
#define CSR_W_FP_CTL__NANOO__SHIFT 20
#define CSR_W_FP_CTL__NANOO__MASK 0x1

#endif
