#ifndef poplar_Alignment_hpp
#define poplar_Alignment_hpp
/// \file
/// Alignment arithmetic on addresses.

#include <cstddef>
#include <cstdint>

namespace poplar {

/// Whether `pointer` is a multiple of `bytes`, which is a power of two.
inline bool isAligned(const void *pointer, std::size_t bytes) {
  return (reinterpret_cast<std::uintptr_t>(pointer) & (bytes - 1)) == 0;
}

/// `value` rounded up to a multiple of `multiple`, a power of two.
template <class Value> constexpr Value alignUp(Value value, Value multiple) {
  return (value + multiple - 1) & ~(multiple - 1);
}

} // namespace poplar

#endif
