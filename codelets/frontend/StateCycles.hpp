#pragma once
// Whether what a compute() costs is known from its vertex's state.
#include "codelets/frontend/Costs.hpp"
#include "codelets/frontend/FrontEnd.hpp"
#include <map>

namespace popgraph::codelets {

/// True when compute() and what it calls take every turn, and count every size, by fields and edge sizes that no
/// instruction of theirs writes, by constants, and by the number of tile and worker: two calls with the same state then
/// issue the same slots, whatever the data. The costed code, before anything is added to it.
bool cyclesFromState(const llvm::Function &compute, const FoundVertex &vertex,
                     const std::map<llvm::Function *, FunctionCost> &costs);

} // namespace popgraph::codelets
