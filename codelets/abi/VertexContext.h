#pragma once
// What compiled codelets and the process that runs them agree on. Plain C++ without headers of its own but
// <stdint.h>: it is compiled by the host compiler and by the codelet compiler.
#include <stdint.h>

namespace popgraph {

/// The hidden argument of code that needs to know where it runs. One per host thread, re-filled per tile.
struct VertexContext {
  uint64_t slots;      ///< worker slots issued so far by the current call; generated code adds, the caller resets
  uint32_t tile;       ///< tile of the vertex that runs, in the numbering of the top-level graph
  uint32_t worker;     ///< worker context, 0 .. numWorkers-1
  uint32_t numWorkers; ///< worker contexts of the target (6 on an IPU, 1 on a CPU target)
  uint32_t allTrue;    ///< generated code clears it when a compute() returns false; the caller sets it
  uint32_t slotCycles; ///< cycles per slot of the code that runs; generated code sets it
  uint32_t stochastic; ///< not 0: rounding to half is at random, with the worker's generator; the caller sets it
  char *globals;       ///< this tile's copy of the codelet module's mutable globals, or null when it has none
  uint64_t *rng;       ///< two words of xoroshiro128+ state of each worker of the tile; generated code moves it to
                       ///< the worker that runs
  /// Receives printf text of a codelet; the runtime keeps it in tile order.
  void (*print)(VertexContext *context, const char *text, uint64_t length);
  void *host;          ///< the runtime's own
};

/// Runs `count` vertices of one codelet on one tile. `rows` are their state images, `stride` bytes apart.
/// Writes the slots each call issued: one number per row for Vertex and SupervisorVertex; for MultiVertex
/// context->numWorkers numbers per row, in worker order.
typedef void (*RunRows)(char *rows, uint64_t stride, uint64_t count, VertexContext *context, uint32_t *slots);

} // namespace popgraph
