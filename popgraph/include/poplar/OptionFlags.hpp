#ifndef poplar_OptionFlags_hpp
#define poplar_OptionFlags_hpp

#include "poplar/StringRef.hpp"
#include "poplar/detail/Api.hpp"

#include <cstddef>
#include <initializer_list>
#include <map>
#include <ostream>
#include <string>
#include <utility>

namespace poplar {

/// Names of options and their values, both text, in the order of the names. Whether a name means something is
/// decided by the function that is given them.
class POPLAR_API OptionFlags {
public:
  using OptionFlag = std::pair<const std::string, std::string>;
  using initializer_list = std::initializer_list<OptionFlag>;
  using iterator = std::map<std::string, std::string>::const_iterator;
  using const_iterator = iterator;

  /// No options.
  OptionFlags() = default;
  /// `{{"name", "value"}, ...}`; of equal names the last counts.
  OptionFlags(initializer_list options) { set(options); }

  /// Adds an option or replaces its value.
  OptionFlags &set(StringRef name, StringRef value) {
    flags_[name.cloneAsString()] = value.cloneAsString();
    return *this;
  }
  /// Adds or replaces several.
  OptionFlags &set(initializer_list options) {
    for (const OptionFlag &option : options)
      flags_[option.first] = option.second;
    return *this;
  }
  /// Adds or replaces all options of `other`.
  OptionFlags &set(const OptionFlags &other) {
    for (const OptionFlag &option : other)
      flags_[option.first] = option.second;
    return *this;
  }
  /// The value of an option; throws invalid_option when it is not set.
  StringRef at(StringRef name) const;
  /// The option, or end().
  iterator find(StringRef name) const { return flags_.find(name.cloneAsString()); }
  /// Removes one option, if set; returns how many were removed.
  std::size_t erase(StringRef name) { return flags_.erase(name.cloneAsString()); }
  /// Iteration over pairs (name, value) in the order of the names.
  iterator begin() const { return flags_.begin(); }
  iterator end() const { return flags_.end(); }
  /// Number of options.
  std::size_t size() const { return flags_.size(); }
  bool empty() const { return flags_.empty(); }
  /// Removes all options.
  void clear() { flags_.clear(); }

  friend bool operator==(const OptionFlags &a, const OptionFlags &b) { return a.flags_ == b.flags_; }
  friend bool operator!=(const OptionFlags &a, const OptionFlags &b) { return a.flags_ != b.flags_; }
  friend bool operator<(const OptionFlags &a, const OptionFlags &b) { return a.flags_ < b.flags_; }

private:
  std::map<std::string, std::string> flags_;
};

/// Sets the options of a JSON object, such as `{"name": "value", "other": true}`; numbers and truth values become
/// text. Throws parse_error when the text is anything else.
POPLAR_API void readJSON(StringRef text, OptionFlags &flags);
/// The same from a stream's remaining text.
POPLAR_API void readJSON(std::istream &stream, OptionFlags &flags);
/// The same from an environment variable; nothing happens when it is unset or empty.
POPLAR_API void readJSONFromEnv(StringRef variable, OptionFlags &flags);
/// Prints the options as a JSON object of texts.
POPLAR_API std::ostream &operator<<(std::ostream &stream, const OptionFlags &flags);

} // namespace poplar

#endif
