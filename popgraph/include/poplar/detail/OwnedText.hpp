#ifndef poplar_detail_OwnedText_hpp
#define poplar_detail_OwnedText_hpp

#include "poplar/StringRef.hpp"

#include <cstddef>
#include <cstring>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

namespace poplar {
namespace detail {

/// A copy of a text, as public classes hold it: its layout is the same for both layouts that the C++ library has for
/// std::string, so programs built with either can share objects. Empty text costs nothing.
class OwnedText {
public:
  OwnedText() noexcept : data_(nullptr), size_(0) {}
  OwnedText(StringRef text) : data_(nullptr), size_(text.size()) {
    if (!size_) return;
    data_ = new char[size_ + 1];
    std::memcpy(data_, text.data(), size_);
    data_[size_] = '\0';
  }
  OwnedText(const char *text) : OwnedText(StringRef(text)) {}
  OwnedText(const std::string &text) : OwnedText(StringRef(text)) {}
  OwnedText(const OwnedText &other) : OwnedText(other.ref()) {}
  OwnedText(OwnedText &&other) noexcept : data_(other.data_), size_(other.size_) {
    other.data_ = nullptr;
    other.size_ = 0;
  }
  OwnedText &operator=(OwnedText other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~OwnedText() { delete[] data_; }

  StringRef ref() const { return StringRef(data_, size_); }
  /// A copy of the text.
  std::string str() const { return ref().cloneAsString(); }
  operator std::string() const { return str(); }
  operator StringRef() const { return ref(); }
  /// Ends with a zero byte; never null.
  const char *c_str() const { return data_ ? data_ : ""; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

private:
  char *data_;
  std::size_t size_;
};

inline bool operator==(const OwnedText &a, const OwnedText &b) { return a.ref() == b.ref(); }
inline bool operator!=(const OwnedText &a, const OwnedText &b) { return a.ref() != b.ref(); }
inline bool operator<(const OwnedText &a, const OwnedText &b) { return a.ref() < b.ref(); }
inline std::string operator+(const OwnedText &a, const OwnedText &b) { return a.ref() + b.ref(); }
inline std::ostream &operator<<(std::ostream &stream, const OwnedText &text) { return stream << text.ref(); }

/// `type` when Value is a text of another class, so that mixed operations need no conversion to choose.
template <typename Value, typename Result>
using IfOtherText = typename std::enable_if<
    std::is_convertible<const Value &, StringRef>::value && !std::is_same<Value, OwnedText>::value, Result>::type;
template <typename Value> IfOtherText<Value, bool> operator==(const OwnedText &a, const Value &b) {
  return a.ref() == StringRef(b);
}
template <typename Value> IfOtherText<Value, bool> operator==(const Value &a, const OwnedText &b) {
  return StringRef(a) == b.ref();
}
template <typename Value> IfOtherText<Value, bool> operator!=(const OwnedText &a, const Value &b) { return !(a == b); }
template <typename Value> IfOtherText<Value, bool> operator!=(const Value &a, const OwnedText &b) { return !(a == b); }
template <typename Value> IfOtherText<Value, std::string> operator+(const OwnedText &a, const Value &b) {
  return a.ref() + StringRef(b);
}
template <typename Value> IfOtherText<Value, std::string> operator+(const Value &a, const OwnedText &b) {
  return StringRef(a) + b.ref();
}

} // namespace detail
} // namespace poplar

#endif
