#ifndef poplar_CSRFunctions_hpp
#define poplar_CSRFunctions_hpp
/// \file
/// Control and status registers of the tiles.

#include <poplar/DebugContext.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace poplar {
class Graph;

/// What floating point instructions do in special cases; all on by default.
struct FloatingPointBehaviour {
  bool inv;   ///< invalid operations raise an exception
  bool div0;  ///< divisions by zero raise an exception
  bool oflo;  ///< overflows raise an exception
  bool esr;   ///< stochastic rounding
  bool nanoo; ///< half overflow gives NaN (otherwise the largest number)
  FloatingPointBehaviour(bool inv = true, bool div0 = true, bool oflo = true, bool esr = true, bool nanoo = true)
      : inv(inv), div0(div0), oflo(oflo), esr(esr), nanoo(nanoo) {}
};

/// Appends the setting of the floating point behaviour of all tiles. Recorded in the program; the exceptions are not
/// raised by compiled codelets, whose arithmetic is IEEE's on every device.
POPLAR_API void setFloatingPointBehaviour(Graph &graph, program::Sequence &sequence,
                                          const FloatingPointBehaviour &behaviour,
                                          const DebugContext &debugContext = {});
/// Appends switching stochastic rounding. Off by default. Codelets round to nearest in either case.
POPLAR_API void setStochasticRounding(Graph &graph, program::Sequence &sequence, bool enable,
                                      const DebugContext &debugContext = {});

} // namespace poplar

#endif
