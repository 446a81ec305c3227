#pragma once
#include <poplar/Graph.hpp>
#include <poplar/PerfEstimate.hpp>
#include <poplar/VertexIntrospector.hpp>
#include <poputil/VertexTemplates.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

/// Tables of functions that estimate the cost of vertices, for libraries whose costs do not come from their code.
namespace poputil {
namespace internal {

/// Names of vertex types and their estimators.
using PerfEstimatorTable = std::vector<std::pair<std::string, poplar::PerfEstimateFunc>>;

/// The entry of the vertex type templateVertex(codelet, args...), whose estimator is f(vertex, target, args...).
template <typename Function, typename... Args>
std::pair<std::string, poplar::PerfEstimateFunc> makePerfEstimatorEntry(const std::string &codelet, Function f,
                                                                        const Args &...args) {
  const std::string name = sizeof...(args) == 0 ? codelet : poputil::templateVertex(codelet, args...);
  return std::make_pair(name,
                        poplar::PerfEstimateFunc(std::bind(f, std::placeholders::_1, std::placeholders::_2, args...)));
}

/// Registers all estimators of a table with a graph.
inline void registerPerfFunctions(poplar::Graph &graph, const PerfEstimatorTable &table) {
  for (const auto &entry : table) graph.registerPerfEstimator(entry.first, entry.second);
}

} // namespace internal
} // namespace poputil

/// Name of the estimator function of a codelet.
#define MAKE_PERF_ESTIMATOR_NAME(codelet) getPerfEstimateFor_##codelet
/// The entry of codelet `ns::codelet` with template arguments, estimated by the function of its name.
#define CYCLE_ESTIMATOR_ENTRY(ns, codelet, ...)                                                                        \
  ::poputil::internal::makePerfEstimatorEntry(#ns "::" #codelet, MAKE_PERF_ESTIMATOR_NAME(codelet), __VA_ARGS__)
/// The same without template arguments.
#define CYCLE_ESTIMATOR_ENTRY_NOPARAMS(ns, codelet)                                                                    \
  ::poputil::internal::makePerfEstimatorEntry(#ns "::" #codelet, MAKE_PERF_ESTIMATOR_NAME(codelet))
