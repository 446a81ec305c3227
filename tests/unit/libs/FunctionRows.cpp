#include "tests/unit/libs/Functions.hpp"
#include <popops/AllTrue.hpp>
#include <popops/Cast.hpp>
#include <popops/CircBuf.hpp>
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include <popops/ElementWiseUtil.hpp>
#include <popops/Encoding.hpp>
#include <popops/Fill.hpp>
#include <popops/Gather.hpp>
#include <popops/GatherStatistics.hpp>
#include <popops/HostSliceTensor.hpp>
#include <popops/Loop.hpp>
#include <popops/NaN.hpp>
#include <popops/NormaliseImage.hpp>
#include <popops/Pad.hpp>
#include <popops/Rearrange.hpp>
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <popops/Scatter.hpp>
#include <popops/SelectScalarFromRows.hpp>
#include <popops/SequenceSlice.hpp>
#include <popops/Sort.hpp>
#include <popops/TopK.hpp>
#include <popops/UpdateScalarInRows.hpp>
#include <popops/Zero.hpp>
#include <poputil/Broadcast.hpp>
#include <poputil/GraphFunction.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/VarStructure.hpp>
#include <poputil/cyclesTables.hpp>
#include <poputil/exceptions.hpp>
#include <sstream>

namespace test {

using namespace poplar;
using popops::Operation;
using popops::SlicePlan;
using Sizes = std::vector<std::size_t>;

namespace {

const std::vector<std::string> kMapOptions{"enableGenerateCodelet", "forceGenerateCodelet",
                                           "enableVectorBroadcastOptimisations", "enableExpressionOptimizations"};
const std::vector<std::string> kSliceOptions{"usedForSlice",
                                             "usedForUpdate",
                                             "operationForUpdate",
                                             "availableMemoryProportion",
                                             "partialType",
                                             "indicesDistribution",
                                             "indicesAreSorted",
                                             "validateIndices",
                                             "remapOutOfBoundIndices",
                                             "paddingIndexUsed",
                                             "planConstraints",
                                             "internal.alwaysIncludeBaseRearrangementCost"};
const std::vector<std::string> kDynamicOptions{"remapOutOfBoundIndices", "validateIndices"};
const std::vector<std::string> kReduceOptions{"accumType.interTile", "accumType.inVertex"};
const std::vector<std::string> kScaledOptions{"optimizeForSpeed", "scaleFloatToHalfTolerance"};

/// The named functions of every operator, on numbers of a type it takes.
void addOperators(std::vector<FunctionRow> &rows) {
  const auto operandType = [](const std::string &takes) {
    return takes == "Integer" ? Type(INT) : takes == "Bool" ? Type(BOOL) : Type(FLOAT);
  };
  const Shape s{4, 5};
  const auto add = [&](std::string name, std::string told, std::function<void(Call &)> call) {
    rows.push_back({"popops::" + name, call, "popops::" + told});
  };
#define ROW(function, told, ...)                                                                                       \
  add(#function, told,                                                                                                 \
      [=](Call &c) { popops::function(c.graph(), __VA_ARGS__, c.prog(), c.debug(), c.options(kMapOptions)); });
#define UNARY(name, cls, function, result, operands)                                                                   \
  {                                                                                                                    \
    const Type t = operandType(#operands), r = std::string(#result) == "Bool" ? Type(BOOL) : t;                        \
    ROW(function, "map", c(t, s, AnyShape | AnyType))                                                                  \
    if (t == r) ROW(function##InPlace, "mapInPlace", c(t, s, AnyShape | AnyType))                                      \
    ROW(function##WithOutput, "mapWithOutput", c(t, s), c(r, s))                                                       \
  }
#define BINARY(name, cls, function, result, operands)                                                                  \
  {                                                                                                                    \
    const Type t = operandType(#operands), r = std::string(#result) == "Bool" ? Type(BOOL) : t;                        \
    ROW(function, "map", c(t, s), c(t, s))                                                                             \
    if (t == r) ROW(function##InPlace, "mapInPlace", c(t, s), c(t, s))                                                 \
    ROW(function##WithOutput, "mapWithOutput", c(t, s), c(t, s), c(r, s))                                              \
  }
  POPOPS_UNARY_OPERATORS(UNARY)
  POPOPS_BINARY_OPERATORS(BINARY)
  ROW(clamp, "map", c(INT, s), c(INT, s), c(INT, s))
  ROW(clampInPlace, "mapInPlace", c(INT, s), c(INT, s), c(INT, s))
  ROW(clampWithOutput, "mapWithOutput", c(INT, s), c(INT, s), c(INT, s), c(INT, s))
  ROW(select, "map", c(FLOAT, s), c(FLOAT, s), c(BOOL, s))
  ROW(selectInPlace, "mapInPlace", c(FLOAT, s), c(FLOAT, s), c(BOOL, s))
  ROW(selectWithOutput, "mapWithOutput", c(FLOAT, s), c(FLOAT, s), c(BOOL, s), c(FLOAT, s))
#undef ROW
#undef UNARY
#undef BINARY
}

#define ROW(function, ...) rows.push_back({#function, []([[maybe_unused]] Call &c) { (void)(function(__VA_ARGS__)); }});
#define ROW_TOLD(function, told, ...)                                                                                  \
  rows.push_back({#function, []([[maybe_unused]] Call &c) { (void)(function(__VA_ARGS__)); }, #told});

void addElementWise(std::vector<FunctionRow> &rows) {
  using namespace popops;
  using namespace popops::expr;
  ROW(popops::map, c.graph(), expr::_1 + expr::_2, {c(FLOAT, {4}), c(FLOAT, {4})}, c.prog(), c.debug(),
      c.options(kMapOptions))
  ROW(popops::mapInPlace, c.graph(), expr::_1 + expr::_2, {c(FLOAT, {4}), c(FLOAT, {4})}, c.prog(), c.debug(),
      c.options(kMapOptions))
  ROW(popops::mapWithOutput, c.graph(), expr::_1 + expr::_2, {c(FLOAT, {4}), c(FLOAT, {4})}, c(FLOAT, {4}), c.prog(),
      c.debug(), c.options(kMapOptions))
  ROW(popops::createOutputForElementWiseOp, c.graph(), {c(FLOAT, {4}, AnyType), c(FLOAT, {4}, AnyType)}, FLOAT,
      c.debug())
  rows.push_back({"popops::outputGeneratedCodelet", [](Call &c) {
                    std::ostringstream text;
                    popops::outputGeneratedCodelet(c.graph().getTarget(), expr::_1 * expr::_2,
                                                   {c(FLOAT, {4}, AnyGraph), c(FLOAT, {4}, AnyGraph)},
                                                   c.options(kMapOptions), text);
                  }});
  ROW(popops::checkTypes, Type(FLOAT), 1.0f)
  ROW_TOLD(popops::cast, popops::cast, c.graph(), c(FLOAT, {4}, AnyType | AnyShape), Type(HALF), c.prog(), c.debug())
  ROW_TOLD(popops::castWithOutput, popops::cast, c.graph(), c(FLOAT, {4}, AnyType), c(HALF, {4}, AnyType), c.prog(),
           c.debug())
  ROW(popops::allTrue, c.graph(), c(BOOL, {4}, AnyShape), c.prog(), c.debug())
  ROW(popops::fill, c.graph(), c(FLOAT, {4}, AnyType | AnyShape), c.prog(), 1, c.debug())
  ROW(popops::zero, c.graph(), c(FLOAT, {4}, AnyType | AnyShape), c.prog(), c.debug())
  ROW(popops::iota, c.graph(), c(INT, {4}, AnySize), 3, c.prog(), c.debug())
  ROW(popops::encodeOneHot, c.graph(), c(INT, {4}), c(FLOAT, {4, 5}, AnySize), c.prog(), c(FLOAT, {}, AnyRank),
      c(FLOAT, {}, AnyRank), c.debug())
  ROW(popops::hasNaN, c.graph(), c(FLOAT, {4}, AnyShape), c.prog(), c.debug())
  ROW(popops::hasNaNOrInf, c.graph(), c(FLOAT, {4}, AnyShape), c.prog(), c.debug())
  ROW(popops::scaledAddTo, c.graph(), c(FLOAT, {4}), c(FLOAT, {}, AnyRank), c(FLOAT, {4}), c(FLOAT, {}, AnyRank),
      c.prog(), c.debug(), c.options(kScaledOptions))
  ROW(popops::scaledSubtractFrom, c.graph(), c(FLOAT, {4}), c(FLOAT, {4}), c(FLOAT, {}, AnyRank), c.prog(), c.debug(),
      c.options(kScaledOptions))
  rows.push_back({"popops::checkAccuracyWhenCast", [](Call &c) {
                    popops::checkAccuracyWhenCast(c.graph(), c(FLOAT, {}), HALF, 1e-3, c.prog(), c.debug());
                  }});
}

void addReductions(std::vector<FunctionRow> &rows) {
  ROW(popops::reduce, c.graph(), c(FLOAT, {4, 5}, AnyShape), {c.number(1)}, Operation::ADD, c.prog(), c.debug(),
      c.options(kReduceOptions))
  ROW(popops::reduceWithOutput, c.graph(), c(FLOAT, {4, 5}), c(FLOAT, {5}), {c.number(0)}, Operation::ADD, c.prog(),
      c.debug(), c.options(kReduceOptions))
  rows.push_back({"popops::reduceMany", [](Call &c) {
                    std::vector<Tensor> out{c(FLOAT, {5})};
                    popops::reduceMany(c.graph(), {{c(FLOAT, {4, 5}), {c.number(0)}, Operation::ADD}}, out, c.prog(),
                                       c.debug(), c.options(kReduceOptions));
                  }});
  rows.push_back({"popops::histogram", [](Call &c) {
                    Tensor out = c(UNSIGNED_INT, {4});
                    popops::histogram(c.graph(), c(FLOAT, {9}, AnyShape), out, true, c(FLOAT, {3}), false, c.prog(),
                                      c.debug(),
                                      c.options({"useFloatArithmetic", "useFloatArithmeticWithUnsignedIntOutput"}));
                  }});
  ROW(popops::selectScalarFromRows, c.graph(), c(FLOAT, {4, 5}, AnySize), c(UNSIGNED_INT, {4}), c.prog(), c.debug())
  ROW(popops::updateScalarInRows, c.graph(), c(FLOAT, {4, 5}, AnySize), c(UNSIGNED_INT, {4}), c.prog(), c.debug())
}

void addSlices(std::vector<FunctionRow> &rows) {
  const Shape table{8, 6};
  ROW(popops::createSliceableTensor, c.graph(), FLOAT, {8, 6}, {c.number(0)}, {1}, 0, c.debug())
  ROW(popops::createGroupedSliceableTensor, c.graph(), FLOAT, 2, {8, 6}, {c.number(0)}, {1}, SlicePlan(),
      c.options(kSliceOptions), c.debug())
  ROW(popops::createSliceTensor, c.graph(), c(FLOAT, {8, 6}, AnyType | AnyShape), {c.number(0)}, {1}, 3, c.debug())
  ROW(popops::createGroupedSliceTensor, c.graph(), FLOAT, 2, {8, 6}, {c.number(0)}, {1}, 3, SlicePlan(),
      c.options(kSliceOptions), c.debug())
  ROW(popops::createIndicesTensor, c.graph(), Sizes{0}, 3, SlicePlan(), c.options(kSliceOptions), c.debug())
  ROW(popops::createGroupedIndicesTensor, c.graph(), 2, Sizes{0}, 3, SlicePlan(), c.options(kSliceOptions), c.debug())
  ROW(popops::createSliceableTensorFromSlice, c.graph(), c(FLOAT, {1, 6}, AnyType | AnyShape), {c.number(0)}, {4},
      c.debug())
  ROW(popops::dynamicSlice, c.graph(), c(FLOAT, {8, 6}, AnyType | AnyShape), c(UNSIGNED_INT, {1}, AnyRank),
      {c.number(0)}, {2}, c.prog(), c.debug(), c.options(kDynamicOptions))
  ROW(popops::createDynamicSliceOutput, c.graph(), c(FLOAT, {8, 6}, AnyType | AnyShape), c(UNSIGNED_INT, {1}, AnyRank),
      {c.number(0)}, {2}, c.debug(), c.options(kDynamicOptions))
  ROW_TOLD(popops::dynamicSliceWithOutput, popops::dynamicSlice, c.graph(), c(FLOAT, {2, 6}), c(FLOAT, {8, 6}, AnySize),
           c(UNSIGNED_INT, {1}, AnyRank), {c.number(0)}, {2}, c.prog(), c.debug(), c.options(kDynamicOptions))
  ROW(popops::getSliceMapping, c.graph(), c(FLOAT, {8, 6}, AnyType | AnyShape), {c.number(0)}, {2})
  ROW(popops::dynamicUpdate, c.graph(), c(FLOAT, {8, 6}, AnySize), c(FLOAT, {2, 6}), c(UNSIGNED_INT, {1}, AnyRank),
      {c.number(0)}, {2}, c.prog(), c.debug(), c.options(kDynamicOptions))
  ROW(popops::multiSlice, c.graph(), c(FLOAT, {8, 6}, AnyType | AnyShape), c(UNSIGNED_INT, {3, 1}, AnySize),
      {c.number(0)}, {1}, c.prog(), SlicePlan(), c.options(kSliceOptions), c.debug())
  ROW(popops::groupedMultiSlice, c.graph(), c(FLOAT, {2, 8, 6}, AnyType | AnyShape), c(UNSIGNED_INT, {2, 3, 1}),
      {c.number(0)}, {1}, c.prog(), SlicePlan(), c.options(kSliceOptions), c.debug())
#define UPDATE(name, ...)                                                                                              \
  ROW(popops::multi##name, c.graph(), c(FLOAT, {8, 6}, AnySize), c(FLOAT, {3, 1, 6}), c(UNSIGNED_INT, {3, 1}),         \
      __VA_ARGS__{c.number(0)}, {1}, c.prog(), SlicePlan(), c.options(kSliceOptions), c.debug())                       \
  ROW(popops::groupedMulti##name, c.graph(), c(FLOAT, {2, 8, 6}), c(FLOAT, {2, 3, 1, 6}), c(UNSIGNED_INT, {2, 3, 1}),  \
      __VA_ARGS__{c.number(0)}, {1}, c.prog(), SlicePlan(), c.options(kSliceOptions), c.debug())
  UPDATE(Update, )
  UPDATE(UpdateAdd, c(FLOAT, {}, AnyRank), )
  UPDATE(UpdateMax, )
  UPDATE(UpdateMul, )
#undef UPDATE
  ROW(popops::embedding::plan, c.graph(), FLOAT, 100, 16, {7}, c.options(kSliceOptions))
  rows.push_back(
      {"popops::embedding::planMultiple",
       [](Call &c) { popops::embedding::planMultiple({{c.graph(), FLOAT, 100, 16, {7}, c.options(kSliceOptions)}}); },
       "popops::embedding::plan"});
  ROW(popops::createGatherInput, c.graph(), FLOAT, {8, 6}, unsigned(c.number(0)), {}, c.debug())
  ROW(popops::gather, c.graph(), c(FLOAT, {8, 6}, AnyType | AnyShape), c(UNSIGNED_INT, {3}, AnyShape),
      unsigned(c.number(0)), c.prog(), {}, c.debug(), c.options(kSliceOptions))
  ROW(popops::scatter, c.graph(), c(FLOAT, {8, 6}, AnySize), c(UNSIGNED_INT, {3, 1}), c(FLOAT, {3, 6}), 1,
      {unsigned(c.number(1))}, {0}, {0}, c.prog(), c.debug(), c.options(kSliceOptions))
  ROW(popops::sequenceSlice, c.graph(), c(FLOAT, {8, 6}, AnySize), c(FLOAT, {8, 6}, AnySize), c(UNSIGNED_INT, {2}),
      c(UNSIGNED_INT, {2}), c(UNSIGNED_INT, {2}), true, c.prog(), c.debug())
}

void addRearrangements(std::vector<FunctionRow> &rows) {
  using popops::SortOrder;
  using popops::TopKParams;
  ROW(popops::sort, c.graph(), c(FLOAT, {4, 5}, AnyShape), unsigned(c.number(1)), c.prog(), c.debug())
  ROW(popops::sortInPlace, c.graph(), c(FLOAT, {4, 5}, AnyShape), unsigned(c.number(1)), c.prog(), c.debug())
  ROW(popops::sortKeyValue, c.graph(), c(FLOAT, {4, 5}), c(INT, {4, 5}, AnyType), unsigned(c.number(1)), c.prog(),
      c.debug())
  ROW(popops::sortKeyValueInPlace, c.graph(), c(FLOAT, {4, 5}), c(INT, {4, 5}, AnyType), unsigned(c.number(1)),
      c.prog(), c.debug())
  ROW(popops::createTopKInput, c.graph(), FLOAT, {4, 5}, TopKParams(unsigned(c.number(2)), true, SortOrder::NONE),
      c.debug())
  ROW(popops::topK, c.graph(), c.prog(), c(FLOAT, {4, 5}, AnyShape),
      TopKParams(unsigned(c.number(2)), true, SortOrder::NONE), c.debug())
  ROW(popops::topKKeyValue, c.graph(), c.prog(), c(FLOAT, {4, 5}), c(INT, {4, 5}, AnyType),
      TopKParams(unsigned(c.number(2)), true, SortOrder::NONE), c.debug())
  ROW(popops::topKWithPermutation, c.graph(), c.prog(), c(FLOAT, {4, 5}, AnyShape),
      TopKParams(unsigned(c.number(2)), true, SortOrder::NONE), c.debug())
  ROW(popops::pad, c.graph(), c(FLOAT, {4, 5}, AnyShape | AnyType), 1, 1, unsigned(c.number(1)), 0.0f)
  ROW(popops::rearrange::canUseFastTranspose, c.graph().getTarget(), FLOAT, 4, 4, 1)
  rows.push_back({"popops::rearrange::addTransposeVertices", [](Call &c) {
                    const Tensor from = c(FLOAT, {1, 4, 4}), to = c(FLOAT, {1, 4, 4});
                    popops::rearrange::addTransposeVertices(
                        c.graph(), c.computeSet(), FLOAT, 4, 4, {{{0, 1}}},
                        [&](std::size_t) { return std::pair<const Tensor, const Tensor>(from, to); }, c.debug());
                  }});
  ROW(popops::rearrange::partialTranspose, c.graph(), c(FLOAT, {4, 4}, AnyType | AnyShape), c.computeSet(), c.debug())
  ROW(popops::rearrange::getMinimumRegroupGrainSize, FLOAT)
  ROW(popops::rearrange::regroupTensor, c.graph(), c(FLOAT, {8, 8}, AnyType | AnyShape), c.prog(), c.computeSet(),
      {unsigned(c.number(1)), 4}, {0, 4}, c.debug())
  ROW(popops::rearrange::regroupIfPossible, c.graph(), c(FLOAT, {8, 8}, AnyType | AnyShape), c.prog(), {0, 4},
      c.debug())
  ROW(popops::rearrange::regroupIfBeneficial, c.graph(), c(FLOAT, {8, 8}, AnyType), c(FLOAT, {8, 8}, AnyType), c.prog(),
      c.debug())
  ROW(popops::createNormaliseImageInput, c.graph(), FLOAT, {2, 4, 3}, c.debug())
  ROW(popops::normaliseImage, c.graph(), c.prog(), c(FLOAT, {2, 4, 3}, AnyRank), 1.0f, c(FLOAT, {3}), c(FLOAT, {3}),
      c.debug())
  ROW(popops::createHostSliceableTensor, c.graph(), FLOAT, {4, 8}, true, c.debug())
  ROW(popops::createHostTransferableTensor, c.graph(), FLOAT, {4, 8}, true, c.debug())
  const auto body = [](const Tensor &) { return program::Sequence(); };
  rows.push_back({"popops::countedLoop", [=](Call &c) { popops::countedLoop(c.graph(), 0, 4, 1, body, c.debug()); }});
  ROW(popops::addForLoopCounterVertex, c.graph(), c(INT, {1}), c(INT, {1}), 1, 0, c.prog(), c.debug())
  ROW(popops::countedForLoop, c.graph(), c(INT, {1}), 0, c(INT, {1}), 1, program::Sequence(), c.debug())
  rows.push_back({"popops::prev",
                  [](Call &c) {
                    popops::CircBuf buffer(c.graph(), FLOAT, 3, {4}, c.debug());
                    buffer.prev(unsigned(c.number(1)), c.prog(), c.debug());
                  },
                  "popops::CircBuf::prev"});
  rows.push_back({"popops::add",
                  [](Call &c) {
                    popops::CircBuf buffer(c.graph(), FLOAT, 3, {4}, c.debug());
                    buffer.add(c(FLOAT, {4}), c.prog(), c.debug());
                  },
                  "popops::CircBuf::add"});
}

void addPoputil(std::vector<FunctionRow> &rows) {
  using namespace poputil;
  ROW(poputil::duplicate, c.graph(), c(FLOAT, {4}, AnyType | AnyShape), c.prog(), c.debug())
  ROW(poputil::cloneN, c.graph(), c(FLOAT, {4}, AnyType | AnyShape), 2, c.debug())
  ROW(poputil::cloneToIpu, c.graph(), c(FLOAT, {4}, AnyType | AnyShape), unsigned(c.number(0)), c.debug())
  ROW(poputil::copyToIpu, c.graph(), c(FLOAT, {4}, AnyType | AnyShape), c.prog(), unsigned(c.number(0)), c.debug())
  rows.push_back({"poputil::createIpuCopy", [](Call &c) {
                    Tensor from, to;
                    createIpuCopy(c.graph(), c(FLOAT, {4}, AnyType | AnyShape), unsigned(c.number(0)), from, to,
                                  c.debug());
                  }});
  ROW(poputil::cloneToGraph, c.graph(), c.graph(), c(FLOAT, {4}, AnyType | AnyShape), c.debug())
  ROW(poputil::cloneAndExpandAliasing, c.graph(), c(FLOAT, {4}, AnyType | AnyShape), 0, c.debug())
  ROW(poputil::createBroadcastOperand, c.graph(), c(FLOAT, {4, 5}, AnyType | AnyShape), FLOAT, unsigned(c.number(1)),
      false, c.debug())
  ROW(poputil::createPartitionableTensor, c.graph(), FLOAT, {4, 8}, {2, 2}, c.debug())
  ROW(poputil::calcLinearTileMapping, c.graph(), c(FLOAT, {4}, AnyType | AnyShape))
  ROW(poputil::calcLinearTileMappingAndNewOffset, c.graph(), c(FLOAT, {4}, AnyType | AnyShape))
  ROW(poputil::mapTensorLinearly, c.graph(), c(FLOAT, {4}, AnyType | AnyShape))
  ROW(poputil::mapTensorLinearlyWithOffset, c.graph(), c(FLOAT, {4}, AnyType | AnyShape), 1)
  ROW(poputil::getTileImbalance, c.graph(), c(FLOAT, {4}, AnyType | AnyShape))
  ROW(poputil::dimIsSplitOverTiles, c.graph(), c(FLOAT, {4, 5}, AnyType | AnyShape), unsigned(c.number(1)))
  ROW(poputil::dimIsSplitOverIPUs, c.graph(), c(FLOAT, {4, 5}, AnyType | AnyShape), unsigned(c.number(1)))
  ROW(poputil::detectInnermostGrouping, c.graph(), c(FLOAT, {4, 5}, AnyType | AnyShape))
  ROW(poputil::detectDimGroupings, c.graph(), c(FLOAT, {4, 5}, AnyType | AnyShape))
  ROW(poputil::iterateTensorPartitions, c(FLOAT, {4, 8}, AnyType | AnyShape | AnyGraph), {2, 2},
      [](const Sizes &, const Tensor &) {})
  ROW(poputil::factorDims, c(FLOAT, {4, 8}, AnyType | AnyShape | AnyGraph), {2}, unsigned(c.number(1)))
  ROW(poputil::unfactorDims, c(FLOAT, {2, 2, 4}, AnyType | AnyShape | AnyGraph), 1, unsigned(c.number(0)))
  rows.push_back({"poputil::broadcastToMatch", [](Call &c) {
                    Tensor t = c(FLOAT, {1, 5}, AnyType | AnyGraph);
                    broadcastToMatch(t, Sizes{4, 5});
                  }});
  rows.push_back({"poputil::expandToMatchRanks", [](Call &c) {
                    Tensor a = c(FLOAT, {5}, AnyType | AnyShape | AnyGraph),
                           b = c(FLOAT, {4, 5}, AnyType | AnyShape | AnyGraph);
                    expandToMatchRanks(a, b);
                  }});
  rows.push_back({"poputil::graphfn::input", [](Call &c) {
                    const Tensor a = c(FLOAT, {4}, AnyType | AnyShape | AnyGraph);
                    for (const auto &sig : {graphfn::input(a), graphfn::output(a), graphfn::inout(a)})
                      if (sig.similarTensor != a) throw poplibs_error("poputil::graphfn::input: another tensor");
                  }});
  rows.push_back({"poputil::graphfn::output", rows.back().call});
  rows.push_back({"poputil::graphfn::inout", rows.back().call});
  rows.push_back(
      {"poputil::internal::registerPerfFunctions", [](Call &c) { internal::registerPerfFunctions(c.graph(), {}); }});
  ROW(poputil::splitRegionsBetweenWorkers, c.graph().getTarget(), std::vector<Interval>{{0, 9}}, 2)
  ROW(poputil::createConstantMetadataTensor, c.graph(), QuarterMetadata::Format::F143, 2)
  ROW(poputil::createVariableMetadataTensor, c.graph(), QuarterMetadata::Format::F152, -2)
  ROW(poputil::castToDeviceHalfValue, c.graph().getTarget(), 0.1)
  ROW(popops::addCodelets, c.graph())
  ROW(poputil::canBroadcastToMatch, c(FLOAT, {5}, AnyType | AnyShape | AnyGraph),
      c(FLOAT, {4, 5}, AnyType | AnyShape | AnyGraph))
}

#undef ROW
#undef ROW_TOLD

} // namespace

std::vector<FunctionRow> functionRows() {
  std::vector<FunctionRow> rows;
  addOperators(rows);
  addElementWise(rows);
  addReductions(rows);
  addSlices(rows);
  addRearrangements(rows);
  addPoputil(rows);
  return rows;
}

} // namespace test
