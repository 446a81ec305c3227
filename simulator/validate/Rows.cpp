// The list: calibration rows C1 … C8, that machine constants may be fitted to (popgraph/machine/README.md), then what
// else is published and can be run. A row is one number; ranges are what a publication gives as one.
#include "simulator/validate/Rows.hpp"

#include "simulator/validate/Experiments.hpp"

namespace popgraph::validate {
namespace {

constexpr char kMicro[] = "Jia et al. 2019, microbenchmarks of the IPU";
constexpr char kHotChips[] = "Hot Chips 33, Mk2 talk";
constexpr char kHotChips31[] = "Hot Chips 31 and Mk1 data";
constexpr char kPeak[] = "IPU Peak Flops benchmark, its outputs on Bow";
constexpr char kPoplibs[] = "PopLibs, cycle estimators";
constexpr char kPopops[] = "measurement of popops on Mk2";
constexpr char kDerived[] = "derived from published launch overheads";
constexpr char kPlanner[] = "PopLibs, planners and test models";
constexpr char kReverse[] = "reverse engineering of ipu21";
constexpr char kProfile[] = "published profiles of a Bow";
constexpr char kRegression[] = "regression over programs on Mk2";
constexpr char kGuide[] = "Poplar user guide";
constexpr char kTutorial[] = "matrix-vector tutorial, on hardware";
constexpr char kBow[] = "Bow announcement";

using M = const char *;

#define ELEMENTWISE(id, op, half, type, expected, library)                                                             \
  {id,          op " of " type ", " library,                                                                           \
   expected,    expected,                                                                                              \
   "slots/8 B", "gc200",                                                                                               \
   kPoplibs,    [](M m) { return elementWise(m, op, half); }}

#define MATRIX(id, types, expected, machine, source)                                                                   \
  {id,     "matrix units, " types ", all tiles",     expected, expected, "FLOP/s", machine,                            \
   source, [](M m) { return matrixFlops(m, types); }}

const Row kRows[] = {
    {"C1", "two readings of the cycle counter", 45, 45, "cycles", "bow", kPeak, counterPair},
    {"C2a", "scaled add of 64 floats", 375, 375, "cycles", "gc200", kPopops, [](M m) { return scaledAdd(m, 64); }},
    {"C2b", "scaled add of 512 floats", 1043, 1043, "cycles", "gc200", kPopops, [](M m) { return scaledAdd(m, 512); }},
    {"C3", "1,024 rows of halves through 16 x 16 weights", 4 * 1024 + 328, 4 * 1024 + 333.33, "cycles", "bow", kPeak,
     [](M m) { return matrixRows(m, 1024); }},
    {"C4", "copy within a tile, the smallest", 288, 288, "cycles", "c600", kReverse, localCopy},
    {"C5a", "link of a chain of loads", 6, 6, "cycles", "gc2", kMicro, loadLatency},
    {"C5b", "reading local memory, all tiles", 30.7e12, 31.1e12, "B/s", "gc2", kMicro, readRate},
    {"C6a", "halo exchange, 536 words into the worst tile", 637, 637, "cycles", "gc2", kMicro,
     [](M m) { return haloExchange(m, false); }},
    {"C6b", "halo exchange, the longest sync", 117, 117, "cycles", "gc2", kMicro,
     [](M m) { return haloExchange(m, true); }},
    {"C7", "internal sync without late arrivals", 126, 126, "cycles", "bow", kProfile, internalSync},
    {"C8a", "broadcast of 4 bytes, sender", 74, 74, "cycles", "bow", kProfile, [](M m) { return broadcast(m, true); }},
    {"C8b", "broadcast of 4 bytes, last receiver", 128, 128, "cycles", "bow", kProfile,
     [](M m) { return broadcast(m, false); }},

    {"T1", "matrix-vector product 10000 x 1000, mean compute", 28300, 28300, "cycles", "gc200", kTutorial,
     matrixVectorCompute},
    {"T2", "matrix-vector product 10000 x 1000, mean exchange", 8743, 8743, "cycles", "gc200", kTutorial,
     matrixVectorExchange},

    {"A1", "48 rows of halves through 16 x 16 weights", 4 * 48 + 332, 4 * 48 + 332, "cycles", "bow", kPeak,
     [](M m) { return matrixRows(m, 48); }},
    {"A2", "2,048 rows of halves through 16 x 16 weights", 4 * 2048 + 333.33, 4 * 2048 + 333.33, "cycles", "bow", kPeak,
     [](M m) { return matrixRows(m, 2048); }},
    MATRIX("A3", "f16.f16", 124.5e12, "gc2", kMicro),
    MATRIX("A4", "f16.f16", 250e12, "gc200", kHotChips),
    MATRIX("A5", "f16.f16", 348.6e12, "bow", kBow),
    MATRIX("A6", "f16.f32", 124.5e12, "gc2", kMicro),
    MATRIX("A7", "f16.f32", 125e12, "gc200", kHotChips),
    MATRIX("A8", "f16.f32", 174e12, "bow", kBow),
    MATRIX("A9", "f32.f32", 31.1e12, "gc2", kMicro),
    MATRIX("A10", "f32.f32", 62.5e12, "gc200", kHotChips),
    MATRIX("A11", "f32.f32", 87e12, "bow", kBow),
    {"R1", "vector f32, all tiles", 7.8e12, 7.8e12, "FLOP/s", "gc2", kHotChips31, vectorFlops},
    {"R2", "vector f32, all tiles", 7.83e12, 7.83e12, "FLOP/s", "gc200", kHotChips, vectorFlops},
    {"R3", "vector f32, all tiles", 10.9e12, 10.9e12, "FLOP/s", "bow", kBow, vectorFlops},

    {"I1", "C++ loop, add of 32 bits", 4.17, 4.17, "slots", "gc200", kRegression,
     [](M m) { return elementSlots(m, "add32"); }},
    {"I2", "C++ loop, add of 64 bits", 10.2, 10.2, "slots", "gc200", kRegression,
     [](M m) { return elementSlots(m, "add64"); }},
    {"I3", "C++ loop, multiply of 64 bits", 27.2, 27.2, "slots", "gc200", kRegression,
     [](M m) { return elementSlots(m, "multiply64"); }},
    {"I4", "C++ loop, bit count", 18.2, 18.2, "slots", "gc200", kRegression,
     [](M m) { return elementSlots(m, "popcount"); }},
    {"I5", "C++ loop, compare of 64 bits", 12, 18, "slots", "gc200", kRegression,
     [](M m) { return elementSlots(m, "compare64"); }},
    {"I6", "C++ loop, select", 3, 6, "slots", "gc200", kRegression, [](M m) { return elementSlots(m, "select"); }},
    {"I7", "C++ loop, if", 6, 6, "slots", "gc200", kRegression, [](M m) { return elementSlots(m, "if"); }},
    {"I8", "C++ loop, compare of numbers with a sign bit of their own", 10, 10, "slots", "gc200", kRegression,
     [](M m) { return elementSlots(m, "signed"); }},
    {"I9", "compute set of one vertex that does nothing", 65, 100, "cycles", "gc200", kDerived, emptyVertex},

    ELEMENTWISE("E1", "add", false, "floats", 3, "popops"),
    ELEMENTWISE("E2", "add", true, "halves", 3, "popops"),
    ELEMENTWISE("E3", "multiply", false, "floats", 3, "popops"),
    ELEMENTWISE("E4", "maximum", false, "floats", 3, "popops"),
    ELEMENTWISE("E5", "exp", false, "floats", 6, "popops"),
    ELEMENTWISE("E6", "exp", true, "halves", 4, "popops"),
    ELEMENTWISE("E7", "ln", false, "floats", 12, "popops"),
    ELEMENTWISE("E8", "ln", true, "halves", 4, "popops"),
    ELEMENTWISE("E9", "tanh", false, "floats", 10, "popops"),
    ELEMENTWISE("E10", "tanh", true, "halves", 2, "popops"),
    ELEMENTWISE("E11", "sigmoid", false, "floats", 10, "popops"),
    ELEMENTWISE("E12", "sigmoid", true, "halves", 4, "popops"),
    ELEMENTWISE("E13", "sqrt", false, "floats", 10, "popops"),
    ELEMENTWISE("E14", "rsqrt", false, "floats", 8, "popops"),
    ELEMENTWISE("E15", "inverse", false, "floats", 6, "popops"),
    ELEMENTWISE("E16", "divide", false, "floats", 10, "popops"),
    ELEMENTWISE("E17", "scaled add", false, "floats", 3, "popops"),
    ELEMENTWISE("E18", "fill", false, "floats", 1, "popops"),
    ELEMENTWISE("E19", "uniform", false, "random floats", 4, "poprand"),
    ELEMENTWISE("E20", "normal", false, "random floats", 4, "poprand"),
    ELEMENTWISE("E21", "dropout", false, "floats", 2, "poprand"),
    ELEMENTWISE("E22", "cast", true, "halves", 2, "popops"),
    ELEMENTWISE("E23", "cast", false, "floats", 1, "popops"),
    ELEMENTWISE("E24", "sum", false, "floats", .5, "popops"),
    ELEMENTWISE("E25", "sum", true, "halves", .5, "popops"),
    ELEMENTWISE("E26", "sum of columns", false, "floats", .5, "popops"),
    ELEMENTWISE("E27", "sum of columns", true, "halves", .5, "popops"),
    ELEMENTWISE("E28", "multiply", true, "halves", 3, "popops"),
    ELEMENTWISE("E29", "maximum", true, "halves", 3, "popops"),
    ELEMENTWISE("E30", "sqrt", true, "halves", 23, "popops"),
    ELEMENTWISE("E31", "rsqrt", true, "halves", 19, "popops"),
    ELEMENTWISE("E32", "inverse", true, "halves", 15, "popops"),
    ELEMENTWISE("E33", "divide", true, "halves", 21, "popops"),
    ELEMENTWISE("E34", "less", false, "floats", 7, "popops"),
    ELEMENTWISE("E35", "erf", false, "floats", 82, "popops"),
    ELEMENTWISE("E36", "sin", true, "halves", 100, "popops"),
    ELEMENTWISE("E37", "asin", false, "floats", 204, "popops"),

    {"X1", "exchange of all tiles", 7.8e12, 7.8e12, "B/s", "gc2", kHotChips31, exchangeBandwidth},
    {"X2", "exchange of all tiles", 7.8e12, 7.8e12, "B/s", "gc200", kHotChips, exchangeBandwidth},
    {"X3", "exchange of all tiles", 10.9e12, 10.9e12, "B/s", "bow", kBow, exchangeBandwidth},
    {"X4", "each further word to one tile of every pair", 1, 1, "cycles", "gc200", kHotChips, broadcastWord},
    {"X5", "each further word to two tiles of a pair", .5, .5, "cycles", "gc200", kPlanner, pairWord},
    {"X6", "copy of 1,000 words, beside the words", 60, 130, "cycles", "c600", kReverse, exchangeRemainder},
    {"X7", "copy of a word to another tile, no load", 213, 213, "cycles", "gc2", kMicro,
     [](M m) { return tileLatency(m, false); }},
    {"X8", "the same to another IPU, times as long", 4, 7.7, "", "gc2", kMicro,
     [](M m) { return tileLatency(m, true) / tileLatency(m, false); }},
    {"X9", "from one IPU of a pair to the other", 58.4e9, 58.4e9, "B/s", "gc200", kPlanner, linkBandwidth},
    {"X10", "turn of a loop of syncs on a chip", 150, 150, "cycles", "gc200", kHotChips,
     [](M m) { return syncTurn(m, false); }},
    {"X11", "turn of a loop of syncs with the host", 600, 600, "cycles", "c600", kReverse,
     [](M m) { return syncTurn(m, true); }},

    {"L1", "large copy within a tile", 8, 8, "B/cycle", "gc200", kPoplibs, localCopyRate},
    {"L2", "rearrangement of halves", 5.148, 5.148, "cycles/B", "gc200", kPlanner,
     [](M m) { return rearrangement(m, 2); }},
    {"L3", "rearrangement of floats", 3.125, 3.125, "cycles/B", "gc200", kPlanner,
     [](M m) { return rearrangement(m, 4); }},
    {"L4", "rearrangement of whole 8 bytes", .44, .44, "cycles/B", "gc200", kPlanner,
     [](M m) { return rearrangement(m, 8); }},

    {"M1", "field: one element", 4, 4, "bytes", "gc200", kGuide, [](M m) { return edgeBytes(m, "float"); }},
    {"M2", "field: vector with its size", 8, 8, "bytes", "gc200", kGuide,
     [](M m) { return edgeBytes(m, "Vector<float>"); }},
    {"M3", "field: vector without its size", 4, 4, "bytes", "gc200", kGuide,
     [](M m) { return edgeBytes(m, "Vector<float, VectorLayout::ONE_PTR>"); }},
    {"M4", "field: vector with a short size", 4, 4, "bytes", "gc200", kGuide,
     [](M m) { return edgeBytes(m, "Vector<float, VectorLayout::SHORT_SPAN>"); }},
};

} // namespace

std::span<const Row> rows() { return kRows; }

} // namespace popgraph::validate
