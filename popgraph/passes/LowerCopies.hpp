#pragma once
// The part of lowering that is about data: each function checks a program against the graph, adds its plan to the
// module and returns the plan's number.
#include <vector>

#include "popgraph/ir/Module.hpp"

namespace popgraph {

std::uint32_t lowerCopy(Module &module, const ProgramNode &node);
std::uint32_t lowerStream(Module &module, const ProgramNode &node);
std::uint32_t lowerRemote(Module &module, const ProgramNode &node);
std::uint32_t lowerCrossReplica(Module &module, const ProgramNode &node);
/// One transfer for each argument.
std::vector<std::uint32_t> lowerHostCall(Module &module, const ProgramNode &node);

} // namespace popgraph
