#pragma once
// Tables of options: what a function accepts, once for parsing, messages and `popgraph info --options`.
#include <cstdint>
#include <span>
#include <string_view>

namespace poplar {
class OptionFlags;
}

namespace popgraph {

/// One option. `values` says what is allowed: alternatives separated by '|', each `bool` (true, false, 1 or 0),
/// `number` (whole, from 0 to 2^64 - 1, hexadecimal after 0x), `string` (anything) or a word.
struct OptionRow {
  const char *name, *fallback, *values, *effect;
};
using OptionTable = std::span<const OptionRow>;

//  name                    default    values     effect
#define POPGRAPH_TARGET_OPTIONS(X)                                                                                     \
  X("tilesPerIPU",          "",        "number",  "tiles of each IPU: 1 to what the machine has")                      \
  X("ipuLinkConfiguration", "Default", "string",  "no effect: links are those of the machine")                         \
  X("ipuLinkTopology",      "mesh",    "mesh|torus", "pairs of IPUs as a ladder, or as one whose ends are joined")      \
  X("ipuLinkDomainSize",    "",        "number",  "no effect")                                                         \
  X("syncConfiguration",    "",        "string",  "no effect: syncs wait for the tiles that they must")                \
  X("gatewayMode",          "",        "bool",    "no effect: the machine says whether it has a gateway")

#define POPGRAPH_STREAM_OPTIONS(X)                                                                                     \
  X("bufferingDepth",       "1",       "number",  "with exchange.enablePrefetch, copies fetched ahead: 1 to 1024")     \
  X("splitLimit",           "",        "number",  "no effect: a copy is one transfer")

#define POPGRAPH_SUMMARY_OPTIONS(X)                                                                                    \
  X("showExecutionSteps",   "false",   "bool",    "also the program tree with cycles")                                 \
  X("showVarStorage",       "false",   "bool",    "also the variables and when they live")                             \
  X("showPerIpuMemoryUsage", "false",  "bool",    "memory of each IPU, too")                                           \
  X("showOptimizations",    "false",   "bool",    "no effect")                                                         \
  X("colours",              "auto",    "bool|auto", "no effect: the text has no colours")

#define POPGRAPH_OPTION_ROW(name, fallback, values, effect) {name, fallback, values, effect},
inline constexpr OptionRow kTargetOptions[] = {POPGRAPH_TARGET_OPTIONS(POPGRAPH_OPTION_ROW)};
inline constexpr OptionRow kStreamOptions[] = {POPGRAPH_STREAM_OPTIONS(POPGRAPH_OPTION_ROW)};
inline constexpr OptionRow kSummaryOptions[] = {POPGRAPH_SUMMARY_OPTIONS(POPGRAPH_OPTION_ROW)};

/// Throws poplar::invalid_option when a name is not in the table (naming the nearest) or a value is not allowed.
/// `whose`: whose options they are, such as "the engine", for the message. Unknown names are left aside unless
/// `checkNames`.
void checkOptions(OptionTable table, const poplar::OptionFlags &options, std::string_view whose,
                  bool checkNames = true);
/// A value that was checked as `bool`.
inline bool optionIsTrue(std::string_view value) { return value == "true" || value == "1"; }
/// A value that was checked as `number`.
std::uint64_t optionNumber(std::string_view value);

} // namespace popgraph
