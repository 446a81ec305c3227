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

  /// Whether values of T can initialise fields, constants and tensors: the arithmetic types.
  template <typename T> static constexpr bool isSimpleType() {
    return std::is_arithmetic<T>::value && !std::is_same<T, long double>::value;
  }
  /// The traits of T.
  template <typename T> static constexpr TypeTraits make() {
    return TypeTraits{sizeof(T),
                      alignof(T),
                      isSimpleType<T>(),
                      std::is_integral<T>::value,
                      std::is_floating_point<T>::value,
                      std::is_signed<T>::value};
  }
};

} // namespace poplar

#endif
