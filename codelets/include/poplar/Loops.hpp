#ifndef poplar_Loops_hpp
#define poplar_Loops_hpp
/// \file
/// Loops in the form that the hardware repeats without branches.

namespace poplar {

/// Calls `body(i)` for i in [0, count).
template <class Count, class Body> inline void rptLoop(Count count, Body body) {
  for (Count i = 0; i < count; ++i) body(i);
}

} // namespace poplar

#endif
