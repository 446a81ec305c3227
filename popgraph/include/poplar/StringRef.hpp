#ifndef poplar_StringRef_hpp
#define poplar_StringRef_hpp

#include "poplar/ArrayRef.hpp"

#include <cstring>
#include <functional>
#include <ostream>
#include <string>

namespace poplar {

/// A view of text that something else owns; it need not end with a zero byte.
class StringRef : public ArrayRef<char> {
public:
  /// Empty text.
  constexpr StringRef() : ArrayRef<char>() {}
  /// Zero-terminated text; null is empty text.
  StringRef(const char *text) : ArrayRef<char>(text, text ? std::strlen(text) : 0) {}
  /// `size` characters from `text` on.
  constexpr StringRef(const char *text, std::size_t size) : ArrayRef<char>(text, size) {}
  /// All characters of a string.
  StringRef(const std::string &text) : ArrayRef<char>(text.data(), text.size()) {}

  /// A copy of the text.
  std::string cloneAsString() const { return empty() ? std::string() : std::string(data(), size()); }
  /// A copy of the text.
  operator std::string() const { return cloneAsString(); }
  /// A copy of the text.
  std::string str() const { return cloneAsString(); }

  /// Order of the bytes: negative, zero or positive as this text is before, equal to or after `other`.
  int compare(const StringRef &other) const {
    const std::size_t common = size() < other.size() ? size() : other.size();
    const int order = common ? std::memcmp(data(), other.data(), common) : 0;
    return order ? order : (size() < other.size() ? -1 : size() > other.size() ? 1 : 0);
  }
};

inline bool operator==(const StringRef &a, const StringRef &b) { return a.size() == b.size() && a.compare(b) == 0; }
inline bool operator!=(const StringRef &a, const StringRef &b) { return !(a == b); }
/// Order of the bytes.
inline bool operator<(const StringRef &a, const StringRef &b) { return a.compare(b) < 0; }
inline bool operator>(const StringRef &a, const StringRef &b) { return b < a; }
inline bool operator<=(const StringRef &a, const StringRef &b) { return !(b < a); }
inline bool operator>=(const StringRef &a, const StringRef &b) { return !(a < b); }

/// Concatenation.
inline std::string operator+(const StringRef &a, const StringRef &b) { return a.cloneAsString() += b.cloneAsString(); }
inline std::string operator+(const std::string &a, const StringRef &b) { return StringRef(a) + b; }
inline std::string operator+(const StringRef &a, const std::string &b) { return a + StringRef(b); }
inline std::string operator+(const char *a, const StringRef &b) { return StringRef(a) + b; }
inline std::string operator+(const StringRef &a, const char *b) { return a + StringRef(b); }
/// Appends.
inline std::string &operator+=(std::string &a, const StringRef &b) { return a.append(b.cloneAsString()); }

/// Prints the text itself.
inline std::ostream &operator<<(std::ostream &stream, const StringRef &text) {
  return stream.write(text.data(), static_cast<std::streamsize>(text.size()));
}

} // namespace poplar

namespace std {
template <> struct hash<poplar::StringRef> {
  /// FNV-1a over the bytes.
  size_t operator()(const poplar::StringRef &text) const {
    unsigned long long h = 14695981039346656037ull;
    for (char c : text)
      h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return static_cast<size_t>(h);
  }
};
} // namespace std

#endif
