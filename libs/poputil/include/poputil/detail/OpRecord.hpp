#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <poputil/DebugInfo.hpp>
#include <vector>

namespace poputil {
namespace detail {

/// Throws poplibs_error when `t`, argument `index` of a function, refers to no variable or belongs to another graph.
/// `function`: as __PRETTY_FUNCTION__ has it. `names`: of the arguments, as #__VA_ARGS__ has them.
POPLAR_API bool checkArgument(const poplar::Graph &graph, const char *function, const char *names, unsigned index,
                              const poplar::Tensor &t);
inline bool checkArgument(const poplar::Graph &graph, const char *function, const char *names, unsigned index,
                          const std::vector<poplar::Tensor> &ts) {
  for (const poplar::Tensor &t : ts) checkArgument(graph, function, names, index, t);
  return true;
}
template <class Value> bool checkArgument(const poplar::Graph &, const char *, const char *, unsigned, const Value &) {
  return true;
}
template <class... Args>
void checkArguments(const poplar::Graph &graph, const char *function, const char *names, const Args &...args) {
  unsigned index = 0;
  const bool checked[] = {checkArgument(graph, function, names, index++, args)...};
  (void)checked;
}

/// The beginning of every library function that takes a debug context: its tensors are looked at, and the call is
/// recorded. Values are gathered only while records are kept.
class POPLAR_API OpRecord : public PoplibsOpDebugInfo {
public:
  /// `function` and `names`: as for checkArgument.
  OpRecord(const poplar::DebugContext &debugContext, const char *function, const char *names);
  /// Throws poplibs_error when a tensor among the arguments refers to no variable or belongs to another graph.
  template <class... Args> void take(const poplar::Graph &graph, const Args &...args) {
    checkArguments(graph, function_, names_, args...);
    if (isRecording_) arguments({toProfileValue(args)...});
  }
  /// Records the result, and gives it back.
  poplar::Tensor output(poplar::Tensor t) {
    if (isRecording_) addOutput(t);
    return t;
  }
  /// Records the results, and gives them back.
  template <class Tensors> Tensors output(Tensors ts) {
    if (isRecording_) addOutputs({{"output", toProfileValue(ts)}});
    return ts;
  }
  /// The context of what the function is made of: below this record, at the place of the user's call.
  const poplar::DebugContext &context() const { return context_; }

private:
  void arguments(const std::vector<poplar::ProfileValue> &values);

  const char *function_, *names_;
  bool isRecording_;
  poplar::DebugContext context_;
};

} // namespace detail
} // namespace poputil

/// First in functions without a debug context: looks at the tensors among the arguments.
#define POPLIBS_CHECK_TENSORS(graph, ...)                                                                              \
  ::poputil::detail::checkArguments(graph, __PRETTY_FUNCTION__, #__VA_ARGS__, __VA_ARGS__)

/// First in every function that takes a debug context: checks and records the arguments that follow, as `di`. The rest
/// of the function uses di.context().
#define POPLIBS_OP_RECORD(di, graph, debugContext, ...)                                                                \
  ::poputil::detail::OpRecord di(debugContext, __PRETTY_FUNCTION__, #__VA_ARGS__);                                     \
  di.take(graph, __VA_ARGS__)
