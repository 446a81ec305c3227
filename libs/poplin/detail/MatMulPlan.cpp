#include "libs/poplin/detail/MatMulPlan.hpp"
#include <poputil/detail/Options.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace poplin::detail {

namespace {

std::size_t ceilDiv(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// The numbers of blocks worth trying for a dimension: for each block size the smallest count.
std::vector<std::size_t> splits(std::size_t size, std::size_t limit) {
  std::vector<std::size_t> result;
  for (std::size_t count = 1; count <= std::min(size, limit);) {
    const std::size_t block = ceilDiv(size, count);
    result.push_back(ceilDiv(size, block));
    if (block == 1)
      break;
    count = std::max(count + 1, ceilDiv(size, block - 1)); // the next count with smaller blocks
  }
  if (result.empty())
    result.push_back(1);
  return result;
}

// A step of its own: synchronisation, launch of workers, fixed part of the exchange.
constexpr double kStepCycles = 300;
// Per partial pointer and result grain of a reduction vertex.
constexpr double kReduceSlotsPerPartial = 6;

} // namespace

MatMulOptions parseMatMulOptions(const std::string &function, const poplar::OptionFlags &options) {
  using namespace poputil::detail;
  MatMulOptions result;
  std::string partials = "float";
  bool flag = false;
  parseOptions(function, options,
               {{"partialsType", choiceOption(partials, {"half", "float"})},
                {"fullyConnectedPass",
                 choiceOption(result.pass, {"NONE", "INFERENCE_FWD", "TRAINING_FWD", "TRAINING_BWD", "TRAINING_WU"})},
                {"availableMemoryProportion",
                 numberOption(result.memoryProportion, 0, std::numeric_limits<double>::infinity())},
                {"inputRHSIsPreArranged", boolOption(flag)},
                {"use128BitConvUnitLoad", boolOption(flag)},
                {"enableMultiStageReduce", boolOption(flag)},
                {"enableFastReduce", boolOption(flag)},
                {"remapOutputTensor", boolOption(flag)},
                {"gatherOutput", boolOption(flag)},
                {"disableSRForAMPVertices", boolOption(flag)},
                {"planConstraints", ignoredOption()}});
  result.halfPartials = partials == "half";
  return result;
}

double blockCycles(const poplar::Target &target, std::size_t m, std::size_t k, std::size_t n) {
  // The issue slots of poplin::MatMulBlock as the codelet compiler counts them: each part of a row loads, multiplies and
  // adds for each of its results and loads one factor, k times; the rest is loop control. A test compares.
  const auto workers = static_cast<std::size_t>(target.getNumWorkerContexts());
  const bool byRows = m >= workers || n < 4 * workers;
  const std::size_t rows = byRows ? ceilDiv(m, workers) : m;
  const std::size_t columns = byRows ? n : std::min(n, ceilDiv(ceilDiv(n, 4), workers) * 4);
  constexpr std::size_t kPartSlots = 23, kVertexSlots = 64;
  const auto part = [&](std::size_t width) { return k * (3 * width + 1) + kPartSlots; };
  const std::size_t row = columns / 8 * part(8) + columns % 8 / 4 * part(4) + columns % 4 * part(1);
  return static_cast<double>((kVertexSlots + rows * row) * workers);
}

namespace {

Plan costed(const poplar::Target &target, const Problem &problem, const MatMulOptions &options, Plan plan) {
  const double bytesPerCycle = target.getExchangeBytesPerCycle();
  const double inputBytes = static_cast<double>(target.getTypeSize(problem.input));
  const double partialBytes = options.halfPartials ? 2 : 4;
  const double groups = static_cast<double>(plan.groupBlock);
  const double m = static_cast<double>(plan.mBlock), k = static_cast<double>(plan.kBlock),
               n = static_cast<double>(plan.nBlock), splitK = static_cast<double>(plan.kSplit);
  // The left operand is data that comes from elsewhere; the right one lies where it is used, shared by mSplit tiles.
  const double aBytes = groups * m * k * inputBytes;
  const double bBytes = groups * k * n * inputBytes * (1 - 1 / static_cast<double>(plan.mSplit));
  plan.exchangeCycles = plan.tiles() == 1 ? 0 : (aBytes + bBytes) / bytesPerCycle;
  plan.computeCycles = groups * blockCycles(target, plan.mBlock, plan.kBlock, plan.nBlock);
  if (plan.kSplit > 1) {
    const double elements = groups * m * n;
    const double mine = std::ceil(elements / splitK); // results this tile adds up
    plan.reduceCycles = kStepCycles + mine * splitK * partialBytes / bytesPerCycle + 2.5 * mine * splitK +
                        kReduceSlotsPerPartial * splitK;
    if (splitK > 32)
      plan.reduceCycles += kStepCycles;
  }
  plan.temporaryBytes = aBytes + groups * k * n * inputBytes + groups * m * n * partialBytes * (splitK > 1 ? 2 : 1);
  plan.cycles = plan.exchangeCycles + plan.computeCycles + plan.reduceCycles;
  return plan;
}

Plan search(const poplar::Target &target, const Problem &problem, const MatMulOptions &options) {
  const std::size_t tiles = target.getNumTiles();
  const double limit = options.memoryProportion * static_cast<double>(target.getBytesPerTile());
  Plan best, smallest;
  bool haveBest = false, haveSmallest = false;
  const std::size_t groups = std::max<std::size_t>(1, problem.groups), m = std::max<std::size_t>(1, problem.m),
                    k = std::max<std::size_t>(1, problem.k), n = std::max<std::size_t>(1, problem.n);
  for (std::size_t g : splits(groups, tiles))
    for (std::size_t mSplit : splits(m, tiles / g))
      for (std::size_t nSplit : splits(n, tiles / g / mSplit)) {
        const auto ks = splits(k, tiles / g / mSplit / nSplit);
        for (std::size_t i = 0; i != ks.size(); ++i) {
          Plan plan;
          plan.groupSplit = g;
          plan.mSplit = mSplit;
          plan.nSplit = nSplit;
          plan.kSplit = ks[i];
          plan.groupBlock = ceilDiv(groups, g);
          plan.mBlock = ceilDiv(m, mSplit);
          plan.nBlock = ceilDiv(n, nSplit);
          plan.kBlock = ceilDiv(k, ks[i]);
          plan = costed(target, problem, options, plan);
          if (plan.temporaryBytes <= limit && (!haveBest || plan.cycles < best.cycles)) {
            best = plan;
            haveBest = true;
          }
          if (!haveSmallest || plan.temporaryBytes < smallest.temporaryBytes) {
            smallest = plan;
            haveSmallest = true;
          }
        }
      }
  return haveBest ? best : smallest;
}

} // namespace

Plan planMatMul(const poplar::Target &target, const Problem &problem, const MatMulOptions &options,
                PlanningCache *cache) {
  if (!cache)
    return search(target, problem, options);
  const PlanningCache::Impl::Key key{
      {problem.groups, problem.m, problem.k, problem.n, target.getNumTiles(), target.getBytesPerTile(),
       options.halfPartials, static_cast<std::size_t>(options.memoryProportion * 1e6)},
      problem.input.toString(), // plans do not depend on the result's type: created operands fit any
      options.pass};
  const auto known = cache->impl().matMulPlans.find(key);
  if (known != cache->impl().matMulPlans.end())
    return known->second;
  const Plan plan = search(target, problem, options);
  cache->impl().matMulPlans.emplace(key, plan);
  return plan;
}

} // namespace poplin::detail
