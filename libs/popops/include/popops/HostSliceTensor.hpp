#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <vector>

/// Tensors that are exchanged with the host or with remote buffers: their bytes are spread evenly over the tiles, in
/// order. `isRead`: the device reads them from the host. `offset`: the first tile; by default it depends on the shape.
namespace popops {

/// Rows of a remote buffer on the device.
struct IndicesAndTensor {
  poplar::Tensor indices; ///< UNSIGNED_INT {rows}: which rows of the buffer
  poplar::Tensor tensor;  ///< {rows, elements of a row}
};

/// Tensors for the transfer of shape[0] rows of shape[1] elements. Throws poputil::poplibs_error unless the shape has
/// two dimensions.
POPLAR_API IndicesAndTensor createHostSliceableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                      const std::vector<std::size_t> &shape, bool isRead,
                                                      const poplar::DebugContext &debugContext = {});
/// The same from tile `offset` on.
POPLAR_API IndicesAndTensor createHostSliceableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                      const std::vector<std::size_t> &shape, bool isRead,
                                                      std::size_t offset,
                                                      const poplar::DebugContext &debugContext = {});
/// A tensor of any shape for whole transfers.
POPLAR_API poplar::Tensor createHostTransferableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                       const std::vector<std::size_t> &shape, bool isRead,
                                                       const poplar::DebugContext &debugContext = {});
/// The same from tile `offset` on.
POPLAR_API poplar::Tensor createHostTransferableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                       const std::vector<std::size_t> &shape, bool isRead,
                                                       std::size_t offset,
                                                       const poplar::DebugContext &debugContext = {});

} // namespace popops
