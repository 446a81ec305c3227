#include "popgraph/api/OptionTable.hpp"

#include "popgraph/base/Nearest.hpp"
#include "poplar/OptionFlags.hpp"
#include "poplar/exceptions.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

namespace popgraph {
namespace {

std::optional<std::uint64_t> asNumber(std::string_view value) {
  const bool hexadecimal = value.starts_with("0x") || value.starts_with("0X");
  if (hexadecimal) value.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> alternatives(std::string_view values) {
  std::vector<std::string_view> result;
  for (std::size_t begin = 0; begin <= values.size();) {
    const std::size_t end = std::min(values.find('|', begin), values.size());
    result.push_back(values.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

bool allowed(std::string_view alternative, std::string_view value) {
  if (alternative == "string") return true;
  if (alternative == "bool") return value == "true" || value == "false" || value == "1" || value == "0";
  if (alternative == "number") return asNumber(value).has_value();
  return alternative == value;
}

/// What would be right, as a text: "true or false", "a whole number or auto", ...
std::string rightValues(const std::vector<std::string_view> &alternatives) {
  std::string text;
  for (std::size_t i = 0; i != alternatives.size(); ++i) {
    text += i == 0 ? "" : i + 1 == alternatives.size() ? " or " : ", ";
    text += alternatives[i] == "bool"     ? "true or false"
            : alternatives[i] == "number" ? "a whole number"
                                          : alternatives[i];
  }
  return text;
}

} // namespace

void checkOptions(OptionTable table, const poplar::OptionFlags &options, std::string_view whose,
                  bool checkNames) {
  for (const auto &[name, value] : options) {
    const auto row = std::find_if(table.begin(), table.end(), [&](const OptionRow &r) { return name == r.name; });
    if (row == table.end() && !checkNames) continue;
    if (row == table.end()) {
      std::vector<std::string> names;
      for (const OptionRow &known : table) names.emplace_back(known.name);
      throw poplar::invalid_option("Unrecognised option '" + name + "' of " + std::string(whose) +
                                   didYouMean(name, names));
    }
    const std::vector<std::string_view> right = alternatives(row->values);
    if (std::none_of(right.begin(), right.end(), [&](std::string_view a) { return allowed(a, value); }))
      throw poplar::invalid_option("option '" + name + "' of " + std::string(whose) + " is '" + value +
                                   "'; it must be " + rightValues(right));
  }
}

std::uint64_t optionNumber(std::string_view value) { return asNumber(value).value_or(0); }

} // namespace popgraph
