#ifndef poplar_VariableRef_hpp
#define poplar_VariableRef_hpp
/// \file
/// Names of variables and of runs of their elements.

#include <cstddef>
#include <functional>
#include <ostream>

#include <poplar/Interval.hpp>

namespace poplar {

/// Names a variable of a graph.
class VariableRef {
public:
  /// Names no variable.
  VariableRef() : id_(~0u) {}
  /// Variable `id`; every replica has the same variables.
  VariableRef(unsigned id, unsigned replica) : id_(id) { (void)replica; }
  /// Number of the variable in its graph.
  unsigned id() const { return id_; }
  /// A hash of the value.
  std::size_t hash() const { return id_; }
  friend bool operator==(const VariableRef &a, const VariableRef &b) { return a.id_ == b.id_; }
  friend bool operator!=(const VariableRef &a, const VariableRef &b) { return a.id_ != b.id_; }
  friend bool operator<(const VariableRef &a, const VariableRef &b) { return a.id_ < b.id_; }
  /// Prints the number.
  friend std::ostream &operator<<(std::ostream &out, const VariableRef &v) { return out << v.id_; }

private:
  unsigned id_;
};

/// A run of consecutive elements of one variable.
struct VariableInterval {
  VariableRef var; ///< the variable
  Interval interval; ///< its elements
  /// An empty run of no variable.
  VariableInterval() = default;
  VariableInterval(VariableRef v, Interval i) : var(v), interval(i) {}
  /// A hash of the value.
  std::size_t hash() const {
    return (var.hash() * std::size_t(0x9E3779B97F4A7C15ull) ^ interval.begin()) * 31 ^ interval.end();
  }
  friend bool operator==(const VariableInterval &a, const VariableInterval &b) {
    return a.var == b.var && a.interval == b.interval;
  }
  friend bool operator!=(const VariableInterval &a, const VariableInterval &b) { return !(a == b); }
  friend bool operator<(const VariableInterval &a, const VariableInterval &b) {
    return a.var != b.var ? a.var < b.var : a.interval < b.interval;
  }
  /// Prints `3[0,8)`.
  friend std::ostream &operator<<(std::ostream &out, const VariableInterval &v) { return out << v.var << v.interval; }
};

} // namespace poplar

namespace std {
template <> struct hash<poplar::VariableRef> {
  size_t operator()(const poplar::VariableRef &v) const { return v.hash(); }
};
template <> struct hash<poplar::VariableInterval> {
  size_t operator()(const poplar::VariableInterval &v) const { return v.hash(); }
};
} // namespace std

#endif
