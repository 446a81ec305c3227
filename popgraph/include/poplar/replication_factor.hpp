#ifndef poplar_replication_factor_hpp
#define poplar_replication_factor_hpp

namespace poplar {

/// How many copies of a graph run side by side on IPUs of their own.
struct replication_factor {
  unsigned value; ///< copies
  constexpr explicit replication_factor(unsigned copies) : value(copies) {}
  constexpr operator unsigned() const { return value; }
};

} // namespace poplar

#endif
