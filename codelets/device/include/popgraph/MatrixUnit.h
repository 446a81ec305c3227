#ifndef POPGRAPH_MATRIX_UNIT_H
#define POPGRAPH_MATRIX_UNIT_H
// The matrix unit (AMP) for the codelets of libraries. A step takes a row of inputs and adds its products with the
// weights to a row of partial results; the weights are loaded once and stay.
//
//   In     Partial  inputs  units                               a step
//   half   half     16      16 (gc2: 8; designs: 4 and 32)      4 slots
//   half   float    16      8 (designs: 4, 16 and 32)           4 slots
//   float  float    8       8 (gc2: 4; designs: 2 and 16)       4 slots
//
// Target::getNumConvUnits tells the units of a machine. Four slots of both pipes hold everything: two loads of 64 bits
// and a store of 64 bits go beside each matrix instruction. Designs with more units are taken to have loads and stores
// to match.
//
// Results are the same on every machine and backend. Output j is start[j], and then the products of input 0, 1, 2, …
// added one after the other: each product rounded to float (those of halves are exact), each sum rounded to float, and
// where partial results are halves the last sum rounded to half, once a step. Rounding is to nearest, ties to even.
#include <poplar/HalfFloat.hpp>

extern "C" void __popgraph_matrix_load(const void *weights, unsigned cycles) __attribute__((nothrow));

namespace popgraph {
namespace detail {
template <class In, class Partial, unsigned units> struct MatrixStep; // not there: no machine has it
} // namespace detail
} // namespace popgraph

#define POPGRAPH_MATRIX_STEP(In, Partial, units, inputRows, function)                                                  \
  extern "C" void function(const void *, const void *, unsigned, unsigned, const void *, void *)                       \
      __attribute__((nothrow));                                                                                        \
  namespace popgraph {                                                                                                 \
  namespace detail {                                                                                                   \
  template <> struct MatrixStep<In, Partial, units> {                                                                  \
    static constexpr unsigned inputs = inputRows;                                                                      \
    static void run(const In *in, const In *weights, unsigned rows, unsigned columns, const Partial *start,            \
                    Partial *out) {                                                                                    \
      function(in, weights, rows, columns, start, out);                                                                \
    }                                                                                                                  \
  };                                                                                                                   \
  }                                                                                                                    \
  }
POPGRAPH_MATRIX_STEP(poplar::half, poplar::half, 4, 16, __popgraph_matrix_f16_f16_4)
POPGRAPH_MATRIX_STEP(poplar::half, poplar::half, 8, 16, __popgraph_matrix_f16_f16_8)
POPGRAPH_MATRIX_STEP(poplar::half, poplar::half, 16, 16, __popgraph_matrix_f16_f16_16)
POPGRAPH_MATRIX_STEP(poplar::half, poplar::half, 32, 16, __popgraph_matrix_f16_f16_32)
POPGRAPH_MATRIX_STEP(poplar::half, float, 4, 16, __popgraph_matrix_f16_f32_4)
POPGRAPH_MATRIX_STEP(poplar::half, float, 8, 16, __popgraph_matrix_f16_f32_8)
POPGRAPH_MATRIX_STEP(poplar::half, float, 16, 16, __popgraph_matrix_f16_f32_16)
POPGRAPH_MATRIX_STEP(poplar::half, float, 32, 16, __popgraph_matrix_f16_f32_32)
POPGRAPH_MATRIX_STEP(float, float, 2, 8, __popgraph_matrix_f32_f32_2)
POPGRAPH_MATRIX_STEP(float, float, 4, 8, __popgraph_matrix_f32_f32_4)
POPGRAPH_MATRIX_STEP(float, float, 8, 8, __popgraph_matrix_f32_f32_8)
POPGRAPH_MATRIX_STEP(float, float, 16, 8, __popgraph_matrix_f32_f32_16)
#undef POPGRAPH_MATRIX_STEP

namespace popgraph {
/// One worker's view of the unit. All workers of a vertex load the same weights, `loadBytes` a cycle:
/// Target::getConvUnitCoeffLoadBytesPerCycle tells which (gc2: 8, others 16; designs: 32).
template <class In, class Partial, unsigned units, unsigned loadBytes = 16> class MatrixUnit {
  typedef detail::MatrixStep<In, Partial, units> Step;

public:
  /// Elements of a row of inputs; a row of outputs has `units`.
  static constexpr unsigned inputs = Step::inputs;

  /// Takes `inputs` x `units` weights: weights[i * units + j] is the factor from input i to output j. They are read
  /// where they lie, so they must stay as they are until the next load.
  explicit MatrixUnit(const In *weights) : MatrixUnit(weights, inputs, units) {}
  /// Takes `rows` x `columns` weights, weights[i * columns + j], for edges of matrices: the other inputs are zeros and
  /// the other units idle. A step costs the same.
  MatrixUnit(const In *weights, unsigned rows, unsigned columns) : weights_(weights), rows_(rows), columns_(columns) {
    __popgraph_matrix_load(weights, inputs * units * sizeof(In) / loadBytes);
  }
  /// out[j] = start[j] + sum over i of in[i] * weights[i * columns + j]; `out` may be `start`.
  void step(const In *in, const Partial *start, Partial *out) const {
    Step::run(in, weights_, rows_, columns_, start, out);
  }

private:
  const In *weights_;
  unsigned rows_, columns_;
};

} // namespace popgraph
#endif
