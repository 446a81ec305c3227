#pragma once
// What steps of reductions cost, and how many of them are best.
#include <poplar/Target.hpp>
#include <cstddef>
#include <map>
#include <utility>

namespace popops::detail {

/// Plans steps for elements of `bytes`, by the costs of a target.
class ReducePlan {
public:
  ReducePlan(const poplar::Target &target, std::size_t bytes);

  /// Into how many partial results `pieces` of `columns` columns each, on different tiles, should be combined before the
  /// last step; `pieces` if that step should take them as they are.
  std::size_t groups(std::size_t pieces, std::size_t columns) { return best(pieces, columns).second; }

  /// A grid of blocks that a matrix is brought to tiles in.
  struct Grid {
    std::size_t down, across;
    double cycles; ///< of all steps
  };
  Grid grid(std::size_t rows, std::size_t columns);
  /// Cycles of all steps when blocks are reduced where they are: the fullest tile has `elements` in so many `blocks`; then
  /// `pieces` of `columns` columns are left for each column.
  double whereTheyAre(std::size_t elements, std::size_t blocks, std::size_t columns, std::size_t pieces);

private:
  /// A step on one tile that receives rows x columns elements and combines the rows.
  double step(double rows, double columns) const;
  /// Cycles of all steps, and groups of the first.
  std::pair<double, std::size_t> best(std::size_t pieces, std::size_t columns);

  std::size_t tiles_;
  double workers_, bytes_, exchange_;
  std::map<std::pair<std::size_t, std::size_t>, std::pair<double, std::size_t>> known_;
};

} // namespace popops::detail
