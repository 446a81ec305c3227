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
template <typename T> class ArrayRef {
public:
  using value_type = T; ///< what it views
  using const_iterator = const T *; ///< elements are not changed through a view
  using iterator = const_iterator; ///< the same
  using const_reverse_iterator = std::reverse_iterator<const_iterator>; ///< from the last element to the first
  using size_type = std::size_t; ///< of sizes and indices

  /// An empty view.
  constexpr ArrayRef() : data_(nullptr), size_(0) {}
  /// `size` elements from `data` on.
  constexpr ArrayRef(const T *data, std::size_t size) : data_(data), size_(size) {}
  /// The elements of the half-open range from `begin` to `end`.
  template <typename U, typename = typename std::enable_if<std::is_same<U, T>::value>::type>
  constexpr ArrayRef(const T *begin, const U *end) : data_(begin), size_(static_cast<std::size_t>(end - begin)) {}
  /// A braced list; it lives until the end of the full expression.
  ArrayRef(std::initializer_list<T> list) : ArrayRef(list.begin(), list.size()) {}
  /// All elements of a vector.
  template <typename Allocator>
  ArrayRef(const std::vector<T, Allocator> &vector) : data_(vector.data()), size_(vector.size()) {}
  /// All elements of an array.
  template <std::size_t N> ArrayRef(const std::array<T, N> &array) : data_(array.data()), size_(N) {}
  /// All elements of a C array.
  template <std::size_t N> constexpr ArrayRef(const T (&array)[N]) : data_(array), size_(N) {}
  /// A view of elements whose pointers convert in place, as `Tensor *` does to `const Tensor *`.
  template <typename U, typename = typename std::enable_if<!std::is_same<U, T>::value && sizeof(U) == sizeof(T) &&
                                                           std::is_convertible<const U *, const T *>::value>::type>
  ArrayRef(const ArrayRef<U> &other) : data_(other.data()), size_(other.size()) {}
  /// As above, from a vector.
  template <typename U, typename Allocator,
            typename = typename std::enable_if<!std::is_same<U, T>::value && !std::is_same<U, bool>::value &&
                                               sizeof(U) == sizeof(T) &&
                                               std::is_convertible<const U *, const T *>::value>::type>
  ArrayRef(const std::vector<U, Allocator> &vector) : data_(vector.data()), size_(vector.size()) {}

  /// The first element, or null when the view is empty and was made of nothing.
  constexpr const T *data() const { return data_; }
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
  constexpr const T &operator[](std::size_t index) const { return data_[index]; }
  /// First and last element; the view must not be empty.
  constexpr const T &front() const { return data_[0]; }
  constexpr const T &back() const { return data_[size_ - 1]; }
  /// A vector with copies of the elements.
  std::vector<T> cloneAsVector() const { return std::vector<T>(begin(), end()); }

private:
  const T *data_;
  std::size_t size_;
};

/// Equal sizes and equal elements.
template <typename T> bool operator==(ArrayRef<T> a, ArrayRef<T> b) {
  if (a.size() != b.size())
    return false;
  for (std::size_t i = 0; i != a.size(); ++i)
    if (!(a[i] == b[i]))
      return false;
  return true;
}
template <typename T> bool operator!=(ArrayRef<T> a, ArrayRef<T> b) { return !(a == b); }

/// Prints `{a,b,c}`.
template <typename T> std::ostream &operator<<(std::ostream &stream, ArrayRef<T> array) {
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
