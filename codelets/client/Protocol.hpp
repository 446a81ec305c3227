#pragma once
// Messages between the client and `popc --serve`: 32-bit little-endian length, then CBOR. Keys of a request: cwd,
// target, flags, sources [{name, text, kind}]; of an answer: status (ok, compile, link, error), text, module, files, absent.
#include <cstdint>
#include <string>

namespace popgraph::codelets {

inline constexpr std::uint32_t kMaxMessageBytes = 512u << 20;
inline constexpr int kRequestSeconds = 120;
inline constexpr std::uint64_t kHelperMemoryBytes = std::uint64_t(4) << 30;

} // namespace popgraph::codelets
