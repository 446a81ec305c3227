#pragma once
#include <poplar/OptionFlags.hpp>
#include <poplar/detail/Api.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace poputil {
namespace detail {

/// One option a function accepts: its name and what takes the value (throws std::exception for a bad one).
using OptionSpec = std::pair<std::string, std::function<void(const std::string &)>>;

/// Hands each option to its handler. Throws poplar::invalid_option naming `function`, the option, and the nearest known
/// name or the reason the value was refused.
POPLAR_API void parseOptions(const std::string &function, const poplar::OptionFlags &options,
                             const std::vector<OptionSpec> &specs);
/// Handlers: each checks the text and stores the value.
POPLAR_API std::function<void(const std::string &)> boolOption(bool &value);
POPLAR_API std::function<void(const std::string &)> numberOption(double &value, double lowest, double highest);
POPLAR_API std::function<void(const std::string &)> choiceOption(std::string &value, std::vector<std::string> choices);
/// Accepts any text and drops it.
POPLAR_API std::function<void(const std::string &)> ignoredOption();

} // namespace detail
} // namespace poputil
