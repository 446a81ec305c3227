#ifndef poplar_TypeTraits_hpp
#define poplar_TypeTraits_hpp

#include <cstddef>
#include <type_traits>

namespace poplar {

/// What the library must know of a host type to take its values.
struct TypeTraits {
  std::size_t size;     ///< bytes
  std::size_t align;    ///< bytes
  bool isSimple;        ///< values of it can initialise fields, constants and tensors
  bool isIntegral;      ///< integers, bool and characters
  bool isFloatingPoint; ///< float and double
  bool isSigned;        ///< has negative values

  /// Whether values of Value can initialise fields, constants and tensors: the arithmetic types.
  template <typename Value> static constexpr bool isSimpleType() {
    return std::is_arithmetic<Value>::value && !std::is_same<Value, long double>::value;
  }
  /// The traits of Value.
  template <typename Value> static constexpr TypeTraits make() {
    return TypeTraits{sizeof(Value),
                      alignof(Value),
                      isSimpleType<Value>(),
                      std::is_integral<Value>::value,
                      std::is_floating_point<Value>::value,
                      std::is_signed<Value>::value};
  }
};

} // namespace poplar

#endif
