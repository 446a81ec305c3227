#ifndef poplar_OptionFlags_hpp
#define poplar_OptionFlags_hpp

#include "poplar/StringRef.hpp"
#include "poplar/detail/Api.hpp"
#include "poplar/detail/OwnedText.hpp"

#include <cstddef>
#include <initializer_list>
#include <istream>
#include <iterator>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

namespace poplar {

/// Names of options and their values, both text, in the order of the names. Whether a name means something is
/// decided by the function that is given them.
class POPLAR_API OptionFlags {
public:
  using OptionFlag = std::pair<const std::string, std::string>; ///< name and value
  using initializer_list = std::initializer_list<OptionFlag>; ///< a braced list of options
  class iterator;
  using const_iterator = iterator; ///< options are changed by set()

  /// No options.
  OptionFlags() = default;
  /// `{{"name", "value"}, ...}`; of equal names the last counts.
  OptionFlags(initializer_list options) { set(options); }

  /// Adds an option or replaces its value.
  OptionFlags &set(StringRef name, StringRef value) {
    flags_[name] = value;
    return *this;
  }
  /// Adds or replaces several.
  OptionFlags &set(initializer_list options) {
    for (const OptionFlag &option : options)
      set(option.first, option.second);
    return *this;
  }
  /// Adds or replaces all options of `other`.
  OptionFlags &set(const OptionFlags &other) {
    for (const auto &option : other.flags_)
      flags_[option.first] = option.second;
    return *this;
  }
  /// The value of an option; throws invalid_option when it is not set.
  StringRef at(StringRef name) const;
  /// The option, or end().
  iterator find(StringRef name) const;
  /// Removes one option, if set; returns how many were removed.
  std::size_t erase(StringRef name) { return flags_.erase(name); }
  /// Iteration over pairs (name, value) in the order of the names.
  iterator begin() const;
  iterator end() const;
  /// Number of options.
  std::size_t size() const { return flags_.size(); }
  bool empty() const { return flags_.empty(); }
  /// Removes all options.
  void clear() { flags_.clear(); }

  friend bool operator==(const OptionFlags &a, const OptionFlags &b) { return a.flags_ == b.flags_; }
  friend bool operator!=(const OptionFlags &a, const OptionFlags &b) { return a.flags_ != b.flags_; }
  friend bool operator<(const OptionFlags &a, const OptionFlags &b) { return a.flags_ < b.flags_; }

private:
  std::map<detail::OwnedText, detail::OwnedText> flags_;
};

/// Steps over options. The pair that it shows belongs to it, until it steps on or dies.
class OptionFlags::iterator {
public:
  using iterator_category = std::input_iterator_tag; ///< one pass
  using value_type = OptionFlag; ///< name and value
  using difference_type = std::ptrdiff_t; ///< of steps
  using pointer = const OptionFlag *; ///< to the pair shown
  using reference = const OptionFlag &; ///< to the pair shown

  reference operator*() const {
    if (!shown_)
      shown_ = std::make_shared<OptionFlag>(at_->first, at_->second);
    return *shown_;
  }
  pointer operator->() const { return &**this; }
  iterator &operator++() {
    ++at_;
    shown_.reset();
    return *this;
  }
  iterator operator++(int) {
    iterator old = *this;
    ++*this;
    return old;
  }
  friend bool operator==(const iterator &a, const iterator &b) { return a.at_ == b.at_; }
  friend bool operator!=(const iterator &a, const iterator &b) { return a.at_ != b.at_; }

private:
  friend class OptionFlags;
  using Place = std::map<detail::OwnedText, detail::OwnedText>::const_iterator;
  iterator(Place at) : at_(at) {}
  Place at_;
  mutable std::shared_ptr<OptionFlag> shown_;
};
// What makes iterators, now that they are complete.
inline OptionFlags::iterator OptionFlags::find(StringRef name) const { return flags_.find(name); }
inline OptionFlags::iterator OptionFlags::begin() const { return flags_.begin(); }
inline OptionFlags::iterator OptionFlags::end() const { return flags_.end(); }

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
