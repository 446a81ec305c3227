#include <poputil/detail/Options.hpp>
#include <poplar/exceptions.hpp>
#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace poputil::detail {

namespace {

std::size_t editDistance(const std::string &a, const std::string &b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

} // namespace

void parseOptions(poplar::StringRef function, const poplar::OptionFlags &options,
                  const std::vector<OptionSpec> &specs) {
  for (const auto &option : options) {
    const std::string name = option.first, value = option.second;
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const OptionSpec &s) { return s.first == name; });
    if (spec == specs.end()) {
      const auto nearest = std::min_element(specs.begin(), specs.end(), [&](const OptionSpec &a, const OptionSpec &b) {
        return editDistance(name, a.first) < editDistance(name, b.first);
      });
      throw poplar::invalid_option(function + ": Unrecognised option '" + name + "'" +
                                   (nearest == specs.end() ? "; it takes no options"
                                                           : "; the nearest name is '" + nearest->first + "'"));
    }
    try {
      spec->second(value);
    } catch (const std::exception &e) {
      throw poplar::invalid_option(function + ": option '" + name + "' has the value '" + value + "'; " + e.what());
    }
  }
}

OptionHandler boolOption(bool &value) {
  return [&value](poplar::StringRef text) {
    if (text != "true" && text != "false")
      throw std::invalid_argument("it takes true or false");
    value = text == "true";
  };
}

OptionHandler numberOption(double &value, double lowest, double highest) {
  return [&value, lowest, highest](poplar::StringRef given) {
    const std::string text = given;
    std::size_t used = 0;
    double number = 0;
    try {
      number = std::stod(text, &used);
    } catch (const std::exception &) {
      used = 0;
    }
    if (used == 0 || used != text.size() || !(number >= lowest && number <= highest))
      throw std::invalid_argument("it takes a number from " + std::to_string(lowest) +
                                  (std::isinf(highest) ? std::string(" up") : " to " + std::to_string(highest)));
    value = number;
  };
}

} // namespace poputil::detail
