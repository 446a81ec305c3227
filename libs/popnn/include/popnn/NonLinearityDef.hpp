#pragma once

namespace popnn {

/// Functions applied to activations. SOFTMAX is the plain form, SOFTMAX_STABLE subtracts the row's maximum first,
/// SOFTMAX_SCALED is stable and multiplied by nonLinearityScaling (for half).
enum class NonLinearityType {
  SIGMOID,
  HARD_SIGMOID,
  RELU,
  TANH,
  GELU,
  GELU_ERF,
  SWISH,
  SOFTMAX,
  SOFTMAX_STABLE,
  SOFTMAX_SCALED
};

} // namespace popnn
