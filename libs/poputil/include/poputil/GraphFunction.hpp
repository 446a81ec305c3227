#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/Program.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <poplar/detail/OwnedText.hpp>
#include <functional>
#include <vector>

/// Programs over tensors that are stored once and called with different tensors. A call copies its arguments to the
/// tensors that the program was built with, runs it, and copies results back.
namespace poputil {
namespace graphfn {

/// What a function does with an argument. CreatedArg: the function makes the tensor itself.
enum ArgType { InputArg, OutputArg, InOutArg, CreatedArg };

/// A formal argument.
struct POPLAR_API ArgSig {
  /// An argument like `tensor` (ignored for CreatedArg).
  ArgSig(ArgType type, const poplar::Tensor &tensor, poplar::StringRef debugName)
      : type(type), similarTensor(tensor), debugName(debugName) {}
  ArgType type;                        ///< what is done with it
  poplar::Tensor similarTensor;        ///< what its tensor is a clone of
  poplar::detail::OwnedText debugName; ///< its name in reports
};

/// An argument that is read.
inline ArgSig input(const poplar::Tensor &similar, poplar::StringRef debugName = "") {
  return ArgSig(InputArg, similar, debugName);
}
/// An argument that is read and written.
inline ArgSig inout(const poplar::Tensor &similar, poplar::StringRef debugName = "") {
  return ArgSig(InOutArg, similar, debugName);
}
/// An argument that is written; an invalid tensor given for it is replaced by a new one.
inline ArgSig output(const poplar::Tensor &similar, poplar::StringRef debugName = "") {
  return ArgSig(OutputArg, similar, debugName);
}
/// A result that the function creates; the tensor given for it is replaced by a new one.
inline ArgSig created(poplar::StringRef debugName = "") { return ArgSig(CreatedArg, poplar::Tensor(), debugName); }

/// The formal arguments in order.
using Signature = std::vector<ArgSig>;

/// A function that appends to a sequence.
class POPLAR_API VoidFunction {
public:
  /// Builds the program with `f`, which is given the formal tensors, unless `inlined`: then each call runs `f` on the
  /// actual tensors. The graph must outlive the function.
  VoidFunction(poplar::Graph &graph, Signature sig,
               std::function<void(std::vector<poplar::Tensor> &, poplar::program::Sequence &)> f, bool inlined = false,
               const poplar::DebugContext &debugContext = {});
  /// The same with an `f` that is also given a name for what it adds.
  VoidFunction(
      poplar::Graph &graph, Signature sig,
      std::function<void(std::vector<poplar::Tensor> &, poplar::program::Sequence &, const poplar::DebugNameAndId &)> f,
      bool inlined = false, const poplar::DebugContext &debugContext = {});
  /// Appends a call. Throws poplibs_error for arguments that differ from the signature in number, shape or type.
  void operator()(std::vector<poplar::Tensor> &args, poplar::program::Sequence &prog,
                  const poplar::DebugContext &debugContext = {});

private:
  void build(const poplar::DebugContext &debugContext);
  poplar::Graph &graph_;
  Signature signature_;
  std::function<void(std::vector<poplar::Tensor> &, poplar::program::Sequence &, const poplar::DebugNameAndId &)> f_;
  bool inlined_;
  std::vector<poplar::Tensor> formal_;
  poplar::Function function_;
};

/// A function made from a program.
class POPLAR_API ProgramFunction {
public:
  /// As VoidFunction, with an `f` that returns the program.
  ProgramFunction(poplar::Graph &graph, Signature sig,
                  std::function<poplar::program::Program(std::vector<poplar::Tensor> &)> f, bool inlined = false,
                  const poplar::DebugContext &debugContext = {});
  /// The same with an `f` that is also given a name.
  ProgramFunction(
      poplar::Graph &graph, Signature sig,
      std::function<poplar::program::Program(std::vector<poplar::Tensor> &, const poplar::DebugNameAndId &)> f,
      bool inlined = false, const poplar::DebugContext &debugContext = {});
  /// Appends a call.
  void operator()(std::vector<poplar::Tensor> &args, poplar::program::Sequence &prog,
                  const poplar::DebugContext &debugContext = {}) {
    function_(args, prog, debugContext);
  }

private:
  VoidFunction function_;
};

/// A function with a tensor as its result.
class POPLAR_API TensorFunction {
public:
  /// As VoidFunction, with an `f` that returns the result.
  TensorFunction(poplar::Graph &graph, Signature sig,
                 std::function<poplar::Tensor(std::vector<poplar::Tensor> &, poplar::program::Sequence &)> f,
                 bool inlined = false, const poplar::DebugContext &debugContext = {});
  /// The same with an `f` that is also given a name.
  TensorFunction(poplar::Graph &graph, Signature sig,
                 std::function<poplar::Tensor(std::vector<poplar::Tensor> &, poplar::program::Sequence &,
                                              const poplar::DebugNameAndId &)>
                     f,
                 bool inlined = false, const poplar::DebugContext &debugContext = {});
  /// Appends a call; its result is a new tensor.
  poplar::Tensor operator()(std::vector<poplar::Tensor> &args, poplar::program::Sequence &prog,
                            const poplar::DebugContext &debugContext = {});

private:
  VoidFunction function_;
};

} // namespace graphfn
} // namespace poputil
