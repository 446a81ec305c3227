#include "popgraph/api/TargetAccess.hpp"

#include "popgraph/api/OptionTable.hpp"
#include "popgraph/base/Log.hpp"
#include "poplar/exceptions.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <istream>
#include <limits>
#include <mutex>
#include <set>

namespace poplar {
namespace detail {

const TargetData &TargetAccess::data(const Target &target) {
  if (!target.data_)
    throw poplar_error("this Target is empty; take one from a Device or from Target::createIPUTarget()");
  return *target.data_;
}

Target TargetAccess::make(std::shared_ptr<const TargetData> data) {
  Target target;
  target.data_ = std::move(data);
  return target;
}

} // namespace detail

namespace {

constexpr std::string_view kMagic = "popgraph-target 1 ";
constexpr std::size_t kMaxBytes = 1 << 20;

/// Links of a ladder: IPUs 2k and 2k+1 are a rung, and each is joined with its neighbours on the same side; in a torus
/// the ends, too. Sides come first: data goes along them and crosses at the rung of its destination.
///
///   0 ═ 1      ═ rung: linksInPair links
///   ‖   ‖      ‖ side: linksToNeighbourPair links
///   2 ═ 3
std::vector<GlobalExchangeConstraint> ladder(unsigned numIPUs, const popgraph::Machine &machine) {
  std::vector<GlobalExchangeConstraint> constraints;
  const double link = machine.linkBitsPerSecond * machine.linkEfficiency;
  const auto both = [&](unsigned a, unsigned b, unsigned links) {
    constraints.emplace_back(link * links, std::vector{GlobalExchangeFlow(a, b)});
    constraints.emplace_back(link * links, std::vector{GlobalExchangeFlow(b, a)});
  };
  for (unsigned ipu = 0; ipu + 2 < numIPUs; ++ipu)
    both(ipu, ipu + 2, machine.linksToNeighbourPair);
  if (machine.linkTopology == "torus" && numIPUs > 4)
    for (unsigned side = 0; side < 2; ++side)
      if (const unsigned last = (numIPUs - 1 - side) / 2 * 2 + side; last > side + 2)
        both(last, side, machine.linksToNeighbourPair);
  for (unsigned ipu = 0; ipu + 1 < numIPUs; ipu += 2)
    both(ipu, ipu + 1, machine.linksInPair);
  return constraints;
}

std::string makeKey(const detail::TargetData &data) {
  nlohmann::ordered_json json;
  json["type"] = toString(data.type);
  json["numIPUs"] = data.numIPUs;
  json["machine"] = nlohmann::ordered_json::parse(popgraph::machineToJson(data.machine));
  if (data.ownConstraints)
    for (const GlobalExchangeConstraint &constraint : data.constraints) {
      nlohmann::ordered_json flows = nlohmann::ordered_json::array();
      for (const GlobalExchangeFlow &flow : constraint.flows)
        flows.push_back({flow.src, flow.dst});
      json["constraints"].push_back({{"bandwidth", constraint.bandwidth}, {"flows", flows}});
    }
  return json.dump();
}

Target parseTarget(const std::string &text) {
  const auto json = nlohmann::json::parse(text);
  const std::string typeName = json.at("type");
  TargetType type = TargetType::IPU;
  for (TargetType candidate : {TargetType::IPU_MODEL, TargetType::CPU})
    if (typeName == toString(candidate))
      type = candidate;
  if (typeName != toString(type))
    throw poplar_error("unknown target type \"" + typeName + "\"");
  const std::int64_t numIPUs = json.at("numIPUs");
  if (numIPUs < 1 || numIPUs > std::numeric_limits<int>::max())
    throw poplar_error("impossible number of IPUs: " + std::to_string(numIPUs));
  std::vector<GlobalExchangeConstraint> constraints;
  if (json.contains("constraints"))
    for (const auto &constraint : json["constraints"]) {
      std::vector<GlobalExchangeFlow> flows;
      for (const auto &flow : constraint.at("flows"))
        flows.emplace_back(flow.at(0).get<unsigned>(), flow.at(1).get<unsigned>());
      constraints.emplace_back(constraint.at("bandwidth").get<double>(), std::move(flows));
    }
  return popgraph::makeTarget(type, static_cast<unsigned>(numIPUs),
                              popgraph::machineFromJson(json.at("machine").dump(), "machine"), std::move(constraints));
}

} // namespace

void Target::serialize(std::ostream &stream) const {
  const std::string &key = detail::TargetAccess::data(*this).key;
  stream << kMagic << key.size() << '\n' << key;
}

Target::Target(std::istream &stream) {
  const auto fail = [](const std::string &fault) { throw poplar_error("cannot read a Target: " + fault); };
  std::string head(kMagic.size(), '\0');
  if (!stream.read(head.data(), static_cast<std::streamsize>(head.size())) || head != kMagic)
    fail("the stream does not begin with one of this format");
  std::string digits;
  for (char c; stream.get(c) && c != '\n' && digits.size() < 8;)
    digits += c;
  std::size_t size = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || size > kMaxBytes)
    fail("its size is not a number up to " + std::to_string(kMaxBytes));
  std::string text(size, '\0');
  if (!stream.read(text.data(), static_cast<std::streamsize>(size)))
    fail("the stream ends before the target does");
  try {
    *this = parseTarget(text);
  } catch (const std::exception &error) {
    fail(error.what());
  }
}

} // namespace poplar

namespace popgraph {

const Machine &machineOf(const poplar::Target &target) { return poplar::detail::TargetAccess::data(target).machine; }

namespace {

/// Tells, once of each constant, that a change of it shows nowhere.
void warnOfUnsimulated(const Machine &machine) {
  static std::mutex mutex;
  static std::set<std::string> told;
  for (const std::string &name : unsimulatedChanges(machine)) {
    const std::lock_guard lock(mutex);
    if (told.insert(name).second)
      log().warn("machine \"{}\": \"{}\" is another than usual, but only planners and queries read it: no simulated "
                 "cycle follows from it",
                 machine.name, name);
  }
}

} // namespace

poplar::Target makeTarget(poplar::TargetType type, unsigned numIPUs, const Machine &machine,
                          std::vector<poplar::GlobalExchangeConstraint> constraints) {
  constexpr std::uint64_t kMaxTiles = 1 << 24;
  if (numIPUs == 0 || std::uint64_t{numIPUs} * machine.tilesPerIPU > kMaxTiles)
    throw poplar::invalid_machine_model(std::to_string(numIPUs) + " IPUs of " + std::to_string(machine.tilesPerIPU) +
                                        " tiles were asked for; there must be at least 1 IPU, and at most " +
                                        std::to_string(kMaxTiles) + " tiles in all");
  try {
    checkMachine(machine, "machine \"" + machine.name + "\"");
  } catch (const MachineError &error) {
    throw poplar::invalid_machine_model(error.what());
  }
  warnOfUnsimulated(machine);
  for (const poplar::GlobalExchangeConstraint &constraint : constraints) {
    const auto fail = [&](const std::string &fault) {
      throw poplar::invalid_machine_model("globalExchangeConstraints[" + std::to_string(&constraint - &constraints[0]) +
                                          "] " + fault);
    };
    if (!(constraint.bandwidth > 0))
      fail("has a bandwidth of " + std::to_string(constraint.bandwidth) + " bits per second; it must be above 0");
    for (const poplar::GlobalExchangeFlow &flow : constraint.flows)
      if (std::max(flow.src, flow.dst) >= numIPUs)
        fail("names IPU " + std::to_string(std::max(flow.src, flow.dst)) + " of " + std::to_string(numIPUs));
  }
  auto data = std::make_shared<poplar::detail::TargetData>();
  data->type = type;
  data->numIPUs = numIPUs;
  data->machine = machine;
  for (std::uint32_t offset = 0; offset < machine.bytesPerTile; offset += machine.memoryElementBytes) {
    data->memoryElementOffsets.push_back(offset);
    if (machine.bytesPerTile - offset <= machine.memoryElementBytes)
      break;
  }
  data->ownConstraints = !constraints.empty();
  data->constraints = data->ownConstraints ? std::move(constraints) : poplar::ladder(numIPUs, machine);
  data->key = poplar::makeKey(*data);
  return poplar::detail::TargetAccess::make(std::move(data));
}

poplar::Target replicaTarget(const poplar::Target &target, unsigned replication) {
  const auto &data = poplar::detail::TargetAccess::data(target);
  if (replication == 1) return target;
  if (replication == 0 || data.numIPUs % replication != 0)
    throw poplar::graph_replication_error("Graph: " + std::to_string(replication) +
                                          " replicas cannot share a target with " + std::to_string(data.numIPUs) +
                                          (data.numIPUs == 1 ? " IPU" : " IPUs") + "; their number must divide it");
  return makeTarget(data.type, data.numIPUs / replication, data.machine);
}

Machine ipuMachine(const std::string &nameOrPath) {
  try {
    Machine machine = nameOrPath.empty() ? machineFromEnvironment() : withEnvironmentConstants(loadMachine(nameOrPath));
    if (machine.architecture == "cpu")
      throw MachineError("machine \"" + machine.name + "\" is no IPU; use a CPU target or device for it");
    return machine;
  } catch (const MachineError &error) {
    throw poplar::invalid_machine_model(error.what());
  }
}

Machine applyTargetOptions(Machine machine, const poplar::OptionFlags &options, TargetEnvironment environment) {
  poplar::OptionFlags all = options;
  if (environment == TargetEnvironment::Use)
    poplar::readJSONFromEnv("POPLAR_TARGET_OPTIONS", all);
  checkOptions(kTargetOptions, all, "the target");
  if (all.find("ipuLinkTopology") != all.end()) machine.linkTopology = all.at("ipuLinkTopology").str();
  if (all.find("tilesPerIPU") == all.end())
    return machine;
  const std::uint64_t tiles = optionNumber(all.at("tilesPerIPU").str());
  if (tiles == 0 || tiles > machine.tilesPerIPU)
    throw poplar::invalid_option("option 'tilesPerIPU' of the target is '" + all.at("tilesPerIPU") + "'; machine \"" +
                                 machine.name + "\" allows 1 to " + std::to_string(machine.tilesPerIPU));
  return withTiles(std::move(machine), static_cast<std::uint32_t>(tiles));
}

} // namespace popgraph
