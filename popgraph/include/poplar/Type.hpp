#ifndef poplar_Type_hpp
#define poplar_Type_hpp

#include "poplar/StringRef.hpp"
#include "poplar/detail/Api.hpp"

#include <cstddef>
#include <functional>
#include <ostream>
#include <string>

namespace poplar {

/// The type of a tensor's elements: a small value, equal to one of the constants below.
class POPLAR_API Type {
public:
  /// No type; it equals none of the constants.
  constexpr Type() : id_(255) {}
  /// The spelling used inside vertex names, such as `unsigned int`.
  std::string toString() const { return name(); }
  /// As toString(), without a copy; the text lives as long as the process.
  StringRef name() const;
  /// Whether this is HALF, FLOAT, QUARTER or DOUBLE.
  bool isFloatingPoint() const;
  /// Whether tensors of this type carry a scale: QUARTER only.
  bool requiresMetadata() const;
  /// A hash of the value.
  constexpr std::size_t hash() const { return id_; }

  /// For the library's own use: the type's number, stable in files.
  constexpr unsigned id() const { return id_; }
  /// For the library's own use: the type of a number returned by id().
  static constexpr Type fromId(unsigned id) { return Type(static_cast<unsigned char>(id)); }

private:
  constexpr explicit Type(unsigned char id) : id_(id) {}
  unsigned char id_;
};

constexpr bool operator==(Type a, Type b) { return a.id() == b.id(); }
constexpr bool operator!=(Type a, Type b) { return a.id() != b.id(); }
/// A total order without further meaning.
constexpr bool operator<(Type a, Type b) { return a.id() < b.id(); }
/// Prints toString().
POPLAR_API std::ostream &operator<<(std::ostream &stream, const Type &type);

/// 1 byte, 0 or 1.
constexpr Type BOOL = Type::fromId(0);
/// 1 byte, signed; distinct from SIGNED_CHAR as `char` is from `signed char`.
constexpr Type CHAR = Type::fromId(1);
/// 1 byte.
constexpr Type SIGNED_CHAR = Type::fromId(2);
/// 1 byte.
constexpr Type UNSIGNED_CHAR = Type::fromId(3);
/// 2 bytes.
constexpr Type SHORT = Type::fromId(4);
constexpr Type SIGNED_SHORT = SHORT;
/// 2 bytes.
constexpr Type UNSIGNED_SHORT = Type::fromId(5);
/// 4 bytes.
constexpr Type INT = Type::fromId(6);
constexpr Type SIGNED_INT = INT;
constexpr Type SIGNED = INT;
/// 4 bytes.
constexpr Type UNSIGNED_INT = Type::fromId(7);
constexpr Type UNSIGNED = UNSIGNED_INT;
/// 8 bytes; names a type of the host, vertices do not compute with it.
constexpr Type LONG = Type::fromId(8);
constexpr Type SIGNED_LONG = LONG;
/// 8 bytes; names a type of the host, vertices do not compute with it.
constexpr Type UNSIGNED_LONG = Type::fromId(9);
/// 8 bytes.
constexpr Type LONGLONG = Type::fromId(10);
constexpr Type SIGNED_LONGLONG = LONGLONG;
/// 8 bytes.
constexpr Type UNSIGNED_LONGLONG = Type::fromId(11);
/// 1 byte, floating point with a scale per tensor.
constexpr Type QUARTER = Type::fromId(12);
/// 2 bytes, IEEE binary16 on every target.
constexpr Type HALF = Type::fromId(13);
/// 4 bytes, IEEE binary32.
constexpr Type FLOAT = Type::fromId(14);
/// 8 bytes; names a type of the host, vertices do not compute with it.
constexpr Type DOUBLE = Type::fromId(15);
/// 1 byte: format and scale of a QUARTER tensor, QuarterMetadata::bits().
constexpr Type QUARTER_METADATA = Type::fromId(16);

/// The type that holds a host type's values on the device: `equivalent_device_type<float>().value` is FLOAT.
template <typename Value> struct equivalent_device_type;
#define POPLAR_EQUIVALENT_TYPE(HOST, DEVICE)                                                                          \
  template <> struct equivalent_device_type<HOST> {                                                                   \
    const Type value;                                                                                                 \
    constexpr equivalent_device_type() : value(DEVICE) {}                                                             \
  };
POPLAR_EQUIVALENT_TYPE(bool, BOOL)
POPLAR_EQUIVALENT_TYPE(char, CHAR)
POPLAR_EQUIVALENT_TYPE(signed char, SIGNED_CHAR)
POPLAR_EQUIVALENT_TYPE(unsigned char, UNSIGNED_CHAR)
POPLAR_EQUIVALENT_TYPE(short, SHORT)
POPLAR_EQUIVALENT_TYPE(unsigned short, UNSIGNED_SHORT)
POPLAR_EQUIVALENT_TYPE(int, INT)
POPLAR_EQUIVALENT_TYPE(unsigned int, UNSIGNED_INT)
POPLAR_EQUIVALENT_TYPE(long, LONG)
POPLAR_EQUIVALENT_TYPE(unsigned long, UNSIGNED_LONG)
POPLAR_EQUIVALENT_TYPE(long long, LONGLONG)
POPLAR_EQUIVALENT_TYPE(unsigned long long, UNSIGNED_LONGLONG)
POPLAR_EQUIVALENT_TYPE(float, FLOAT)
POPLAR_EQUIVALENT_TYPE(double, DOUBLE)
#undef POPLAR_EQUIVALENT_TYPE

} // namespace poplar

namespace std {
template <> struct hash<poplar::Type> {
  size_t operator()(const poplar::Type &type) const { return type.hash(); }
};
} // namespace std

#endif
