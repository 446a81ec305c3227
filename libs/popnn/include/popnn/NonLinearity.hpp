#pragma once
#include <popnn/NonLinearityDef.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

/// Non-linearities of HALF and FLOAT tensors. Softmax works along the innermost dimension. GELU is the form with tanh.
/// Misuse (other types, a softmax of a scalar, a softmax in one compute set) throws poputil::poplibs_error.
namespace popnn {

/// f(t), stored to t.
POPLAR_API void nonLinearityInPlace(poplar::Graph &graph, NonLinearityType nonLinearityType, const poplar::Tensor &t,
                                    poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});
/// Adds f(t), stored to t, to a compute set; not for softmax.
POPLAR_API void nonLinearityInPlace(poplar::Graph &graph, NonLinearityType nonLinearityType, const poplar::Tensor &t,
                                    poplar::ComputeSet &cs, const poplar::DebugContext &debugContext = {});
/// f(t), stored to t; the factor in the result (1 but for SOFTMAX_SCALED) is stored to nonLinearityScaling.
POPLAR_API void nonLinearityInPlace(poplar::Graph &graph, NonLinearityType nonLinearityType, const poplar::Tensor &t,
                                    float &nonLinearityScaling, poplar::program::Sequence &prog,
                                    const poplar::DebugContext &debugContext = {});
/// The same in a compute set; not for softmax.
POPLAR_API void nonLinearityInPlace(poplar::Graph &graph, NonLinearityType nonLinearityType, const poplar::Tensor &t,
                                    float &nonLinearityScaling, poplar::ComputeSet &cs,
                                    const poplar::DebugContext &debugContext = {});
/// f(t) as a new tensor.
POPLAR_API poplar::Tensor nonLinearity(poplar::Graph &graph, NonLinearityType nonLinearityType,
                                       const poplar::Tensor &t, poplar::program::Sequence &prog,
                                       const poplar::DebugContext &debugContext = {});
/// f(t) as a new tensor; the factor in the result is stored to nonLinearityScaling.
POPLAR_API poplar::Tensor nonLinearity(poplar::Graph &graph, NonLinearityType nonLinearityType,
                                       const poplar::Tensor &t, float &nonLinearityScaling,
                                       poplar::program::Sequence &prog,
                                       const poplar::DebugContext &debugContext = {});
/// The gradient at the input, from the gradient at the output. `act` is the output of the function; for GELU, GELU_ERF
/// and SWISH its input.
POPLAR_API poplar::Tensor nonLinearityInputGradient(poplar::Graph &graph, NonLinearityType nonLinearityType,
                                                    const poplar::Tensor &act, const poplar::Tensor &outGradient,
                                                    poplar::program::Sequence &prog,
                                                    const poplar::DebugContext &debugContext = {});
/// The same in a compute set; not for softmax.
POPLAR_API poplar::Tensor nonLinearityInputGradient(poplar::Graph &graph, NonLinearityType nonLinearityType,
                                                    const poplar::Tensor &act, const poplar::Tensor &outGradient,
                                                    poplar::ComputeSet &cs,
                                                    const poplar::DebugContext &debugContext = {});

// Shorthands.
#define POPNN_SHORTHAND(name, TYPE)                                                                                  \
  /** nonLinearity of this type. */                                                                                  \
  inline poplar::Tensor name(poplar::Graph &graph, const poplar::Tensor &in, poplar::program::Sequence &prog,        \
                             const poplar::DebugContext &debugContext = {}) {                                        \
    return nonLinearity(graph, NonLinearityType::TYPE, in, prog, debugContext);                                      \
  }                                                                                                                  \
  /** nonLinearityInPlace of this type. */                                                                           \
  inline void name##InPlace(poplar::Graph &graph, const poplar::Tensor &in, poplar::program::Sequence &prog,         \
                            const poplar::DebugContext &debugContext = {}) {                                         \
    nonLinearityInPlace(graph, NonLinearityType::TYPE, in, prog, debugContext);                                      \
  }
POPNN_SHORTHAND(sigmoid, SIGMOID)
POPNN_SHORTHAND(relu, RELU)
POPNN_SHORTHAND(tanh, TANH)
POPNN_SHORTHAND(gelu, GELU)
POPNN_SHORTHAND(swish, SWISH)
POPNN_SHORTHAND(softmax, SOFTMAX)
POPNN_SHORTHAND(softmaxStable, SOFTMAX_STABLE)
#undef POPNN_SHORTHAND

} // namespace popnn
