#pragma once
// What an instruction costs a worker, once. One row per class: issue slots in the main pipe (integers, addresses, memory,
// control) and in the auxiliary pipe (floating point, random numbers), instructions of code, and where the numbers come
// from. One slot is six cycles of the tile clock. The codelet compiler attaches these to canonical code; planners read
// the same rows.
#include <cstddef>
#include <cstdint>

namespace popgraph {

//  name               main aux instructions source
#define POPGRAPH_COST_TABLE(X)                                                                                       \
  X(Free,                  0,   0,  0, "folded into another instruction: addressing modes, register renaming")        \
  X(Integer,               1,   0,  1, "base rule: every instruction issues once")                                    \
  X(IntegerMultiply,       1,   0,  1, "32-bit multiply issues once")                                                 \
  X(IntegerDivideS32,     46,   0,  2, "277 per element in the popops estimators; unit caution: table averages over random "\
                             "inputs, read as tile cycles and divided by 6")                                          \
  X(IntegerDivideU32,     44,   0,  2, "265 per element in the popops estimators; same unit caution, divided by 6")   \
  X(IntegerRemainder,     49,   0,  2, "292 per element in the popops estimators; same unit caution, divided by 6")   \
  X(Integer64,             4,   0,  4, "64-bit add is expanded: 10.2 slots by regression on silicon, less two loads "\
                             "and a store of two words each; shifts, too: of each word, of what crosses, or")         \
  X(Integer64Logic,        2,   0,  2, "and, or, xor: a word each")                                                   \
  X(Integer64Compare,     10,   0, 10, "64-bit compare: 12 to 18 slots by regression on silicon, 15 less 5 to load and store")\
  X(Integer64Multiply,    21,   0, 16, "64-bit multiply is expanded: 27.2 slots by regression on silicon, less 6")    \
  X(Integer64Divide,     124,   0,  2, "library call: 130 in the popops estimators, less 6")                          \
  X(Load,                  1,   0,  1, "loads of up to 64 bits issue once")                                           \
  X(Store,                 1,   0,  1, "stores of 32 and 64 bits issue once")                                         \
  X(StoreNarrow,           5,   0,  5, "no 8- and 16-bit stores exist: read-modify-write sequence")                   \
  X(FloatArithmetic,       0,   1,  1, "f32 and f16 add, subtract, multiply, compare, min, max; vectors of up to 64 bits")\
  X(FloatConvert,          0,   1,  1, "conversion between floating-point formats")                                   \
  X(IntegerToFloat,        2,   1,  3, "main to arithmetic register goes through memory (store, load), then converts")\
  X(FloatToInteger,        1,   1,  2, "convert, then move from arithmetic to main register")                         \
  X(MoveToFloat,           2,   0,  2, "main to arithmetic register: through memory")                                 \
  X(MoveToInteger,         1,   0,  1, "arithmetic to main register: atom")                                           \
  X(FloatMove,             0,   1,  1, "base rule")                                                                   \
  X(FloatDivide,           0,   5,  1, "derived from the estimators' divide tables: 3 to 5")                          \
  X(FloatReciprocal,       0,   3,  1, "1 / x: inverse 6 for 2 in the estimators' tables")                             \
  X(FloatSqrt,             0,   5,  1, "derived from the estimators' tables")                                         \
  X(FloatRsqrt,            0,   4,  1, "derived from the estimators' tables")                                         \
  X(FloatExp,              0,   3,  1, "derived from the estimators' tables; data dependent on silicon")              \
  X(FloatLog,              0,   6,  1, "F32_LOG latency 6")                                                           \
  X(FloatTanh,             0,   5,  1, "worst case used by the popnn estimators")                                     \
  X(FloatSigmoid,          0,   5,  1, "worst case used by the popnn estimators")                                     \
  X(HalfExp,               0,   2,  1, "f16v2, from the estimators' tables")                                          \
  X(HalfLog,               0,   2,  1, "f16v2, from the estimators' tables")                                          \
  X(HalfTanh,              0,   1,  1, "f16v2, worst case used by the popnn estimators")                              \
  X(HalfSigmoid,           0,   2,  1, "f16v2, worst case used by the popnn estimators")                              \
  X(HalfSqrt4,             0,  23,  8, "four at once, with their conversions: 23 for 4 in the estimators' tables")     \
  X(HalfRsqrt4,            0,  19,  8, "four at once, with their conversions: 19 for 4 in the estimators' tables")     \
  X(HalfReciprocal4,       0,  15,  8, "four at once, with their conversions: 15 for 4 in the estimators' tables")     \
  X(HalfDivide4,           0,  21,  8, "four at once, with their conversions: 21 for 4 in the estimators' tables")     \
  X(HalfSin,               0,  25,  2, "sin and cos of halves: 25 in the estimators' tables")                          \
  X(HalfErf,               0,  13,  2, "13 in the estimators' tables")                                                 \
  X(FloatErf,              0,  41,  2, "41 in the estimators' tables")                                                 \
  X(FloatAsin,             0, 102,  2, "asin: 102 in the estimators' tables; acos and atan taken to be alike")         \
  X(FloatAtan2,            0, 136,  2, "272 for 2 in the estimators' tables")                                          \
  X(FloatPower,            0, 312,  2, "312 in the estimators' tables")                                                \
  X(FloatRemainder,        0,  67,  2, "133 for 2 in the estimators' tables")                                          \
  X(FloatFunction,         0,  40,  2, "library function without an instruction and without a known number: estimate, "  \
                             "about forty instructions of polynomial")                                                 \
  X(Double,               10,  10,  2, "f64 has no instructions: library, about 20")                                  \
  X(DoubleFunction,      100, 100,  2, "f64 library function: estimate, ten f64 operations")                          \
  X(Branch,                1,   0,  1, "conditional branch; falling through to the next block is free")               \
  X(SupervisorStall,       6,   0,  0, "supervisor only: taken loop branch, use of a load, call, return, runall, sync")  \
  X(Switch,                4,   0,  4, "range check, table load and branch")                                          \
  X(Call,                  1,   0,  1, "call issues once")                                                            \
  X(Return,                1,   0,  1, "return issues once")                                                          \
  X(LoopSetup,             1,   0,  1, "rpt sets up once and its iterations have no latch")                           \
  X(MemorySetup,          10,   0, 10, "memcpy, memset and memmove of unknown size: entry, alignment tests, loop set-up")\
  X(MemoryWord,            2,   0,  2, "and a load and a store for each 8 bytes")                                     \
  X(BitCount,             16,   0, 16, "no instruction: 18.2 slots by regression on silicon, less 2 to load and store")\
  X(FloatSelect,           0,   3,  3, "and, and-complement, or with the mask of a comparison")                       \
  X(FloatTest,             1,   0,  1, "the mask of a comparison moves to a main register, where branches look")      \
  X(HandPrologue,         14,   0, 14, "C2: start of hand-written codelets, tests of alignment and remainders; with the "  \
                             "work split of ours it makes the 26 of the estimators' prologues")                       \
  X(MatrixStep,            4,   4,  8, "a row through all units: four slots in the conv estimators, on silicon in C3")    \
  X(MatrixStart,           8,   0,  8, "supervisor of a 1x1 convolution: 50 cycles in the conv estimators; C3")          \
  X(MatrixLoad,            1,   0,  1, "weights, for each six cycles: 16 bytes a cycle, gc2 8")                            \
  X(Print,                 1,   0,  1, "host text output: only the call")                                             \
  X(Random,                0,   1,  1, "random number instructions issue once: bits, and uniform or masked vectors of 64 bits") \
  X(RandomNormal,          0,   2,  1, "two normal numbers: 4 for 2 in the estimators' tables, less multiply and add")\
  X(RandomState,           1,   0,  1, "a word of the generator's state read or written: get and put issue once")

enum class Cost : std::uint8_t {
#define X(name, main, aux, instructions, source) name,
  POPGRAPH_COST_TABLE(X)
#undef X
  Count
};

struct CostRow {
  const char *name;
  std::uint32_t main, aux;    ///< worker issue slots of the pipes each time it runs
  std::uint32_t instructions; ///< 4-byte instructions of code
  const char *source;         ///< where the number comes from
};

inline constexpr CostRow kCostTable[] = {
#define X(name, main, aux, instructions, source) {#name, main, aux, instructions, source},
    POPGRAPH_COST_TABLE(X)
#undef X
};

constexpr const CostRow &costRow(Cost cost) { return kCostTable[static_cast<std::size_t>(cost)]; }
/// Issue slots when nothing is issued together.
constexpr std::uint32_t slots(Cost cost) { return costRow(cost).main + costRow(cost).aux; }

} // namespace popgraph
