#ifndef poplar_ArrayRef_hpp
#define poplar_ArrayRef_hpp

#include <array>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <ostream>
#include <type_traits>
#include <vector>

namespace poplar {

/// A read-only view of `size()` consecutive elements that something else owns. It is meant for parameters: a view of
/// a temporary lives as long as the full expression that made the temporary.
template <typename Value> class ArrayRef {
public:
  using value_type = Value; ///< what it views
  using const_iterator = const Value *; ///< elements are not changed through a view
  using iterator = const_iterator; ///< the same
  using const_reverse_iterator = std::reverse_iterator<const_iterator>; ///< from the last element to the first
  using size_type = std::size_t; ///< of sizes and indices

  /// An empty view.
  constexpr ArrayRef() : data_(nullptr), size_(0) {}
  /// `size` elements from `data` on.
  constexpr ArrayRef(const Value *data, std::size_t size) : data_(data), size_(size) {}
  /// The elements of the half-open range from `begin` to `end`.
  template <typename Other, typename = typename std::enable_if<std::is_same<Other, Value>::value>::type>
  constexpr ArrayRef(const Value *begin, const Other *end)
      : data_(begin), size_(static_cast<std::size_t>(end - begin)) {}
  /// A braced list; it lives until the end of the full expression.
  ArrayRef(std::initializer_list<Value> list) : ArrayRef(list.begin(), list.size()) {}
  /// All elements of a vector.
  template <typename Allocator>
  ArrayRef(const std::vector<Value, Allocator> &vector) : data_(vector.data()), size_(vector.size()) {}
  /// All elements of an array.
  template <std::size_t length> ArrayRef(const std::array<Value, length> &array) : data_(array.data()), size_(length) {}
  /// All elements of a C array.
  template <std::size_t length> constexpr ArrayRef(const Value (&array)[length]) : data_(array), size_(length) {}
  /// A view of elements whose pointers convert in place, as `Tensor *` does to `const Tensor *`.
  template <typename Other,
            typename = typename std::enable_if<!std::is_same<Other, Value>::value && sizeof(Other) == sizeof(Value) &&
                                               std::is_convertible<const Other *, const Value *>::value>::type>
  ArrayRef(const ArrayRef<Other> &other) : data_(other.data()), size_(other.size()) {}
  /// As above, from a vector.
  template <typename Other, typename Allocator,
            typename = typename std::enable_if<!std::is_same<Other, Value>::value &&
                                               !std::is_same<Other, bool>::value && sizeof(Other) == sizeof(Value) &&
                                               std::is_convertible<const Other *, const Value *>::value>::type>
  ArrayRef(const std::vector<Other, Allocator> &vector) : data_(vector.data()), size_(vector.size()) {}

  /// The first element, or null when the view is empty and was made of nothing.
  constexpr const Value *data() const { return data_; }
  /// Number of elements.
  constexpr std::size_t size() const { return size_; }
  /// Whether there are no elements.
  constexpr bool empty() const { return size_ == 0; }
  /// Iteration in order.
  constexpr const_iterator begin() const { return data_; }
  constexpr const_iterator end() const { return data_ + size_; }
  constexpr const_iterator cbegin() const { return data_; }
  constexpr const_iterator cend() const { return data_ + size_; }
  /// Iteration from the last element to the first.
  const_reverse_iterator rbegin() const { return const_reverse_iterator(end()); }
  const_reverse_iterator rend() const { return const_reverse_iterator(begin()); }
  /// Element `index`, which must be below size().
  constexpr const Value &operator[](std::size_t index) const { return data_[index]; }
  /// First and last element; the view must not be empty.
  constexpr const Value &front() const { return data_[0]; }
  constexpr const Value &back() const { return data_[size_ - 1]; }
  /// A vector with copies of the elements.
  std::vector<Value> cloneAsVector() const { return std::vector<Value>(begin(), end()); }

private:
  const Value *data_;
  std::size_t size_;
};

/// Equal sizes and equal elements.
template <typename Value> bool operator==(ArrayRef<Value> a, ArrayRef<Value> b) {
  if (a.size() != b.size())
    return false;
  for (std::size_t i = 0; i != a.size(); ++i)
    if (!(a[i] == b[i]))
      return false;
  return true;
}
template <typename Value> bool operator!=(ArrayRef<Value> a, ArrayRef<Value> b) { return !(a == b); }

/// Prints `{a,b,c}`.
template <typename Value> std::ostream &operator<<(std::ostream &stream, ArrayRef<Value> array) {
  stream << '{';
  for (std::size_t i = 0; i != array.size(); ++i)
    stream << (i ? "," : "") << array[i];
  return stream << '}';
}

} // namespace poplar

namespace gccs {

using poplar::ArrayRef; ///< the same class, by the name that programs of SDK 3 know

} // namespace gccs

#endif
