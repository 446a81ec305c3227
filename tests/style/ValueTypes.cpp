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
#include <poplar/TypeTraits.hpp>
#include <poplar/FieldLayout.hpp>
#include <poplar/Version.hpp>
#include <poplar/exceptions.hpp>
#include <poplar/replication_factor.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <type_traits>
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

template <typename T, typename... Args> constexpr bool makes() { return std::is_constructible<T, Args...>::value; }
template <typename From, typename To> constexpr bool converts() { return std::is_convertible<From, To>::value; }

// Types: small values that containers sort and hash.
static_assert(std::is_trivially_copyable<Type>::value, "");
static_assert(FLOAT == equivalent_device_type<float>().value && HALF != FLOAT && INT == SIGNED_INT, "");
static_assert(equivalent_device_type<unsigned>().value == UNSIGNED_INT && BOOL.hash() != CHAR.hash(), "");
// Devices move and do not copy.
static_assert(std::is_nothrow_move_constructible<Device>::value && std::is_nothrow_move_assignable<Device>::value, "");
static_assert(!std::is_copy_constructible<Device>::value && !std::is_copy_assignable<Device>::value, "");
static_assert(std::is_default_constructible<Device>::value, "");
// Managers, targets, models, options and profile values copy.
static_assert(std::is_copy_assignable<DeviceManager>::value && std::is_copy_assignable<Target>::value, "");
static_assert(std::is_copy_assignable<IPUModel>::value && std::is_copy_assignable<OptionFlags>::value, "");
static_assert(std::is_copy_assignable<ProfileValue>::value, "");
static_assert(makes<IPUModel>() && makes<IPUModel, const char *>() && !converts<const char *, IPUModel>(), "");
static_assert(makes<Target, std::istream &>() && !converts<std::istream &, Target>(), "");
// Views of text and arrays.
static_assert(converts<const char *, StringRef>() && converts<std::string, StringRef>(), "");
static_assert(converts<StringRef, std::string>(), "");
static_assert(converts<std::vector<int>, ArrayRef<int>>() && converts<std::array<int, 3>, ArrayRef<int>>(), "");
static_assert(converts<const int (&)[3], ArrayRef<int>>() && !converts<std::vector<long>, ArrayRef<int>>(), "");
// Debug contexts are made of all that names something.
static_assert(converts<const char *, DebugContext>() && converts<std::string, DebugContext>(), "");
static_assert(converts<StringRef, DebugContext>() && converts<DebugNameAndId, DebugContext>(), "");
static_assert(converts<OpInfo &, DebugContext>() && converts<SourceLocation, DebugContext>(), "");
static_assert(converts<OpInfo &, DebugNameAndId>() && converts<const char *, DebugNameAndId>(), "");
static_assert(!converts<int, DebugContext>() && !std::is_copy_constructible<OpInfo>::value, "");
// Numbers and factors are asked for by name.
static_assert(!converts<unsigned, replication_factor>() && makes<replication_factor, unsigned>(), "");
static_assert(converts<IeeeHalf, float>() && converts<float, IeeeHalf>(), "");
static_assert(TypeTraits::isSimpleType<float>() && !TypeTraits::isSimpleType<Type>(), "");
static_assert(TypeTraits::make<short>().size == 2 && TypeTraits::make<short>().isSigned, "");
// Errors: each is made of a text and is what its base says.
static_assert(makes<poplar_error, std::string>() && makes<poplar_error, const char *>(), "");
static_assert(!converts<std::string, poplar_error>() && std::is_base_of<std::runtime_error, poplar_error>::value, "");
static_assert(std::is_base_of<system_runtime_error, recoverable_runtime_error>::value, "");
static_assert(std::is_base_of<poplar::runtime_error, application_runtime_error>::value, "");
static_assert(converts<decltype(poplar_error::type), std::string>(), "");
static_assert(converts<decltype(graph_memory_allocation_error::profilePath), std::string>(), "");

struct OldCode { // as an application of an earlier SDK keeps its device
  std::unique_ptr<Device> device;
  Device empty;
  std::vector<Device> all;
};

std::string joined(const std::vector<std::size_t> &path, const DebugNameAndId &dnai) {
  return DebugContext{dnai, std::to_string(path.size())}.getPathName();
}

} // namespace

int main() {
  const std::array<std::size_t, 2> dims = {{2, 3}};
  const std::string prefix = "prefix";
  std::size_t total = shape({}) + shape({1}) + shape(dims) + shape(std::vector<std::size_t>(3, 1));
  total += build(FLOAT, {4, 4}) + build(FLOAT, {4, 4}, "x") + build(FLOAT, dims, {"x"}) + build(INT, {}, prefix + "/y");
  const DebugNameAndId dnai("outer");
  total += build(FLOAT, {}, {dnai, "x"}) + build(FLOAT, {}, {dnai}) + build(FLOAT, {}, {{dnai, "x"}, "y"}) +
           build(FLOAT, {}, {"a", "b"}) + build(FLOAT, {}, {prefix, "b"}) + build(FLOAT, {}, {}) +
           library(FLOAT, {{dnai, "x"}, "y"}) + library(FLOAT, {}) + library(FLOAT, {dnai, prefix}) +
           joined({1, 2}, {dnai, "z"}).size() + DebugContext{"a", "b"}.getPathName().size();
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
  OldCode old;
  old.device.reset(new Device(Device::createCPUDevice()));
  old.all.push_back(std::move(*old.device));
  old.all.emplace_back(IPUModel("ipu1").createDevice());
  old.all = DeviceManager().getDevices();
  std::swap(old.all.front(), old.all.back());
  old.empty = std::move(old.all.back());

  IPUModel model;
  model.numIPUs = 1;
  model.IPUVersion = "ipu2";
  model.relativeSyncDelay = IPUModel::RelativeSyncDelayType::NO_DELAY;
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
    const std::string type = error.type;
    std::cerr << error.what() << error.type << error.type.c_str() << ("type: " + error.type) << (error.type == type)
              << (error.type != "invalid_option") << type;
  }
}
