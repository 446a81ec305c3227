#pragma once
// What an instruction costs a worker, once. One row per class: issue slots (one slot is six cycles of the tile clock
// when all six workers run), instructions of code, and where the number comes from. The codelet compiler attaches
// these to canonical code; planners read the same rows.
#include <cstddef>
#include <cstdint>

namespace popgraph {

//  name           slots instructions source
#define POPGRAPH_COST_TABLE(X)                                                                                       \
  X(Free,              0, 0, "folded into another instruction: addressing modes, register renaming")                 \
  X(Integer,           1, 1, "base rule: every instruction issues once")                                             \
  X(IntegerMultiply,   1, 1, "32-bit multiply issues once")                                                          \
  X(IntegerDivideS32, 46, 2, "277 per element in the popops estimators; unit caution: table averages over random "   \
                             "inputs, read as tile cycles and divided by 6")                                         \
  X(IntegerDivideU32, 44, 2, "265 per element in the popops estimators; same unit caution, divided by 6")            \
  X(IntegerRemainder, 49, 2, "292 per element in the popops estimators; same unit caution, divided by 6")            \
  X(Integer64,        10, 8, "64-bit add and logic are expanded: 10.2 slots by regression on silicon")               \
  X(Integer64Multiply,27, 20, "64-bit multiply is expanded: 27.2 slots by regression on silicon")                    \
  X(Integer64Divide, 130, 2, "library call: 130 in the popops estimators")                                           \
  X(Load,              1, 1, "loads of up to 64 bits issue once")                                                    \
  X(Store,             1, 1, "stores of 32 and 64 bits issue once")                                                  \
  X(StoreNarrow,       5, 5, "no 8- and 16-bit stores exist: read-modify-write sequence")                            \
  X(FloatArithmetic,   1, 1, "f32 and f16 add, subtract, multiply, compare, min, max; vectors of up to 64 bits")     \
  X(FloatConvert,      1, 1, "conversion between floating-point formats")                                            \
  X(IntegerToFloat,    3, 3, "main to arithmetic register goes through memory (store, load), then converts")         \
  X(FloatToInteger,    2, 2, "convert, then move from arithmetic to main register")                                  \
  X(FloatDivide,       5, 1, "derived from the estimators' divide tables: 3 to 5")                                   \
  X(FloatSqrt,         5, 1, "derived from the estimators' tables")                                                  \
  X(FloatRsqrt,        4, 1, "derived from the estimators' tables")                                                  \
  X(FloatExp,          3, 1, "derived from the estimators' tables; data dependent on silicon")                       \
  X(FloatLog,          6, 1, "F32_LOG latency 6")                                                                    \
  X(FloatTanh,         5, 1, "worst case used by the popnn estimators")                                              \
  X(FloatSigmoid,      5, 1, "worst case used by the popnn estimators")                                              \
  X(FloatFunction,    40, 2, "library function without an instruction (sin, cos, pow, ...): estimate, about forty "  \
                             "instructions of polynomial")                                                           \
  X(Double,           20, 2, "f64 has no instructions: library, about 20")                                           \
  X(DoubleFunction,  200, 2, "f64 library function: estimate, ten f64 operations")                                   \
  X(Branch,            1, 1, "conditional branch; falling through to the next block is free")                        \
  X(Switch,            4, 4, "range check, table load and branch")                                                   \
  X(Call,              1, 1, "call issues once")                                                                     \
  X(Return,            1, 1, "return issues once")                                                                   \
  X(LoopSetup,         1, 1, "rpt sets up once and its iterations have no latch")                                    \
  X(MemorySetup,      10, 10, "memcpy, memset and memmove of unknown size: entry, alignment tests, loop set-up")     \
  X(MemoryWord,        2, 2, "and a load and a store for each 8 bytes")                                              \
  X(Print,             1, 1, "host text output: only the call")                                                      \
  X(Random,            1, 1, "random number instructions issue once")

enum class Cost : std::uint8_t {
#define X(name, slots, instructions, source) name,
  POPGRAPH_COST_TABLE(X)
#undef X
  Count
};

struct CostRow {
  const char *name;
  std::uint32_t slots;        ///< worker issue slots each time it runs
  std::uint32_t instructions; ///< 4-byte instructions of code
  const char *source;         ///< where the number comes from
};

inline constexpr CostRow kCostTable[] = {
#define X(name, slots, instructions, source) {#name, slots, instructions, source},
    POPGRAPH_COST_TABLE(X)
#undef X
};

constexpr const CostRow &costRow(Cost cost) { return kCostTable[static_cast<std::size_t>(cost)]; }
constexpr std::uint32_t slots(Cost cost) { return costRow(cost).slots; }

} // namespace popgraph
