#pragma once
// Published experiments, each a program of our own. A function returns the simulated number of one row of the list in
// Rows.cpp, on the machine that the row names.

namespace popgraph::validate {

// Compute.cpp: one tile, or all tiles alike.
double counterPair(const char *machine);                    ///< cycles between two readings of the counter
double scaledAdd(const char *machine, unsigned elements);   ///< cycles between counters around popops::scaledAddTo
double loadLatency(const char *machine);                    ///< cycles of each link of a chain of pointers
double emptyVertex(const char *machine);                    ///< cycles of a compute set whose vertex returns at once
double elementSlots(const char *machine, const char *op);   ///< worker slots an element of a plain C++ loop takes
double matrixRows(const char *machine, unsigned rows);      ///< cycles of rows of 16 halves times 16 x 16 weights
double matrixFlops(const char *machine, const char *types); ///< FLOP/s of all tiles: "f16.f16", "f16.f32", "f32.f32"
double readRate(const char *machine);                       ///< bytes per second that all tiles read from their memory
double vectorFlops(const char *machine);                    ///< FLOP/s of all tiles: float2 multiply and add
double elementWise(const char *machine, const char *op, bool half); ///< slots of popops' loop for 64 bits

// Exchange.cpp: copies, syncs and whole supersteps.
double internalSync(const char *machine);                  ///< cycles of a sync without late arrivals
double syncTurn(const char *machine, bool external);       ///< cycles of one turn of a loop of syncs
double broadcast(const char *machine, bool sender);        ///< of 4 bytes: cycles at the sender, at the last tile
double broadcastWord(const char *machine);                 ///< cycles that each further word of a broadcast takes
double pairWord(const char *machine);                      ///< the same, to two tiles that share a bus
double localCopy(const char *machine);                     ///< cycles of the smallest copy within a tile
double localCopyRate(const char *machine);                 ///< bytes per cycle of a large copy within a tile
double haloExchange(const char *machine, bool sync);       ///< cycles of the last tile; of the longest sync
double exchangeBandwidth(const char *machine);             ///< bytes per second of all tiles, each to another one
double exchangeRemainder(const char *machine);             ///< cycles of a copy of 1,000 words beyond its words
double tileLatency(const char *machine, bool acrossIPUs);  ///< cycles of a copy of one word, with its sync
double linkBandwidth(const char *machine);                 ///< bytes per second from one IPU of a pair to the other
double rearrangement(const char *machine, unsigned bytes); ///< cycles a byte takes to move in atoms of `bytes`

// MatrixVector.cpp: a product of a matrix and a vector whose columns are split over vertices.
double matrixVectorCompute(const char *machine);  ///< mean compute cycles of the tiles
double matrixVectorExchange(const char *machine); ///< mean exchange cycles of the tiles

// Memory.cpp
double edgeBytes(const char *machine, const char *field); ///< state that a field of a vertex takes

} // namespace popgraph::validate
