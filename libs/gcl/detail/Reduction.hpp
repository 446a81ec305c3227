#pragma once
#include <gcl/CollectiveOperator.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <string>
#include <vector>

namespace gcl::detail {

/// Throws poplibs_error, naming `function`, where the operator has no meaning for the type.
void checkOperator(const std::string &function, CollectiveOperator op, const poplar::Type &type);

/// Combines `parts` element by element, the first with the second, then with the third and so on, into `result`, on
/// whose tiles the work is done. `op` is not LOCAL.
void reduceInto(poplar::Graph &graph, const poplar::Tensor &result, const std::vector<poplar::Tensor> &parts,
                CollectiveOperator op, poplar::program::Sequence &prog, const poplar::DebugContext &context);

} // namespace gcl::detail
