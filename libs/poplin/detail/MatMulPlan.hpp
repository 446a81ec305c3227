#pragma once
// How a matrix product is spread over tiles.
#include <poplin/PlanningCache.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Target.hpp>
#include <poplar/Type.hpp>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>

namespace poplin::detail {

struct MatMulOptions {
  bool halfPartials = false;
  double memoryProportion = 0.6;
  std::string pass = "NONE";
};
/// Throws poplar::invalid_option for unknown names and bad values.
MatMulOptions parseMatMulOptions(const std::string &function, const poplar::OptionFlags &options);

/// A grouped product: groups x {m,k} x {k,n}.
struct Problem {
  std::size_t groups, m, k, n;
  poplar::Type input, output;
};

/// What a tile multiplies with: the matrix unit, or vector code where `units` is 0.
struct Method {
  unsigned units = 0;     ///< columns of weights that are loaded at once
  unsigned inputs = 1;    ///< rows of them
  unsigned loadBytes = 0; ///< weights loaded in a cycle
  bool operator==(const Method &) const = default;
};
/// The matrix unit of a machine for types of input and partial results; vector code where it has none.
Method matrixUnit(const poplar::Target &target, const poplar::Type &input, const poplar::Type &partial);

/// Each dimension is cut into equal blocks (the last one smaller); a tile computes one block of the result from one
/// block of each operand, for its groups. With kSplit > 1 the partial results of kSplit tiles are added afterwards.
/// With serial > 1 a tile's blocks along k come and go one after the other, so that they need less memory at once.
struct Plan {
  Method method;
  std::size_t groupSplit = 1, mSplit = 1, kSplit = 1, nSplit = 1; ///< tiles along each dimension
  std::size_t serial = 1;                                         ///< blocks along k of one tile
  std::size_t groupBlock = 1, mBlock = 1, kBlock = 1, nBlock = 1; ///< elements of a block
  double cycles = 0, exchangeCycles = 0, computeCycles = 0, reduceCycles = 0;
  double temporaryBytes = 0;
  std::size_t tiles() const { return groupSplit * mSplit * kSplit * nSplit; }
  /// The tile of a block, neighbours along k first: their partial results are added together.
  unsigned tile(std::size_t g, std::size_t m, std::size_t n, std::size_t kBlockIndex) const {
    return static_cast<unsigned>((((g / groupBlock) * mSplit + m) * nSplit + n) * kSplit + kBlockIndex / serial);
  }
};

/// Type of partial results.
poplar::Type partialType(const Problem &problem, const MatMulOptions &options);
/// Elements that end at a multiple of 8 bytes: rows that the matrix unit reads or writes begin there.
std::size_t alignedElements(const poplar::Target &target, const poplar::Type &type, std::size_t elements);

/// Cycles of poplin::MatMulBlock or MatMulUnit for one block on one tile, all workers.
double blockCycles(const poplar::Target &target, const Method &method, std::size_t m, std::size_t k, std::size_t n);

/// The plan with the fewest estimated cycles whose temporary data fits the given part of a tile; the smallest one when
/// none fits. The same arguments always give the same plan.
Plan planMatMul(const poplar::Target &target, const Problem &problem, const MatMulOptions &options,
                PlanningCache *cache);

} // namespace poplin::detail

struct poplin::PlanningCache::Impl {
  using Key = std::tuple<std::array<std::size_t, 8>, std::string, std::string>;
  std::map<Key, poplin::detail::Plan> matMulPlans;
};
