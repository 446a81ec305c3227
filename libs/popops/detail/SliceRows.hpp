#pragma once
// Slices of tensors of any rank, seen as look-ups of rows in a matrix.
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace popops::detail {

/// The sliced dimensions as rows, the others as columns.
struct SliceRows {
  poplar::Tensor rows;    ///< {entries, columns}
  poplar::Tensor offsets; ///< first row of each slice; the number of entries or more for one that lies outside
  std::size_t size;       ///< rows of a slice
};

/// Throws poplibs_error unless dims and sizes name slices of `t`, and `offsets` is UNSIGNED_INT {n, number of dims}.
void checkSlices(const std::string &function, const poplar::Tensor &t, const poplar::Tensor &offsets,
                 const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes);
/// Throws poplibs_error unless each group of `s` has this shape and the type of `t`, and `t` can be written.
void checkUpdates(const std::string &function, const poplar::Tensor &t, const poplar::Tensor &s,
                  const std::vector<std::size_t> &shape);
/// Appends a check that ends the run with an error when offsets {n, dimensions} are above `last`, one for each
/// dimension; it names `function`, `shape` of the tensor and, in what is printed, the largest offsets.
void validateOffsets(const std::string &function, poplar::Graph &graph, const std::vector<std::size_t> &shape,
                     const poplar::Tensor &offsets, const std::vector<std::size_t> &last,
                     poplar::program::Sequence &prog, const poplar::DebugContext &context);
/// {n, shape with dims cut to sizes}.
std::vector<std::size_t> slicesShape(const std::vector<std::size_t> &shape, const std::vector<std::size_t> &dims,
                                     const std::vector<std::size_t> &sizes, std::size_t n);

/// The matrix {entries, columns} of a table whose `dims` are sliced.
poplar::Tensor tableRows(const poplar::Tensor &t, const std::vector<std::size_t> &dims);

/// Slices of one dimension stay slices of several rows, unless `single`; then, and with several dimensions, there is an
/// offset for each row, which appended programs compute. `remap`: slices outside become those at offset 0.
SliceRows sliceRows(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &offsets,
                    const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes, bool single,
                    bool remap, poplar::program::Sequence &prog, const poplar::DebugContext &context);

/// Looked up rows as slices {n, shape with dims cut to sizes}, and the opposite.
poplar::Tensor fromRows(const poplar::Tensor &rows, const std::vector<std::size_t> &shape,
                        const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes, std::size_t n);
poplar::Tensor toRows(const poplar::Tensor &slices, const std::vector<std::size_t> &shape,
                      const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes, std::size_t n);

} // namespace popops::detail
