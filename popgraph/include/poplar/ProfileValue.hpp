#ifndef poplar_ProfileValue_hpp
#define poplar_ProfileValue_hpp

#include "poplar/StringRef.hpp"
#include "poplar/detail/Api.hpp"
#include "poplar/detail/OwnedText.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

namespace poplar {

/// A value as JSON has them: text, number, truth value, list, or map from text to values.
class POPLAR_API ProfileValue {
public:
  /** What a value is. */ enum class Type { STRING, NUMBER, BOOL, VECTOR, MAP };
  using String = std::string;               ///< of texts
  using Number = double;                    ///< of all numbers
  using Boolean = bool;                     ///< of truth values
  using Vector = std::vector<ProfileValue>; ///< of lists
  /// The keys are texts that convert from and to std::string.
  using Map = std::map<detail::OwnedText, ProfileValue>;

  /// The number 0.
  ProfileValue();
  ProfileValue(StringRef text);
  ProfileValue(const char *text) : ProfileValue(StringRef(text)) {}
  ProfileValue(const std::string &text) : ProfileValue(StringRef(text)) {}
  ProfileValue(const detail::OwnedText &text) : ProfileValue(text.ref()) {}
  ProfileValue(Vector values);
  ProfileValue(Map values);
  template <typename Less, typename Allocator>
  ProfileValue(const std::map<std::string, ProfileValue, Less, Allocator> &values)
      : ProfileValue(Map(values.begin(), values.end())) {}
  ProfileValue(bool value);
  /// Any other arithmetic type becomes a number.
  template <typename Value, typename = typename std::enable_if<std::is_arithmetic<Value>::value &&
                                                           !std::is_same<Value, bool>::value>::type>
  ProfileValue(Value value) : ProfileValue(NumberTag(), static_cast<double>(value)) {}
  ProfileValue(const ProfileValue &);
  ProfileValue(ProfileValue &&) noexcept;
  ProfileValue &operator=(const ProfileValue &);
  ProfileValue &operator=(ProfileValue &&) noexcept;
  ~ProfileValue();

  /// What the value is.
  Type type() const { return type_; }
  /// The content; each throws type_error when the value is of another type.
  std::string asString() const { return text().cloneAsString(); }
  /// As asString(), without a copy.
  StringRef text() const;
  const Vector &asVector() const;
  const Map &asMap() const;
  double asDouble() const;
  bool asBool() const;
  /// The number, cut towards zero.
  long long asInt() const;
  unsigned long long asUint() const;
  /// Element of a map; throws index_error when it has none of that name.
  const ProfileValue &operator[](StringRef name) const;
  const ProfileValue &operator[](const char *name) const { return (*this)[StringRef(name)]; }
  /// Element of a list; throws index_error when it is too short.
  const ProfileValue &operator[](std::size_t index) const;
  const ProfileValue &operator[](int index) const { return (*this)[static_cast<std::size_t>(index)]; }
  /// Elements of a list or map, characters of a text, 1 for others.
  std::size_t size() const;

private:
  struct NumberTag {};
  ProfileValue(NumberTag, double value);
  Type type_;
  double number_;
  detail::OwnedText string_;
  std::unique_ptr<Vector> vector_;
  std::unique_ptr<Map> map_;
};

/// Equal types and equal contents.
POPLAR_API bool operator==(const ProfileValue &a, const ProfileValue &b);
inline bool operator!=(const ProfileValue &a, const ProfileValue &b) { return !(a == b); }
/// Writes the value as JSON, on one line or indented.
POPLAR_API void serializeToJSON(std::ostream &out, const ProfileValue &value, bool prettyPrint = false);
/// Writes the value as JSON on one line.
POPLAR_API std::ostream &operator<<(std::ostream &out, const ProfileValue &value);

} // namespace poplar

#endif
