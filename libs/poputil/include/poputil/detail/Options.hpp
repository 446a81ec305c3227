#pragma once
#include <poplar/OptionFlags.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/detail/Api.hpp>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace poputil {
namespace detail {

/// What takes the value of an option; throws std::exception for a bad one.
using OptionHandler = std::function<void(poplar::StringRef)>;
/// One option a function accepts: its name and handler.
using OptionSpec = std::pair<poplar::StringRef, OptionHandler>;

/// Hands each option to its handler. Throws poplar::invalid_option naming `function`, the option, and the nearest known
/// name or the reason the value was refused.
POPLAR_API void parseOptions(poplar::StringRef function, const poplar::OptionFlags &options,
                             const std::vector<OptionSpec> &specs);
/// Handlers: each checks the text and stores the value.
POPLAR_API OptionHandler boolOption(bool &value);
POPLAR_API OptionHandler numberOption(double &value, double lowest, double highest);
inline OptionHandler choiceOption(std::string &value, std::vector<std::string> choices) {
  return [&value, choices](poplar::StringRef text) {
    value = text.cloneAsString();
    std::string known;
    for (const std::string &choice : choices) {
      if (choice == value)
        return;
      known.append(known.empty() ? "" : ", ").append(choice);
    }
    throw std::invalid_argument("it takes one of " + known);
  };
}
/// Accepts any text and drops it.
inline OptionHandler ignoredOption() {
  return [](poplar::StringRef) {};
}

} // namespace detail
} // namespace poputil
