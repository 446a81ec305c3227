#ifndef poplar_Interval_hpp
#define poplar_Interval_hpp

#include <cstddef>
#include <ostream>
#include <utility>

namespace poplar {

/// The half-open range of integers from begin() to end(): begin() belongs to it, end() does not.
template <typename T> class GenericInterval {
public:
  /// The empty interval at 0.
  constexpr GenericInterval() : begin_(), end_() {}
  /// From `begin` to `end`; `begin` must not be above `end`.
  constexpr GenericInterval(T begin, T end) : begin_(begin), end_(end) {}
  /// First element.
  constexpr const T &begin() const { return begin_; }
  /// One past the last element.
  constexpr const T &end() const { return end_; }
  /// Same as begin().
  constexpr const T &lower() const { return begin_; }
  /// Same as end().
  constexpr const T &upper() const { return end_; }
  /// Number of elements.
  constexpr T size() const { return end_ - begin_; }

private:
  T begin_, end_;
};

template <typename T> bool operator==(const GenericInterval<T> &a, const GenericInterval<T> &b) {
  return a.begin() == b.begin() && a.end() == b.end();
}
template <typename T> bool operator!=(const GenericInterval<T> &a, const GenericInterval<T> &b) { return !(a == b); }
/// Lexicographic: by begin, then by end.
template <typename T> bool operator<(const GenericInterval<T> &a, const GenericInterval<T> &b) {
  return a.begin() < b.begin() || (a.begin() == b.begin() && a.end() < b.end());
}
template <typename T> bool operator>(const GenericInterval<T> &a, const GenericInterval<T> &b) { return b < a; }
template <typename T> bool operator<=(const GenericInterval<T> &a, const GenericInterval<T> &b) { return !(b < a); }
template <typename T> bool operator>=(const GenericInterval<T> &a, const GenericInterval<T> &b) { return !(a < b); }

/// Prints `[begin,end)`.
template <typename T> std::ostream &operator<<(std::ostream &stream, const GenericInterval<T> &interval) {
  return stream << '[' << interval.begin() << ',' << interval.end() << ')';
}

/// A range of elements.
using Interval = GenericInterval<std::size_t>;

} // namespace poplar

#endif
