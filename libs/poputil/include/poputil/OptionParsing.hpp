#pragma once
#include <poplar/StringRef.hpp>
#include <poplar/exceptions.hpp>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// Options of library functions: texts to be converted, checked and stored. All errors are poplar::invalid_option.
/// Everything is inline, as the maps of values hold std::string.
namespace poplibs {
namespace parse {

/// The integer that the whole text is.
template <typename Value> Value asInteger(const poplar::StringRef &str) {
  std::istringstream in(str.cloneAsString());
  typename std::conditional<std::is_signed<Value>::value, long long, unsigned long long>::type wide;
  const bool negative = !str.empty() && str.data()[0] == '-';
  if (!(in >> wide) || in.peek() != std::istringstream::traits_type::eof() ||
      (negative && !std::is_signed<Value>::value) || static_cast<decltype(wide)>(static_cast<Value>(wide)) != wide)
    throw poplar::invalid_option("'" + str.cloneAsString() + "' is not an integer in the range of the option");
  return static_cast<Value>(wide);
}

/// The number that the whole text is.
template <typename Value> Value asFloatingPoint(const poplar::StringRef &str) {
  std::istringstream in(str.cloneAsString());
  Value value;
  if (!(in >> value) || in.peek() != std::istringstream::traits_type::eof())
    throw poplar::invalid_option("'" + str.cloneAsString() + "' is not a number");
  return value;
}

/// The names in the map, separated by commas.
template <typename Value> std::string describeEnumValues(const std::map<std::string, Value> &valueMap) {
  std::string text = "";
  for (const auto &entry : valueMap) text += (text.empty() ? "" : ", ") + entry.first;
  return text;
}

/// What the map has for the text.
template <typename Value> Value asEnum(const poplar::StringRef &value, const std::map<std::string, Value> &map) {
  const auto found = map.find(value.cloneAsString());
  if (found == map.end())
    throw poplar::invalid_option("'" + value.cloneAsString() + "' is not one of " + describeEnumValues(map));
  return found->second;
}

/// `true` or `false`.
inline bool asBool(const poplar::StringRef &value) { return asEnum<bool>(value, {{"true", true}, {"false", false}}); }

} // namespace parse

/// What takes the value of one option.
class OptionHandler {
public:
  /// From a function of a StringRef.
  template <typename Value, typename = typename std::enable_if<
                                !std::is_same<typename std::decay<Value>::type, OptionHandler>::value>::type>
  OptionHandler(Value &&valueHandler) : handler_(std::forward<Value>(valueHandler)) {}
  /// Hands over a value.
  void parseValue(poplar::StringRef value) const { handler_(value); }

  /// Throws unless the value lies between the bounds.
  template <typename Value>
  static void ensureValueIsWithinBounds(Value value, const Value &lowerBound, bool lowerBoundIsInclusive,
                                        const Value &upperBound, bool upperBoundIsInclusive) {
    if ((lowerBoundIsInclusive ? value < lowerBound : !(value > lowerBound)) ||
        (upperBoundIsInclusive ? value > upperBound : !(value < upperBound))) {
      std::ostringstream text;
      text << "the value " << value << " does not lie " << (lowerBoundIsInclusive ? "from " : "above ") << lowerBound
           << (upperBoundIsInclusive ? " to " : " below ") << upperBound;
      throw poplar::invalid_option(text.str());
    }
  }
  /// Stores what the map has for the text.
  template <typename Value, typename ValueMapT = std::map<std::string, Value>>
  static OptionHandler createWithEnum(Value &output, ValueMapT &&valueMap) {
    const std::map<std::string, Value> map(valueMap.begin(), valueMap.end());
    return OptionHandler([map, &output](poplar::StringRef value) { output = parse::asEnum<Value>(value, map); });
  }
  /// Stores an integer within bounds.
  template <typename Value>
  static OptionHandler createWithInteger(Value &output, const Value &lowerBound = std::numeric_limits<Value>::lowest(),
                                         bool lowerBoundIsInclusive = true,
                                         const Value &upperBound = std::numeric_limits<Value>::max(),
                                         bool upperBoundIsInclusive = true) {
    return OptionHandler([=, &output](poplar::StringRef value) {
      const Value number = parse::asInteger<Value>(value);
      ensureValueIsWithinBounds(number, lowerBound, lowerBoundIsInclusive, upperBound, upperBoundIsInclusive);
      output = number;
    });
  }
  /// Stores `true` or `false`.
  template <typename Value> static OptionHandler createWithBool(Value &output) {
    return OptionHandler([&output](poplar::StringRef value) { output = parse::asBool(value); });
  }
  /// Stores a number within bounds.
  template <typename Value>
  static OptionHandler createWithDouble(Value &output, const Value &lowerBound = std::numeric_limits<Value>::lowest(),
                                        bool lowerBoundIsInclusive = true,
                                        const Value &upperBound = std::numeric_limits<Value>::max(),
                                        bool upperBoundIsInclusive = true) {
    return OptionHandler([=, &output](poplar::StringRef value) {
      const Value number = parse::asFloatingPoint<Value>(value);
      ensureValueIsWithinBounds(number, lowerBound, lowerBoundIsInclusive, upperBound, upperBoundIsInclusive);
      output = number;
    });
  }
  /// Stores the text.
  template <typename Value> static OptionHandler createWithString(Value &output) {
    return OptionHandler([&output](poplar::StringRef value) { output = value.cloneAsString(); });
  }
  /// Stores integers separated by commas.
  template <typename Value> static OptionHandler createWithList(std::vector<Value> &output) {
    return OptionHandler([&output](poplar::StringRef value) {
      std::vector<Value> values;
      std::istringstream in(value.cloneAsString());
      for (std::string item; std::getline(in, item, ',');) values.push_back(parse::asInteger<Value>(item));
      output = values;
    });
  }

private:
  std::function<void(poplar::StringRef)> handler_;
};

/// The options that a function knows.
class OptionSpec {
  using value_type = std::pair<const std::string, OptionHandler>;
  using initializer_list_t = std::initializer_list<value_type>;
  using map_type = std::map<std::string, OptionHandler>;

public:
  /// A handler for each name.
  OptionSpec(initializer_list_t handlers) : handlers_(handlers) {}
  /// Hands a value to the handler of the option. Throws for an unknown one unless `ignoreUnknown`.
  void parse(poplar::StringRef option, poplar::StringRef value, bool ignoreUnknown = false) const {
    const auto found = handlers_.find(option.cloneAsString());
    if (found == handlers_.end()) {
      if (ignoreUnknown) return;
      throw poplar::invalid_option("Unrecognised option '" + option.cloneAsString() + "'; the known ones are " +
                                   parse::describeEnumValues(handlers_));
    }
    try {
      found->second.parseValue(value);
    } catch (const poplar::invalid_option &e) {
      throw poplar::invalid_option("option '" + option.cloneAsString() + "': " + e.what());
    }
  }

private:
  map_type handlers_;
};

/// Stores a number within bounds to an optional (std::optional or one like it); `none` empties it.
template <typename Optional>
OptionHandler createOptionalDoubleHandler(Optional &output, double lowerBound = std::numeric_limits<double>::min(),
                                          bool lowerBoundIsInclusive = true,
                                          double upperBound = std::numeric_limits<double>::max(),
                                          bool upperBoundIsInclusive = true) {
  return OptionHandler([=, &output](poplar::StringRef value) {
    if (value == "none") {
      output = Optional();
      return;
    }
    const double number = parse::asFloatingPoint<double>(value);
    OptionHandler::ensureValueIsWithinBounds(number, lowerBound, lowerBoundIsInclusive, upperBound,
                                             upperBoundIsInclusive);
    output = static_cast<typename Optional::value_type>(number);
  });
}

/// Stores what the map has for the text to an optional; `none` empties it.
template <typename Optional, typename ValueMapT = std::map<std::string, typename Optional::value_type>>
OptionHandler createOptionalEnumHandler(Optional &output, ValueMapT &&valueMap) {
  using Value = typename Optional::value_type;
  const std::map<std::string, Value> map(valueMap.begin(), valueMap.end());
  return OptionHandler([map, &output](poplar::StringRef value) {
    if (value == "none")
      output = Optional();
    else
      output = parse::asEnum<Value>(value, map);
  });
}

} // namespace poplibs
