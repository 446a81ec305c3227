#include <poputil/DebugInfo.hpp>

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

} // namespace poputil
