#include "libs/poplin/detail/MatMulPlan.hpp"
#include <poputil/detail/Options.hpp>
#include <algorithm>
#include <bit>
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

// A compute set, beside its workers' slots; the machine's computeSetOverheadCycles.
constexpr double kLaunchCycles = 66;
// One piece of a copy on the tile; the machine's rearrangePieceSlots. Six workers share them: a slot is a cycle.
constexpr double kPieceCycles = 8;
// popops' reductions and casts, per element: a test compares plans with what they take.
constexpr double kReduceCyclesPerElement = 2.5, kCastCyclesPerElement = 1;
constexpr double kReduceSlotsPerPartial = 6;

/// A step of its own: its exchange waits for all tiles, and so does the next one's.
double stepCycles(const poplar::Target &target) { return 2. * target.getMaxIPUSyncDelay() + kLaunchCycles; }

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

Method matrixUnit(const poplar::Target &target, const poplar::Type &input, const poplar::Type &partial) {
  // MatMulUnit is compiled for powers of two; a machine with other numbers uses the part that it can.
  const bool half = input == poplar::HALF;
  const unsigned least = half ? 4 : 2, most = half ? 32 : 16, units = target.getNumConvUnits(input, partial);
  if (units < least) return {};
  const unsigned load = std::clamp(target.getConvUnitCoeffLoadBytesPerCycle(), 8u, 32u);
  return {std::bit_floor(std::min(units, most)), half ? 16u : 8u, std::bit_floor(load)};
}

poplar::Type partialType(const Problem &problem, const MatMulOptions &options) {
  return options.halfPartials && problem.input == poplar::HALF ? poplar::HALF : poplar::FLOAT;
}

std::size_t alignedElements(const poplar::Target &target, const poplar::Type &type, std::size_t elements) {
  const std::size_t grain = 8 / target.getTypeSize(type);
  return ceilDiv(elements, grain) * grain;
}

double blockCycles(const poplar::Target &target, const Method &method, std::size_t m, std::size_t k, std::size_t n) {
  const auto workers = static_cast<std::size_t>(target.getNumWorkerContexts());
  // Both as the codelet compiler counts them; a test compares.
  if (method.units) {
    // A slot's weights come in six cycles; a row goes through in four slots. The rest is loop control.
    constexpr std::size_t kVertexSlots = 40, kPanelSlots = 8, kStepSlots = 25, kRowSlots = 4;
    const std::size_t size = method.inputs == 16 ? 2 : 4;
    const std::size_t load = ceilDiv(method.inputs * method.units * size / method.loadBytes, 6);
    const std::size_t step = kStepSlots + load + kRowSlots * ceilDiv(m, workers);
    const std::size_t panel = kPanelSlots + ceilDiv(k, method.inputs) * step;
    return static_cast<double>((kVertexSlots + ceilDiv(n, method.units) * panel) * workers);
  }
  // Each part of a row loads, multiplies and adds for each of its results and loads one factor, k times.
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
  const poplar::Type partial = partialType(problem, options);
  const double partialBytes = static_cast<double>(target.getTypeSize(partial));
  const double groups = static_cast<double>(plan.groupBlock), serial = static_cast<double>(plan.serial);
  const double m = static_cast<double>(plan.mBlock), k = static_cast<double>(plan.kBlock),
               n = static_cast<double>(plan.nBlock), splitK = static_cast<double>(plan.kSplit);
  // The left operand is data that comes from elsewhere; the right one lies where it is used, shared by mSplit tiles.
  const double aBytes = groups * m * k * inputBytes;
  const double bBytes = groups * k * n * inputBytes * (1 - 1 / static_cast<double>(plan.mSplit));
  plan.exchangeCycles = plan.tiles() == 1 ? 0 : serial * (aBytes + bBytes) / bytesPerCycle;
  plan.computeCycles = serial * groups * blockCycles(target, plan.method, plan.mBlock, plan.kBlock, plan.nBlock) +
                       (serial - 1) * stepCycles(target);
  // Rows that end between multiples of 8 bytes are copied together with zeros.
  if (plan.method.units && alignedElements(target, problem.input, problem.k) != problem.k)
    plan.computeCycles += groups * m * 2 * kPieceCycles + aBytes / target.getMemcpyBytesPerCycle();
  const double elements = groups * m * n;
  const bool casts = plan.method.units && partial != problem.input; // results mostly have the inputs' type
  if (plan.kSplit > 1) {
    const double mine = std::ceil(elements / splitK); // results this tile adds up
    plan.reduceCycles = stepCycles(target) + mine * splitK * partialBytes / bytesPerCycle +
                        kReduceCyclesPerElement * mine * splitK + kReduceSlotsPerPartial * splitK;
    if (splitK > 32)
      plan.reduceCycles += stepCycles(target);
  } else if (casts) {
    plan.reduceCycles = stepCycles(target) + kCastCyclesPerElement * elements;
  }
  plan.temporaryBytes =
      aBytes + groups * k * n * inputBytes + elements * partialBytes * (plan.kSplit > 1 ? 2 : casts ? 1.5 : 1);
  plan.cycles = plan.exchangeCycles + plan.computeCycles + plan.reduceCycles;
  return plan;
}

class Search {
public:
  Search(const poplar::Target &target, const Problem &problem, const MatMulOptions &options)
      : target_(target), problem_(problem), options_(options), tiles_(target.getNumTiles()),
        limit_(options.memoryProportion * static_cast<double>(target.getBytesPerTile())) {
    for (std::size_t *size : {&problem_.groups, &problem_.m, &problem_.k, &problem_.n})
      *size = std::max<std::size_t>(1, *size);
  }

  /// All plans of one method.
  void operator()(const Method &method) {
    const std::size_t steps = ceilDiv(problem_.k, method.inputs);
    const std::size_t panels = ceilDiv(problem_.n, std::max(1u, method.units));
    Plan plan;
    plan.method = method;
    for (std::size_t g : splits(problem_.groups, tiles_))
      for (std::size_t m : splits(problem_.m, tiles_ / g))
        for (std::size_t n : splits(panels, tiles_ / g / m))
          for (std::size_t k : splits(steps, tiles_ / g / m / n)) {
            plan.groupSplit = g;
            plan.mSplit = m;
            plan.nSplit = n;
            plan.groupBlock = ceilDiv(problem_.groups, g);
            plan.mBlock = ceilDiv(problem_.m, m);
            plan.nBlock = ceilDiv(panels, n) * std::max(1u, method.units);
            const std::size_t own = ceilDiv(steps, k);
            for (plan.serial = 1; plan.serial <= own; plan.serial *= 2) {
              const std::size_t block = ceilDiv(own, plan.serial);
              plan.kBlock = block * method.inputs;
              plan.kSplit = ceilDiv(steps, block * plan.serial);
              const Plan one = costed(target_, problem_, options_, plan);
              consider(one);
              if (one.temporaryBytes <= limit_ || !method.units) break;
            }
          }
  }
  const Plan &result() const { return haveBest_ ? best_ : smallest_; }

private:
  void consider(const Plan &plan) {
    if (plan.temporaryBytes <= limit_ && (!haveBest_ || plan.cycles < best_.cycles)) {
      best_ = plan;
      haveBest_ = true;
    }
    if (!haveSmallest_ || plan.temporaryBytes < smallest_.temporaryBytes) {
      smallest_ = plan;
      haveSmallest_ = true;
    }
  }

  const poplar::Target &target_;
  Problem problem_;
  const MatMulOptions &options_;
  std::size_t tiles_;
  double limit_;
  Plan best_, smallest_;
  bool haveBest_ = false, haveSmallest_ = false;
};

Plan search(const poplar::Target &target, const Problem &problem, const MatMulOptions &options) {
  Search search(target, problem, options);
  search(Method{});
  const Method unit = matrixUnit(target, problem.input, partialType(problem, options));
  if (unit.units) search(unit);
  return search.result();
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
