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
///
/// An exception that is on ends the run with application_runtime_error, naming the codelet and the tile. It is found by
/// the host's own flags after the vertices of a codelet on a tile have run, so a compiler that computes what it then
/// does not use may raise one.
///
/// With esr, codelets round to HALF up or down at random, as likely as the value is near to either, with the generators
/// that getHwSeeds() reads: the same on every backend. HALF overflows to infinity whatever nanoo says.
struct FloatingPointBehaviour {
  bool inv;   ///< invalid operations raise an exception
  bool div0;  ///< divisions by zero raise an exception
  bool oflo;  ///< overflows raise an exception
  bool esr;   ///< stochastic rounding
  bool nanoo; ///< half overflow gives NaN (otherwise the largest number)
  FloatingPointBehaviour(bool inv = true, bool div0 = true, bool oflo = true, bool esr = true, bool nanoo = true)
      : inv(inv), div0(div0), oflo(oflo), esr(esr), nanoo(nanoo) {}
  /// What is off here on, and what is on off.
  FloatingPointBehaviour operator!() const { return FloatingPointBehaviour(!inv, !div0, !oflo, !esr, !nanoo); }
};

/// Appends setting the behaviour of all tiles of the graph. All is off when a program is loaded.
POPLAR_API void setFloatingPointBehaviour(Graph &graph, program::Sequence &sequence,
                                          const FloatingPointBehaviour &behaviour,
                                          const DebugContext &debugContext = {});
/// Appends setting back what getAndModifyFloatingPointBehaviour() read. Throws control_program_error for a tensor of
/// another shape or type.
POPLAR_API void setFloatingPointBehaviour(Graph &graph, program::Sequence &sequence, const Tensor &saved,
                                          const DebugContext &debugContext = {});
/// Appends reading the behaviour of all tiles and then turning off what is on in `clear` and on what is on in `set`.
/// Returns UNSIGNED_INT {tiles}, the behaviour before as Target::makeFpIctlValue() writes it; element i is on tile i.
POPLAR_API Tensor getAndModifyFloatingPointBehaviour(Graph &graph, program::Sequence &sequence,
                                                     const FloatingPointBehaviour &clear,
                                                     const FloatingPointBehaviour &set,
                                                     const DebugContext &debugContext = {});
/// Appends switching stochastic rounding of all tiles of the graph. Off when a program is loaded.
POPLAR_API void setStochasticRounding(Graph &graph, program::Sequence &sequence, bool enable,
                                      const DebugContext &debugContext = {});

} // namespace poplar

#endif
