#ifndef poplar_Tensor_hpp
#define poplar_Tensor_hpp
/// \file
/// Tensors: value-semantic views of the variables of a graph.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include <poplar/ArrayRef.hpp>
#include <poplar/Interval.hpp>
#include <poplar/Type.hpp>
#include <poplar/VariableRef.hpp>
#include <poplar/detail/Api.hpp>
#include <poplar/detail/OwnedText.hpp>

namespace popgraph {
class GraphState;
struct ViewNode;
struct TensorAccess;
} // namespace popgraph

namespace poplar {

/// How upsample() fills in: REPEAT repeats each element.
enum class UpsampleMethod { REPEAT };

/// A view: an element type, a shape and, for each position, an element of a variable. Views never copy data; several
/// may refer to the same elements, and one may contain an element more than once. Copying a Tensor is cheap.
/// A default-constructed tensor is invalid. Every view function returns a new view and throws index_error for
/// dimensions or bounds that do not exist and poplar_error for an invalid tensor.
class POPLAR_API Tensor {
public:
  Tensor();
  Tensor(const Tensor &) = default;
  Tensor(Tensor &&) = default;
  Tensor &operator=(const Tensor &) = default;
  Tensor &operator=(Tensor &&) = default;
  ~Tensor() = default;

  /// False for a default-constructed tensor.
  bool valid() const { return graph_ != nullptr; }
  /// Type of the elements.
  Type elementType() const;
  /// Number of dimensions; 0 for a scalar.
  unsigned rank() const { return rank_; }
  /// Sizes of all dimensions; empty for a scalar.
  std::vector<std::size_t> shape() const;
  /// Size of dimension `i`.
  std::size_t dim(unsigned i) const;
  /// Number of positions: the product of all dimensions.
  std::size_t numElements() const;

  /// Sub-tensor `i` of dimension 0, with one rank less.
  Tensor operator[](std::size_t i) const;
  /// Elements [begin, end) of dimension `dimension`; begin == end is legal.
  Tensor slice(std::size_t begin, std::size_t end, unsigned dimension = 0) const;
  Tensor slice(const Interval &region, unsigned dimension = 0) const {
    return slice(region.begin(), region.end(), dimension);
  }
  /// Slices the leading dimensions, one begin and end for each.
  Tensor slice(ArrayRef<std::size_t> begin, ArrayRef<std::size_t> end) const;
  /// One slice for each interval.
  std::vector<Tensor> slices(ArrayRef<Interval> intervals, unsigned dimension = 0) const;
  /// For each list of intervals the concatenation of its slices.
  std::vector<Tensor> slices(const std::vector<std::vector<Interval>> &intervals, unsigned dimension = 0) const;
  /// One slice of size 1 (the dimension removed) for each index.
  std::vector<Tensor> slices(ArrayRef<unsigned> indices, unsigned dimension = 0) const;
  /// Applies operator[] for each index in turn.
  Tensor index(ArrayRef<std::size_t> indices) const;

  /// All elements in row-major order as rank 1; a scalar gives shape {1}.
  Tensor flatten() const;
  /// Dimensions [dimBegin, dimEnd) become one.
  Tensor flatten(unsigned dimBegin, unsigned dimEnd) const;
  /// The same elements in row-major order under another shape. Throws poplar_error when the counts differ.
  Tensor reshape(ArrayRef<std::size_t> shape) const;
  /// Replaces dimensions [beginIndex, endIndex) by `newDims`, which must have the same product.
  Tensor reshapePartial(unsigned beginIndex, unsigned endIndex, ArrayRef<std::size_t> newDims) const;
  /// Dimension i of the result is dimension permutation[i] of this.
  Tensor dimShuffle(ArrayRef<unsigned> permutation) const;
  /// Moves dimensions `source` to places `destination`; the others keep their order.
  Tensor dimShufflePartial(ArrayRef<unsigned> source, ArrayRef<unsigned> destination) const;
  /// Moves one dimension to place `newIndex`.
  Tensor dimRoll(unsigned dimension, unsigned newIndex = 0) const;
  /// Swaps the dimensions of a rank 2 tensor.
  Tensor transpose() const;
  /// Inserts a dimension of size 1 before each listed dimension (of this tensor; rank() means at the end).
  Tensor expand(ArrayRef<std::size_t> indices) const;
  /// Removes the listed dimensions, which must have size 1.
  Tensor squeeze(ArrayRef<std::size_t> indices) const;
  /// Repeats the view `n` times along `dimension`: the result refers to each element n times.
  Tensor broadcast(unsigned n, unsigned dimension) const;
  /// Every `stride`-th element of a dimension, starting with the first.
  Tensor subSample(unsigned stride, unsigned dimension) const;
  /// Each element of a dimension `scale` times in a row.
  Tensor upsample(unsigned scale, unsigned dimension, UpsampleMethod method) const;
  /// The reverse order along a dimension.
  Tensor reverse(unsigned dimension) const;
  /// The same bits as another type of the same size. Throws type_error when the sizes differ.
  Tensor reinterpret(const Type &type) const;

  /// True when the view is one run of consecutive elements of one variable.
  bool isContiguous() const;
  /// True when some element occurs more than once.
  bool containsAliases() const;
  /// True when some element belongs to a constant.
  bool containsConstant() const;
  /// No aliases and no constants: every element may be written at once.
  bool isParallelWriteable() const;
  /// True when both views share an element.
  bool intersectsWith(const Tensor &other) const;
  /// Runs of the flattened view that are consecutive in a variable.
  std::vector<Interval> getContiguousRegions() const;
  /// The same as places in variables.
  std::vector<VariableInterval> getVarRegions() const;

  /// Whether this is a view of QUARTER elements that all have the same metadata.
  bool hasMetadata() const;
  /// The metadata of a QUARTER tensor, one element. Throws tensor_metadata_error when it has none of its own.
  Tensor getMetadata() const;

  /// Stores the value of a view that is one constant element and returns true; false for any other view.
  /// Value: an arithmetic type. Throws overflow_error when the value does not fit in it.
  template <typename Value> bool getConstantValue(Value *value) const {
    return constantValue(equivalent_device_type<Value>().value, value);
  }

  /// "[2,3]"
  std::string shapeToString() const { return shapeText().ref().cloneAsString(); }
  /// Type, shape and regions, for people.
  std::string getDebugStr() const { return debugText().ref().cloneAsString(); }
  /// Name of the variable (the first one when there are several).
  std::string getVarStr() const { return variableText().ref().cloneAsString(); }
  /// Prints getDebugStr(); without a stream, to the standard output.
  void dump(std::ostream &out) const;
  void dump() const;
  /// Prints one line for each run of getVarRegions().
  void dumpRegions(std::ostream &out) const;
  void dumpRegions() const;

  /// Whether two views have the same type and shape and the same element at each position.
  friend POPLAR_API bool operator==(const Tensor &a, const Tensor &b);
  friend bool operator!=(const Tensor &a, const Tensor &b) { return !(a == b); }

private:
  bool constantValue(const Type &type, void *value) const;
  detail::OwnedText shapeText() const;
  detail::OwnedText debugText() const;
  detail::OwnedText variableText() const;
  friend struct popgraph::TensorAccess;
  static const unsigned kInlineRank = 4;

  // A view of rank <= kInlineRank that is affine (element (i0, i1, ...) is element offset + sum i * stride of one
  // variable) is stored here; any other in an immutable node. Allocation-free, since millions are made per second.
  popgraph::GraphState *graph_;
  std::uint32_t variable_;
  std::uint8_t type_;
  std::uint8_t rank_;
  std::int64_t offset_;
  std::size_t dims_[kInlineRank];
  std::int64_t strides_[kInlineRank];
  std::shared_ptr<const popgraph::ViewNode> node_;
};

/// Joins tensors of one element type along a dimension; the other dimensions must agree.
POPLAR_API Tensor concat(ArrayRef<Tensor> tensors, unsigned dimension = 0);
inline Tensor concat(const Tensor &first, const Tensor &second, unsigned dimension = 0) {
  const Tensor both[] = {first, second};
  return concat(ArrayRef<Tensor>(both, 2), dimension);
}
/// Appends `second`, which has one rank less, along a dimension of `first`.
POPLAR_API Tensor append(const Tensor &first, const Tensor &second, unsigned dimension);
inline Tensor append(const Tensor &first, const Tensor &second) { return append(first, second, 0); }

/// Prints getDebugStr().
POPLAR_API std::ostream &operator<<(std::ostream &out, const Tensor &tensor);

} // namespace poplar

#endif
