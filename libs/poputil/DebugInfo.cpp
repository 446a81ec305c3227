#include <poputil/DebugInfo.hpp>
#include <poplar/exceptions.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <cstring>

namespace poputil {

using poplar::ProfileValue;

template <> ProfileValue toProfileValue(const bool &t) { return t; }
template <> ProfileValue toProfileValue(const int &t) { return t; }
template <> ProfileValue toProfileValue(const unsigned int &t) { return t; }
template <> ProfileValue toProfileValue(const long &t) { return t; }
template <> ProfileValue toProfileValue(const unsigned long &t) { return t; }
template <> ProfileValue toProfileValue(const long long &t) { return t; }
template <> ProfileValue toProfileValue(const unsigned long long &t) { return t; }
template <> ProfileValue toProfileValue(const float &t) { return t; }
template <> ProfileValue toProfileValue(const double &t) { return t; }
template <> ProfileValue toProfileValue(const poplar::Type &t) { return t.toString(); }
template <> ProfileValue toProfileValue(const poplar::ComputeSet &t) { return t.getId(); }

template <> ProfileValue toProfileValue(const poplar::Tensor &t) {
  if (!t.valid()) return "<invalid>";
  return ProfileValue::Map{{"shape", toProfileValue(t.shape())},
                           {"type", t.elementType().toString()},
                           {"name", t.numElements() == 0 ? std::string() : t.getVarStr()}};
}

template <> ProfileValue toProfileValue(const poplar::OptionFlags &t) {
  ProfileValue::Map values;
  for (const auto &option : t) values[option.first] = option.second;
  return values;
}

template <> ProfileValue toProfileValue(const poplar::program::Sequence &) { return "Sequence"; }
template <> ProfileValue toProfileValue(const poplar::program::Copy &) { return "Copy"; }

template <> ProfileValue toProfileValue(const poplar::TensorCloneMethod &t) {
  switch (t) {
  case poplar::TensorCloneMethod::PRESERVE_ORDER_AND_ALIASES: return "PRESERVE_ORDER_AND_ALIASES";
  case poplar::TensorCloneMethod::CREATE_NEW_ORDER: return "CREATE_NEW_ORDER";
  case poplar::TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES: return "PRESERVE_ORDER_UNLESS_ALIASES";
  case poplar::TensorCloneMethod::GATHER_AND_PRESERVE_TILE_ORDER_AND_ALIASES:
    return "GATHER_AND_PRESERVE_TILE_ORDER_AND_ALIASES";
  }
  return "<unknown>";
}

OpDebugInfo::OpDebugInfo(const poplar::DebugContext &debugContext, poplar::StringRef api)
    : poplar::DebugInfo(debugContext, "poplibs") {
  setValue("api", api);
}

void OpDebugInfo::add(poplar::StringRef name, const ProfileValue &value) { setValue(name, value); }

PoplibsOpDebugInfo::PoplibsOpDebugInfo(const poplar::DebugContext &debugContext, const std::vector<ArgType> &args,
                                       poplar::StringRef api)
    : OpDebugInfo(debugContext, api) {
  ProfileValue::Map values;
  for (const ArgType &arg : args) values[arg.n] = arg.pv;
  if (!values.empty()) add("args", std::move(values));
}

void PoplibsOpDebugInfo::addOutputs(const ProfileValue::Map &outputs) { add("outputs", outputs); }

void PoplibsOpDebugInfo::addOutput(const poplar::Tensor &output) { addOutputs({{"output", toProfileValue(output)}}); }

namespace detail {

namespace {

/// "popops::reduce" of "poplar::Tensor popops::reduce(poplar::Graph &, ...)".
std::string qualifiedName(const char *prettyFunction) {
  const std::string text(prettyFunction, std::strcspn(prettyFunction, "("));
  std::string name = text.substr(text.find_last_of(" &*") + 1);
  const std::size_t detail = name.find("detail::"); // what headers call is no name of its own
  return detail == std::string::npos ? name : name.erase(detail, std::strlen("detail::"));
}

/// "reduce" of the same.
std::string shortName(const char *prettyFunction) {
  const std::string name = qualifiedName(prettyFunction);
  return name.substr(name.rfind(':') + 1);
}

/// Number `index` of a list "a, b, c".
std::string nameAt(const char *names, std::size_t index) {
  for (; index != 0; --index) names = std::strchr(names, ',') + 1;
  names += std::strspn(names, " ");
  return std::string(names, std::strcspn(names, ","));
}

} // namespace

OpRecord::OpRecord(const poplar::DebugContext &debugContext, const char *function, const char *names)
    : PoplibsOpDebugInfo(debugContext, {}, ""), function_(function), names_(names), isRecording_(setValue("api", "")),
      context_(*this, {}, debugContext.getLocation()) {
  if (isRecording_) add("api", shortName(function));
}

bool checkArgument(const poplar::Graph &graph, const char *function, const char *names, unsigned index,
                   const poplar::Tensor &t) {
  if (!t.valid())
    throw poplibs_error(qualifiedName(function) + ": the argument " + nameAt(names, index) +
                        " is an invalid tensor; it refers to no variable");
  try {
    graph.getSortedContiguousRegions(t, {}); // throws when the tensor is not of this graph
  } catch (const poplar::poplar_error &) {
    throw poplibs_error(qualifiedName(function) + ": the argument " + nameAt(names, index) + ", of shape " +
                        t.shapeToString() + " and type " + t.elementType().toString() + ", belongs to another graph");
  }
  return true;
}

void OpRecord::arguments(const std::vector<ProfileValue> &values) {
  ProfileValue::Map byName;
  for (std::size_t i = 0; i != values.size(); ++i) byName[nameAt(names_, i)] = values[i];
  add("args", std::move(byName));
}

} // namespace detail

} // namespace poputil
