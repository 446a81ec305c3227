#pragma once
#include <poplin/PlanningCache.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <iosfwd>
#include <set>
#include <tuple>
#include <vector>

/// Matrix products of HALF or FLOAT matrices: a {m,k} times b {k,n}; grouped forms multiply a {g,m,k} by b {g,k,n}
/// group
/// by group. Sums are taken in float (with partialsType half, sums between tiles are rounded to half). How a product is
/// spread over the tiles is planned from types and shapes; operands made by the create functions lie where the plan
/// wants them, others are rearranged. All functions append to `prog`.
/// Options: partialsType (half, float), fullyConnectedPass (NONE, INFERENCE_FWD, TRAINING_FWD, TRAINING_BWD,
/// TRAINING_WU), availableMemoryProportion (0.6 of a tile for temporary data), inputRHSIsPreArranged,
/// use128BitConvUnitLoad, enableMultiStageReduce, enableFastReduce, remapOutputTensor, gatherOutput,
/// disableSRForAMPVertices (true, false), planConstraints. Other names throw poplar::invalid_option; shapes and types
/// that do not fit throw poputil::poplibs_error.
namespace poplin {

/// a * b as a new tensor of `outputType`.
POPLAR_API poplar::Tensor matMul(poplar::Graph &graph, const poplar::Tensor &a, const poplar::Tensor &b,
                                 poplar::program::Sequence &prog, const poplar::Type &outputType,
                                 const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {},
                                 PlanningCache *cache = nullptr);
/// a * b as a new tensor of the type of a.
POPLAR_API poplar::Tensor matMul(poplar::Graph &graph, const poplar::Tensor &a, const poplar::Tensor &b,
                                 poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {}, PlanningCache *cache = nullptr);
/// a * b stored to `out` {m,n}.
POPLAR_API void matMulWithOutput(poplar::Graph &graph, const poplar::Tensor &a, const poplar::Tensor &b,
                                 poplar::Tensor &out, poplar::program::Sequence &prog,
                                 const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {},
                                 PlanningCache *cache = nullptr);
/// a * b for each group, as a new tensor {g,m,n} of `outputType`.
POPLAR_API poplar::Tensor matMulGrouped(poplar::Graph &graph, const poplar::Tensor &a, const poplar::Tensor &b,
                                        poplar::program::Sequence &prog, const poplar::Type &outputType,
                                        const poplar::DebugContext &debugContext = {},
                                        const poplar::OptionFlags &options = {}, PlanningCache *cache = nullptr);
/// a * b for each group, stored to `out` {g,m,n}.
POPLAR_API void matMulGroupedWithOutput(poplar::Graph &graph, const poplar::Tensor &a, const poplar::Tensor &b,
                                        poplar::Tensor &out, poplar::program::Sequence &prog,
                                        const poplar::DebugContext &debugContext = {},
                                        const poplar::OptionFlags &options = {}, PlanningCache *cache = nullptr);
/// c += k * a * b.
POPLAR_API void matMulAcc(poplar::Graph &graph, const poplar::Tensor &c, float k, const poplar::Tensor &a,
                          const poplar::Tensor &b, poplar::program::Sequence &prog,
                          const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {},
                          PlanningCache *cache = nullptr);
/// c += k * a * b with a tensor of one element as factor.
POPLAR_API void matMulAcc(poplar::Graph &graph, const poplar::Tensor &c, const poplar::Tensor &k,
                          const poplar::Tensor &a, const poplar::Tensor &b, poplar::program::Sequence &prog,
                          const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {},
                          PlanningCache *cache = nullptr);
/// c += k * a * b for each group.
POPLAR_API void matMulGroupedAcc(poplar::Graph &graph, const poplar::Tensor &c, float k, const poplar::Tensor &a,
                                 const poplar::Tensor &b, poplar::program::Sequence &prog,
                                 const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {}, PlanningCache *cache = nullptr);
/// c += k * a * b for each group with a tensor of one element as factor.
POPLAR_API void matMulGroupedAcc(poplar::Graph &graph, const poplar::Tensor &c, const poplar::Tensor &k,
                                 const poplar::Tensor &a, const poplar::Tensor &b, poplar::program::Sequence &prog,
                                 const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {}, PlanningCache *cache = nullptr);

/// A new left operand for the product of shapes {m,k} and {k,n}, where the plan wants it.
POPLAR_API poplar::Tensor createMatMulInputLHS(poplar::Graph &graph, const poplar::Type &inputType,
                                               const poplar::Type &outputType, const std::vector<std::size_t> &aShape,
                                               const std::vector<std::size_t> &bShape,
                                               const poplar::DebugContext &debugContext,
                                               const poplar::OptionFlags &options = {},
                                               PlanningCache *cache = nullptr);
/// The same for a result of the operands' type.
POPLAR_API poplar::Tensor createMatMulInputLHS(poplar::Graph &graph, const poplar::Type &dataType,
                                               const std::vector<std::size_t> &aShape,
                                               const std::vector<std::size_t> &bShape,
                                               const poplar::DebugContext &debugContext,
                                               const poplar::OptionFlags &options = {},
                                               PlanningCache *cache = nullptr);
/// A new right operand for the product of shapes {m,k} and {k,n}, where the plan wants it.
POPLAR_API poplar::Tensor createMatMulInputRHS(poplar::Graph &graph, const poplar::Type &inputType,
                                               const poplar::Type &outputType, const std::vector<std::size_t> &aShape,
                                               const std::vector<std::size_t> &bShape,
                                               const poplar::DebugContext &debugContext,
                                               const poplar::OptionFlags &options = {},
                                               PlanningCache *cache = nullptr);
/// The same for a result of the operands' type.
POPLAR_API poplar::Tensor createMatMulInputRHS(poplar::Graph &graph, const poplar::Type &dataType,
                                               const std::vector<std::size_t> &aShape,
                                               const std::vector<std::size_t> &bShape,
                                               const poplar::DebugContext &debugContext,
                                               const poplar::OptionFlags &options = {},
                                               PlanningCache *cache = nullptr);
/// A new tensor for the result, where the plan leaves it.
POPLAR_API poplar::Tensor createMatMulOutput(poplar::Graph &graph, const poplar::Type &inputType,
                                             const poplar::Type &outputType, const std::vector<std::size_t> &aShape,
                                             const std::vector<std::size_t> &bShape,
                                             const poplar::DebugContext &debugContext,
                                             const poplar::OptionFlags &options = {}, PlanningCache *cache = nullptr);
/// The same for a result of the operands' type.
POPLAR_API poplar::Tensor createMatMulOutput(poplar::Graph &graph, const poplar::Type &dataType,
                                             const std::vector<std::size_t> &aShape,
                                             const std::vector<std::size_t> &bShape,
                                             const poplar::DebugContext &debugContext,
                                             const poplar::OptionFlags &options = {}, PlanningCache *cache = nullptr);
/// A new left operand for the grouped product of shapes {g,m,k} and {g,k,n}.
POPLAR_API poplar::Tensor createMatMulGroupedInputLHS(poplar::Graph &graph, const poplar::Type &inputType,
                                                      const poplar::Type &outputType,
                                                      const std::vector<std::size_t> &aShape,
                                                      const std::vector<std::size_t> &bShape,
                                                      const poplar::DebugContext &debugContext,
                                                      const poplar::OptionFlags &options = {},
                                                      PlanningCache *cache = nullptr);
/// A new right operand for the grouped product.
POPLAR_API poplar::Tensor createMatMulGroupedInputRHS(poplar::Graph &graph, const poplar::Type &inputType,
                                                      const poplar::Type &outputType,
                                                      const std::vector<std::size_t> &aShape,
                                                      const std::vector<std::size_t> &bShape,
                                                      const poplar::DebugContext &debugContext,
                                                      const poplar::OptionFlags &options = {},
                                                      PlanningCache *cache = nullptr);
/// A new tensor for the result of the grouped product.
POPLAR_API poplar::Tensor createMatMulGroupedOutput(poplar::Graph &graph, const poplar::Type &inputType,
                                                    const poplar::Type &outputType,
                                                    const std::vector<std::size_t> &aShape,
                                                    const std::vector<std::size_t> &bShape,
                                                    const poplar::DebugContext &debugContext,
                                                    const poplar::OptionFlags &options = {},
                                                    PlanningCache *cache = nullptr);

/// `b` copied to where the plan for a product with a left operand of shape `aShape` wants it, for use in several.
POPLAR_API poplar::Tensor preArrangeMatMulInputRHS(poplar::Graph &graph, const std::vector<std::size_t> &aShape,
                                                   const poplar::Tensor &b, poplar::program::Sequence &prog,
                                                   const poplar::Type &outputType,
                                                   const poplar::DebugContext &debugContext = {},
                                                   const poplar::OptionFlags &options = {},
                                                   PlanningCache *cache = nullptr);
/// The same for a result of the type of b.
POPLAR_API poplar::Tensor preArrangeMatMulInputRHS(poplar::Graph &graph, const std::vector<std::size_t> &aShape,
                                                   const poplar::Tensor &b, poplar::program::Sequence &prog,
                                                   const poplar::DebugContext &debugContext = {},
                                                   const poplar::OptionFlags &options = {},
                                                   PlanningCache *cache = nullptr);
/// The same for grouped products.
POPLAR_API poplar::Tensor preArrangeMatMulGroupedInputRHS(poplar::Graph &graph, const std::vector<std::size_t> &aShape,
                                                          const poplar::Tensor &b, poplar::program::Sequence &prog,
                                                          const poplar::Type &outputType,
                                                          const poplar::DebugContext &debugContext = {},
                                                          const poplar::OptionFlags &options = {},
                                                          PlanningCache *cache = nullptr);

/// The last two dimensions of a rank 3 tensor swapped, as a view.
POPLAR_API poplar::Tensor transposeGroupedMatrix(const poplar::Tensor &a);

/// Writes the plan of a product: splits, block sizes, estimated cycles.
POPLAR_API void matMulReportPlan(std::ostream &out, const poplar::Graph &graph, const poplar::Type &inputType,
                                 const poplar::Type &outputType, const std::vector<std::size_t> &aShape,
                                 const std::vector<std::size_t> &bShape, const poplar::OptionFlags &options = {},
                                 PlanningCache *cache = nullptr);
/// The same for a grouped product.
POPLAR_API void matMulGroupedReportPlan(std::ostream &out, const poplar::Graph &graph, const poplar::Type &inputType,
                                        const poplar::Type &outputType, const std::vector<std::size_t> &aShape,
                                        const std::vector<std::size_t> &bShape,
                                        const poplar::OptionFlags &options = {}, PlanningCache *cache = nullptr);

/// Types and shapes of one product.
struct POPLAR_API MatMulParams {
  poplar::Type inputType;          ///< of both factors
  poplar::Type outputType;         ///< of the product
  std::vector<std::size_t> aShape; ///< of the left factor
  std::vector<std::size_t> bShape; ///< of the right factor
  friend bool operator<(const MatMulParams &a, const MatMulParams &b) {
    return std::tie(a.inputType, a.outputType, a.aShape, a.bShape) <
           std::tie(b.inputType, b.outputType, b.aShape, b.bShape);
  }
};
/// A product to be planned ahead: target, types and shapes, options.
using MatMulPlanParams = std::tuple<const poplar::Target *, const MatMulParams, const poplar::OptionFlags *>;
/// Puts the plans of these products into the cache.
POPLAR_API void preplanMatMuls(const std::set<MatMulPlanParams> &matmuls, matmul::PlanningCache &cache);

/// Throws poplar::invalid_option unless all options are known and have values that fit.
POPLAR_API void matmulValidateOptions(const poplar::OptionFlags &options);

} // namespace poplin
