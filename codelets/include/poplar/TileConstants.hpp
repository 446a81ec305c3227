#ifndef poplar_TileConstants_hpp
#define poplar_TileConstants_hpp
/// \file
/// Constants of the tile that portable codelets use.

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

#endif
