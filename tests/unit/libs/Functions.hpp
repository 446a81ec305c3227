#pragma once
// One row for every public function of poputil and popops: a correct call, made of parts that can be spoilt one by one.
#include "tests/unit/libs/Bench.hpp"
#include <poplar/OptionFlags.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace test {

/// What a function takes of a tensor besides what the row gives.
enum Free : unsigned { Fixed = 0, AnyType = 1, AnySize = 2, AnyRank = 4, AnyShape = AnySize | AnyRank, AnyGraph = 8 };

/// How a tensor can be wrong.
enum class Spoilt { Not, Type, Size, Rank, Graph, Invalid };

/// A call of a function. Each request for a tensor, an option or a number is a part that the caller may want spoilt.
class Call {
public:
  Call(Bench &bench, poplar::Graph &other) : bench_(bench), other_(other) {}

  /// An argument that holds zeros.
  poplar::Tensor operator()(poplar::Type type, const Shape &shape, unsigned free = Fixed);
  /// The options, by name.
  poplar::OptionFlags options(const std::vector<std::string> &names);
  /// A dimension, or another number that must not be large.
  std::size_t number(std::size_t right);
  poplar::Graph &graph() { return bench_.graph; }
  poplar::program::Sequence &prog() { return bench_.prog; }
  poplar::DebugContext debug() const { return {"call"}; }
  poplar::ComputeSet computeSet() { return bench_.graph.addComputeSet(); }

  // What is to be spoilt, and what was. Parts are numbered in the order of the requests.
  unsigned tensors = 0, numbers = 0; ///< requests so far
  unsigned spoiltTensor = ~0u, spoiltNumber = ~0u;
  Spoilt how = Spoilt::Not;
  std::string option;                   ///< set on top of the right ones
  std::vector<std::string> optionNames; ///< that the function was said to take
  bool takesOptions = false, isFree = false, isPossible = true;
  std::string wrong; ///< the wrong shape or type

private:
  Bench &bench_;
  poplar::Graph &other_;
};

struct FunctionRow {
  std::string name; ///< as in the headers
  std::function<void(Call &)> call;
  std::string told = name; ///< how errors name it
};

/// The functions on graphs that the public headers of the libraries declare, and which of them take a debug context.
struct Declared {
  std::set<std::string> names, withContext;
};
Declared declaredFunctions();

/// All rows.
std::vector<FunctionRow> functionRows();

} // namespace test
