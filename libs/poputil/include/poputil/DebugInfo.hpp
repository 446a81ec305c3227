#pragma once
#include <poplar/ArrayRef.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/ProfileValue.hpp>
#include <poplar/Program.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/TensorCloneMethod.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <poplar/detail/OwnedText.hpp>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace poputil {

/// A host value as a record for profilers. Libraries specialise it for their own types.
template <class Value> poplar::ProfileValue toProfileValue(const Value &t);

/// The value.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const bool &t);
/// The value.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const int &t);
/// The value.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const unsigned int &t);
/// The value.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const long &t);
/// The value.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const unsigned long &t);
/// The value.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const long long &t);
/// The value.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const unsigned long long &t);
/// The value.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const float &t);
/// The value.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const double &t);
/// The value.
template <> inline poplar::ProfileValue toProfileValue(const std::string &t) { return t; }
/// Its name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const poplar::Type &t);
/// Shape, element type and name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const poplar::Tensor &t);
/// Its number.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const poplar::ComputeSet &t);
/// The values by name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const poplar::OptionFlags &t);
/// The kind of program.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const poplar::program::Sequence &t);
/// The kind of program.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const poplar::program::Copy &t);
/// Name of the enumerator.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const poplar::TensorCloneMethod &t);

/// A list of the elements' records.
template <class Value> poplar::ProfileValue toProfileValue(const std::vector<Value> &t) {
  poplar::ProfileValue::Vector values;
  for (const auto &element : t) values.push_back(toProfileValue(static_cast<const Value &>(element)));
  return values;
}
/// A list of the elements' records.
template <class Value, std::size_t length> poplar::ProfileValue toProfileValue(const std::array<Value, length> &t) {
  return toProfileValue(std::vector<Value>(t.begin(), t.end()));
}
/// A list of the elements' records.
template <class Value> poplar::ProfileValue toProfileValue(const poplar::ArrayRef<Value> &t) {
  return toProfileValue(std::vector<Value>(t.begin(), t.end()));
}
/// A list of two records.
template <class First, class Second> poplar::ProfileValue toProfileValue(const std::pair<First, Second> &t) {
  return poplar::ProfileValue::Vector{toProfileValue(t.first), toProfileValue(t.second)};
}
/// The record of what is pointed at, or "<null>".
template <class Value> poplar::ProfileValue toProfileValue(Value *const &t) {
  return t ? toProfileValue(static_cast<const Value &>(*t)) : poplar::ProfileValue("<null>");
}

/// An argument of an operation: its name and record.
struct POPLAR_API ArgType {
  poplar::detail::OwnedText n; ///< its name
  poplar::ProfileValue pv;     ///< its record
  /// A named record.
  ArgType(poplar::StringRef name, poplar::ProfileValue value) : n(name), pv(std::move(value)) {}
  /// A named record.
  ArgType(const std::pair<std::string, const poplar::ProfileValue> &p) : n(p.first), pv(p.second) {}
};

/// The record of one call of a library function: which library, and values by name.
class POPLAR_API OpDebugInfo : public poplar::DebugInfo {
public:
  /// `api`: the name of the function.
  OpDebugInfo(const poplar::DebugContext &debugContext, poplar::StringRef api);

protected:
  /// Adds or replaces a value.
  void add(poplar::StringRef name, const poplar::ProfileValue &value);
};

/// Made at the start of a library function; converts to the DebugContext of what the function is made of:
///   poputil::PoplibsOpDebugInfo di(debugContext, DI_ARGS(in, dims));
///   ... graph.addVariable(type, shape, {di, "name"}); ... di.addOutput(out);
class POPLAR_API PoplibsOpDebugInfo : public OpDebugInfo {
public:
  /// Records the arguments of the function `api`, by default the caller.
  PoplibsOpDebugInfo(const poplar::DebugContext &debugContext, const std::vector<ArgType> &args = {},
                     poplar::StringRef api = __builtin_FUNCTION());
  /// Records the results by name.
  void addOutputs(const poplar::ProfileValue::Map &outputs);
  template <class Less, class Allocator>
  void addOutputs(const std::map<std::string, poplar::ProfileValue, Less, Allocator> &outputs) {
    addOutputs(poplar::ProfileValue::Map(outputs.begin(), outputs.end()));
  }
  /// Records the result.
  void addOutput(const poplar::Tensor &output);
};

} // namespace poputil

/// `DI_ARG(x)` is the argument record of variable x; `DI_ARGS(x, y, ...)` the list of up to eight of them.
#define DI_ARG(T) ::poputil::ArgType(#T, ::poputil::toProfileValue(T))
#define POPUTIL_DI_1(A) DI_ARG(A)
#define POPUTIL_DI_2(A, B) DI_ARG(A), DI_ARG(B)
#define POPUTIL_DI_3(A, B, C) POPUTIL_DI_2(A, B), DI_ARG(C)
#define POPUTIL_DI_4(A, B, C, D) POPUTIL_DI_3(A, B, C), DI_ARG(D)
#define POPUTIL_DI_5(A, B, C, D, E) POPUTIL_DI_4(A, B, C, D), DI_ARG(E)
#define POPUTIL_DI_6(A, B, C, D, E, F) POPUTIL_DI_5(A, B, C, D, E), DI_ARG(F)
#define POPUTIL_DI_7(A, B, C, D, E, F, G) POPUTIL_DI_6(A, B, C, D, E, F), DI_ARG(G)
#define POPUTIL_DI_8(A, B, C, D, E, F, G, H) POPUTIL_DI_7(A, B, C, D, E, F, G), DI_ARG(H)
#define POPUTIL_DI_PICK(_1, _2, _3, _4, _5, _6, _7, _8, NAME, ...) NAME
#define DI_ARGS(...)                                                                                                   \
  {POPUTIL_DI_PICK(__VA_ARGS__, POPUTIL_DI_8, POPUTIL_DI_7, POPUTIL_DI_6, POPUTIL_DI_5, POPUTIL_DI_4, POPUTIL_DI_3,    \
                   POPUTIL_DI_2, POPUTIL_DI_1, 0)(__VA_ARGS__)}
