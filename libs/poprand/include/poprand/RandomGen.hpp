#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cmath>
#include <cstdint>

/// Random tensors. All functions append to `prog` and return a new tensor with the shape and tile mapping of
/// `reference`. `seed` points to an UNSIGNED_INT tensor of 2 elements: equal seeds, modifiers and mappings give equal
/// values. A null `seed` continues the generators of the tiles, which setSeed sets. Misuse throws
/// poputil::poplibs_error.
namespace poprand {

/// Each element of `input` is kept with probability `keepProbability` and multiplied by `scale`, else set to 0. The
/// same
/// seed, modifier and reference give the same choice, as the backward pass needs. `reference` has the shape of `input`.
POPLAR_API poplar::Tensor dropout(poplar::Graph &graph, const poplar::Tensor *seed, std::uint32_t seedModifier,
                                  const poplar::Tensor &input, const poplar::Tensor &reference, double keepProbability,
                                  double scale, poplar::program::Sequence &prog,
                                  const poplar::DebugContext &debugContext = {});
/// The same; the result is laid out like the reference, or like the input when `outputClonesRef` is false.
POPLAR_API poplar::Tensor dropout(poplar::Graph &graph, const poplar::Tensor *seed, std::uint32_t seedModifier,
                                  const poplar::Tensor &input, const poplar::Tensor &reference, double keepProbability,
                                  double scale, bool outputClonesRef, poplar::program::Sequence &prog,
                                  const poplar::DebugContext &debugContext = {});
/// One choice for each element of `reference`, which is broadcast to the shape of `input`.
POPLAR_API poplar::Tensor shapedDropout(poplar::Graph &graph, const poplar::Tensor *seed, std::uint32_t seedModifier,
                                        const poplar::Tensor &input, const poplar::Tensor &reference,
                                        double keepProbability, double scale, poplar::program::Sequence &prog,
                                        const poplar::DebugContext &debugContext = {});
/// Uniform numbers from minVal to maxVal. `outType` FLOAT, HALF, or INT (both ends included).
POPLAR_API poplar::Tensor uniform(poplar::Graph &graph, const poplar::Tensor *seed, std::uint32_t seedModifier,
                                  const poplar::Tensor &reference, const poplar::Type &outType, double minVal,
                                  double maxVal, poplar::program::Sequence &prog,
                                  const poplar::DebugContext &debugContext = {});
/// Numbers from minVal to maxVal (both positive) whose logarithm is uniform. `outType` FLOAT, HALF or INT.
POPLAR_API poplar::Tensor logUniform(poplar::Graph &graph, const poplar::Tensor *seed, std::uint32_t seedModifier,
                                     const poplar::Tensor &reference, const poplar::Type &outType, double minVal,
                                     double maxVal, poplar::program::Sequence &prog, double base = M_E,
                                     const poplar::DebugContext &debugContext = {});
/// 1 with probability `prob`, else 0. `outType` FLOAT, HALF or INT.
POPLAR_API poplar::Tensor bernoulli(poplar::Graph &graph, const poplar::Tensor *seed, std::uint32_t seedModifier,
                                    const poplar::Tensor &reference, const poplar::Type &outType, double prob,
                                    poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});
/// Normally distributed numbers. `outType` FLOAT or HALF.
POPLAR_API poplar::Tensor normal(poplar::Graph &graph, const poplar::Tensor *seed, std::uint32_t seedModifier,
                                 const poplar::Tensor &reference, const poplar::Type &outType, double mean,
                                 double stdDev, poplar::program::Sequence &prog,
                                 const poplar::DebugContext &debugContext = {});
/// Normally distributed numbers within `alpha` standard deviations of the mean. `outType` FLOAT or HALF.
POPLAR_API poplar::Tensor truncatedNormal(poplar::Graph &graph, const poplar::Tensor *seed,
                                          std::uint32_t seedModifier, const poplar::Tensor &reference,
                                          const poplar::Type &outType, double mean, double stdDev, double alpha,
                                          poplar::program::Sequence &prog,
                                          const poplar::DebugContext &debugContext = {});
/// Sets the generators of all tiles from a tensor of 2 UNSIGNED_INT elements and a modifier.
POPLAR_API void setSeed(poplar::Graph &graph, const poplar::Tensor &masterSeed, std::uint32_t seedModifier,
                        poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});

} // namespace poprand
