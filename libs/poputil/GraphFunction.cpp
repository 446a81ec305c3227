#include <poputil/GraphFunction.hpp>
#include <poputil/Util.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>

namespace poputil::graphfn {

using poplar::DebugContext;
using poplar::DebugNameAndId;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Call;
using poplar::program::Copy;
using poplar::program::Program;
using poplar::program::Sequence;
using Tensors = std::vector<Tensor>;

VoidFunction::VoidFunction(Graph &graph, Signature sig, std::function<void(Tensors &, Sequence &)> f, bool inlined,
                           const DebugContext &debugContext)
    : VoidFunction(
          graph, std::move(sig), [f](Tensors &args, Sequence &prog, const DebugNameAndId &) { f(args, prog); }, inlined,
          debugContext) {}

VoidFunction::VoidFunction(Graph &graph, Signature sig,
                           std::function<void(Tensors &, Sequence &, const DebugNameAndId &)> f, bool inlined,
                           const DebugContext &debugContext)
    : graph_(graph), signature_(std::move(sig)), f_(std::move(f)), inlined_(inlined) {
  POPLIBS_OP_RECORD(di, graph_, debugContext, inlined);
  if (!inlined_) build(di.context());
}

namespace {

/// Throws unless the function has set the arguments that it creates.
void checkCreated(const Signature &signature, const Tensors &args) {
  for (std::size_t i = 0; i != signature.size(); ++i)
    if (signature[i].type == CreatedArg && !args[i].valid())
      throw poplibs_error("poputil::graphfn::VoidFunction: the function has not set argument " + std::to_string(i) +
                          (signature[i].debugName.empty() ? "" : " ('" + signature[i].debugName.str() + "')") +
                          ", which its signature says it creates");
}

} // namespace

void VoidFunction::build(const DebugContext &debugContext) {
  for (const ArgSig &sig : signature_)
    formal_.push_back(sig.type == CreatedArg ? Tensor()
                                             : graph_.clone(sig.similarTensor, {debugContext, sig.debugName}));
  Sequence body({}, debugContext);
  f_(formal_, body, DebugNameAndId(debugContext.getId(), debugContext.path()));
  checkCreated(signature_, formal_);
  function_ = graph_.addFunction(body);
}

void VoidFunction::operator()(Tensors &args, Sequence &prog, const DebugContext &debugContext) {
  const std::string function = "poputil::graphfn::VoidFunction";
  if (args.size() != signature_.size())
    throw poplibs_error(function + ": " + std::to_string(args.size()) + " arguments for a signature of " +
                        std::to_string(signature_.size()));
  for (std::size_t i = 0; i != args.size(); ++i) {
    const ArgSig &sig = signature_[i];
    if (sig.type == CreatedArg || (sig.type == OutputArg && !args[i].valid())) continue;
    if (!args[i].valid() || args[i].shape() != sig.similarTensor.shape() ||
        args[i].elementType() != sig.similarTensor.elementType())
      throw poplibs_error(function + ": argument " + std::to_string(i) + " is " +
                          (args[i].valid() ? "a tensor of shape " + args[i].shapeToString() + " and type " +
                                                 args[i].elementType().toString()
                                           : std::string("an invalid tensor")) +
                          "; the signature has the shape " + sig.similarTensor.shapeToString() + " and type " +
                          sig.similarTensor.elementType().toString());
  }
  if (inlined_) {
    for (std::size_t i = 0; i != args.size(); ++i)
      if (signature_[i].type == CreatedArg)
        args[i] = Tensor();
      else if (signature_[i].type == OutputArg && !args[i].valid())
        args[i] = graph_.clone(signature_[i].similarTensor, {debugContext, signature_[i].debugName});
    f_(args, prog, DebugNameAndId(debugContext.getId(), debugContext.path()));
    checkCreated(signature_, args);
    return;
  }
  for (std::size_t i = 0; i != args.size(); ++i)
    if (signature_[i].type == InputArg || signature_[i].type == InOutArg)
      prog.add(Copy(args[i], formal_[i], false, debugContext));
  prog.add(Call(function_, debugContext));
  for (std::size_t i = 0; i != args.size(); ++i) {
    const ArgSig &sig = signature_[i];
    if (sig.type == InputArg) continue;
    if (sig.type == CreatedArg || !args[i].valid())
      args[i] = duplicate(graph_, formal_[i], prog, {debugContext, sig.debugName});
    else
      prog.add(Copy(formal_[i], args[i], false, debugContext));
  }
}

ProgramFunction::ProgramFunction(Graph &graph, Signature sig, std::function<Program(Tensors &)> f, bool inlined,
                                 const DebugContext &debugContext)
    : function_(
          graph, std::move(sig), [f](Tensors &args, Sequence &prog, const DebugNameAndId &) { prog.add(f(args)); },
          inlined, debugContext) {}

ProgramFunction::ProgramFunction(Graph &graph, Signature sig,
                                 std::function<Program(Tensors &, const DebugNameAndId &)> f, bool inlined,
                                 const DebugContext &debugContext)
    : function_(
          graph, std::move(sig),
          [f](Tensors &args, Sequence &prog, const DebugNameAndId &name) { prog.add(f(args, name)); }, inlined,
          debugContext) {}

namespace {

// The result is one more argument, created by the function.
Signature withResult(Signature sig) {
  sig.push_back(created("result"));
  return sig;
}

} // namespace

TensorFunction::TensorFunction(Graph &graph, Signature sig, std::function<Tensor(Tensors &, Sequence &)> f,
                               bool inlined, const DebugContext &debugContext)
    : TensorFunction(
          graph, std::move(sig), [f](Tensors &args, Sequence &prog, const DebugNameAndId &) { return f(args, prog); },
          inlined, debugContext) {}

TensorFunction::TensorFunction(Graph &graph, Signature sig,
                               std::function<Tensor(Tensors &, Sequence &, const DebugNameAndId &)> f, bool inlined,
                               const DebugContext &debugContext)
    : function_(
          graph, withResult(std::move(sig)),
          [f](Tensors &args, Sequence &prog, const DebugNameAndId &name) {
            Tensors own(args.begin(), args.end() - 1);
            const Tensor result = f(own, prog, name);
            std::copy(own.begin(), own.end(), args.begin());
            args.back() = result;
          },
          inlined, debugContext) {}

Tensor TensorFunction::operator()(Tensors &args, Sequence &prog, const DebugContext &debugContext) {
  args.push_back(Tensor());
  function_(args, prog, debugContext);
  const Tensor result = args.back();
  args.pop_back();
  return result;
}

} // namespace poputil::graphfn
