#ifndef poplar_ProfileValue_hpp
#define poplar_ProfileValue_hpp

#include "poplar/StringRef.hpp"
#include "poplar/detail/Api.hpp"

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
  enum class Type { STRING, NUMBER, BOOL, VECTOR, MAP };
  using String = std::string;
  using Number = double;
  using Boolean = bool;
  using Vector = std::vector<ProfileValue>;
  using Map = std::map<std::string, ProfileValue>;

  /// The number 0.
  ProfileValue();
  ProfileValue(const char *text);
  ProfileValue(std::string text);
  ProfileValue(StringRef text);
  ProfileValue(Vector values);
  ProfileValue(Map values);
  ProfileValue(bool value);
  /// Any other arithmetic type becomes a number.
  template <typename T, typename = typename std::enable_if<std::is_arithmetic<T>::value &&
                                                           !std::is_same<T, bool>::value>::type>
  ProfileValue(T value) : ProfileValue(NumberTag(), static_cast<double>(value)) {}
  ProfileValue(const ProfileValue &);
  ProfileValue(ProfileValue &&) noexcept;
  ProfileValue &operator=(const ProfileValue &);
  ProfileValue &operator=(ProfileValue &&) noexcept;
  ~ProfileValue();

  /// What the value is.
  Type type() const { return type_; }
  /// The content; each throws type_error when the value is of another type.
  const std::string &asString() const;
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
  std::string string_;
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
