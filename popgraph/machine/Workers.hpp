#pragma once
// What compiled code and the machine that runs it agree on.
#include <cstdint>
#include <string_view>

namespace popgraph {

/// Workers that code for an instruction set is compiled for: MultiVertex::numWorkers(), the shares of its work. A
/// machine with more contexts (`workers`) leaves some idle; with fewer, they take the shares in turns.
constexpr std::uint32_t workersOf(std::string_view architecture) { return architecture.starts_with("cpu") ? 1 : 6; }

} // namespace popgraph
