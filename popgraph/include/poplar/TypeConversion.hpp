#ifndef poplar_TypeConversion_hpp
#define poplar_TypeConversion_hpp

#include "poplar/ArrayRef.hpp"
#include "poplar/IeeeHalf.hpp"
#include "poplar/Type.hpp"
#include "poplar/detail/Api.hpp"

#include <cstddef>
#include <vector>

namespace poplar {

namespace detail {
/// Converts `count` elements between two types' host storage; both are identified as types, HALF is 2-byte IEEE.
POPLAR_API void convertElements(Type from, const void *source, Type to, void *destination, std::size_t count);
} // namespace detail

/// Converts host values to the storage of a device type. Floating point rounds to nearest even and overflows to
/// infinity; as integers, fractions are cut towards zero, and what does not fit (NaN too) throws overflow_error.
/// BOOL takes whether a value differs from 0. QUARTER throws type_error.
/// \param dst room for `src.size()` elements of `dstType`; need not be aligned.
template <typename Value> void convertToDeviceType(const Type &dstType, ArrayRef<Value> src, void *dst) {
  detail::convertElements(equivalent_device_type<Value>().value, src.data(), dstType, dst, src.size());
}
template <typename Value> void convertToDeviceType(const Type &dstType, const std::vector<Value> &src, void *dst) {
  convertToDeviceType(dstType, ArrayRef<Value>(src), dst);
}
/// The same for one value.
template <typename Value> void convertToDeviceType(const Type &dstType, const Value &src, void *dst) {
  detail::convertElements(equivalent_device_type<Value>().value, &src, dstType, dst, 1);
}

/// Converts `size` elements of a device type's storage to host values; rules as above.
/// \param dst room for `size` values.
template <typename Value>
void convertFromDeviceType(const Type &srcType, const void *src, Value *dst, std::size_t size) {
  detail::convertElements(srcType, src, equivalent_device_type<Value>().value, dst, size);
}
/// The same into a view of writable elements; as many as it has.
template <typename Value> void convertFromDeviceType(const Type &srcType, const void *src, ArrayRef<Value> dst) {
  convertFromDeviceType(srcType, src, const_cast<Value *>(dst.data()), dst.size());
}
template <typename Value> void convertFromDeviceType(const Type &srcType, const void *src, std::vector<Value> &dst) {
  convertFromDeviceType(srcType, src, dst.data(), dst.size());
}
/// The same for one value.
template <typename Value> void convertFromDeviceType(const Type &srcType, const void *src, Value &dst) {
  convertFromDeviceType(srcType, src, &dst, 1);
}

} // namespace poplar

#endif
