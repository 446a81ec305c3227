// The value types as programs use them. Never run: that it compiles, without a warning, is the test.
#include <poplar/ArrayRef.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/IeeeHalf.hpp>
#include <poplar/Interval.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/ProfileValue.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/Target.hpp>
#include <poplar/Type.hpp>
#include <poplar/TypeConversion.hpp>
#include <poplar/FieldLayout.hpp>
#include <poplar/Version.hpp>
#include <poplar/exceptions.hpp>
#include <poplar/replication_factor.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

using namespace poplar;

namespace {

const Type kGlobalType = HALF;

std::size_t shape(ArrayRef<std::size_t> dims) { return dims.size(); }
std::size_t build(const Type &, ArrayRef<std::size_t> dims, const DebugContext & = {}) { return dims.size(); }
std::size_t library(const Type &type, const DebugNameAndId &dnai) { return build(type, {1, 2}, {dnai, "inner"}); }
std::size_t configure(const OptionFlags &options = {}, const DebugContext & = {}) { return options.size(); }

struct OpInfo : DebugInfo {
  OpInfo(const DebugContext &context, ProfileValue::Map arguments) : DebugInfo(context, "library") {
    setValue("arguments", arguments);
  }
};

std::size_t operation(const Type &type, const std::vector<std::size_t> &dims, const DebugContext &context = {}) {
  ProfileValue::Map arguments;
  arguments.insert({"type", type.toString()});
  arguments.insert({"rank", dims.size()});
  OpInfo info(context, arguments);
  return build(type, dims, {info, "out"}) + build(type, {}, {info}) + library(type, {info}) +
         library(type, {info, "sub"});
}

} // namespace

int main() {
  const std::array<std::size_t, 2> dims = {{2, 3}};
  const std::string prefix = "prefix";
  std::size_t total = shape({}) + shape({1}) + shape(dims) + shape(std::vector<std::size_t>(3, 1));
  total += build(FLOAT, {4, 4}) + build(FLOAT, {4, 4}, "x") + build(FLOAT, dims, {"x"}) + build(INT, {}, prefix + "/y");
  total += operation(kGlobalType, {1, 2, 3}, {prefix}) + operation(HALF, {1}, "op");
  total += configure() + configure({{"a", "b"}}) + configure({{"a", prefix}, {"c", "d"}}, "name");

  OptionFlags options{{"debug.instrument", "true"}};
  options.set("a", "b");
  options.set({{"c", "d"}});
  for (const auto &option : options)
    std::cout << option.first << '=' << option.second << '\n';

  std::vector<std::vector<Interval>> mapping(2);
  mapping[0].emplace_back(0, 4);
  mapping[1].push_back({4, 8});
  std::sort(mapping[0].begin(), mapping[0].end());
  std::map<Type, int> ordered = {{FLOAT, 1}};
  std::unordered_map<Type, int> hashed = {{FLOAT, 1}};
  std::set<std::string> names = {FLOAT.toString(), "float"};

  DeviceManager manager = DeviceManager::createDeviceManager();
  std::vector<Device> devices = manager.getDevices(TargetType::IPU, 1);
  auto it = std::find_if(devices.begin(), devices.end(), [](Device &device) { return device.attach(); });
  Device device;
  if (it != devices.end())
    device = std::move(*it);
  IPUModel model;
  model.numIPUs = 1;
  model.tilesPerIPU = 4;
  device = model.createDevice();
  const Target target = device.getTarget();

  std::vector<float> host(8);
  std::vector<char> raw(16);
  copyFloatToDeviceHalf(target, host.data(), raw.data(), host.size());
  copyDeviceHalfToFloat(target, raw.data(), host.data(), host.size());
  convertToDeviceType(HALF, ArrayRef<float>(host), raw.data());
  convertFromDeviceType(HALF, raw.data(), host);
  std::cout << target.getTypeLimitsMaxAs<float>(HALF) << equivalent_device_type<float>().value << kGlobalType
            << static_cast<unsigned>(replication_factor(2)) << versionString() + packageHash() << StringRef("x")
            << layout::to_string(layout::Vector::Span) << IeeeHalf(1.0f) << Interval(1, 2) << hashed.size()
            << ordered.size() << names.size() << total;
  try {
    throw invalid_option("unknown option " + StringRef("x"));
  } catch (const poplar_error &error) {
    std::cerr << error.what() << error.type;
  }
}
