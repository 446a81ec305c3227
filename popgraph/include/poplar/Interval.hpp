#ifndef poplar_Interval_hpp
#define poplar_Interval_hpp

#include <cstddef>
#include <ostream>
#include <utility>

namespace poplar {

/// The half-open range of integers from begin() to end(): begin() belongs to it, end() does not.
template <typename Value> class GenericInterval {
public:
  /// The empty interval at 0.
  constexpr GenericInterval() : begin_(), end_() {}
  /// From `begin` to `end`; `begin` must not be above `end`.
  constexpr GenericInterval(Value begin, Value end) : begin_(begin), end_(end) {}
  /// First element.
  constexpr const Value &begin() const { return begin_; }
  /// One past the last element.
  constexpr const Value &end() const { return end_; }
  /// Same as begin().
  constexpr const Value &lower() const { return begin_; }
  /// Same as end().
  constexpr const Value &upper() const { return end_; }
  /// Number of elements.
  constexpr Value size() const { return end_ - begin_; }

private:
  Value begin_, end_;
};

template <typename Value> bool operator==(const GenericInterval<Value> &a, const GenericInterval<Value> &b) {
  return a.begin() == b.begin() && a.end() == b.end();
}
template <typename Value> bool operator!=(const GenericInterval<Value> &a, const GenericInterval<Value> &b) {
  return !(a == b);
}
/// Lexicographic: by begin, then by end.
template <typename Value> bool operator<(const GenericInterval<Value> &a, const GenericInterval<Value> &b) {
  return a.begin() < b.begin() || (a.begin() == b.begin() && a.end() < b.end());
}
template <typename Value> bool operator>(const GenericInterval<Value> &a, const GenericInterval<Value> &b) {
  return b < a;
}
template <typename Value> bool operator<=(const GenericInterval<Value> &a, const GenericInterval<Value> &b) {
  return !(b < a);
}
template <typename Value> bool operator>=(const GenericInterval<Value> &a, const GenericInterval<Value> &b) {
  return !(a < b);
}

/// Prints `[begin,end)`.
template <typename Value> std::ostream &operator<<(std::ostream &stream, const GenericInterval<Value> &interval) {
  return stream << '[' << interval.begin() << ',' << interval.end() << ')';
}

/// A range of elements.
using Interval = GenericInterval<std::size_t>;

} // namespace poplar

#endif
