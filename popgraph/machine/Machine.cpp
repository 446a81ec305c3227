#include "popgraph/machine/Machine.hpp"

#include "popgraph/base/Nearest.hpp"
#include "popgraph/machine/Floorplan.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <set>

namespace popgraph {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

constexpr std::size_t kGc2 = 0, kGc200 = 1, kC600 = 3, kNumMachines = 5;

// Made at first use: programs ask for devices while their own static objects are made.
const std::array<Machine, kNumMachines> &machines() {
  static const std::array<Machine, kNumMachines> table = [] {
    std::array<Machine, kNumMachines> all;
#define X(type, field, gc2, gc200, bow, c600, cpu, unit, source)                                                       \
  all[kGc2].field = gc2, all[kGc200].field = gc200, all[2].field = bow, all[kC600].field = c600, all[4].field = cpu;
    POPGRAPH_MACHINE_FIELDS(X)
#undef X
    return all;
  }();
  return table;
}

const MachineFieldInfo kFields[] = {
#define X(type, field, gc2, gc200, bow, c600, cpu, unit, source) {#field, unit, source},
    POPGRAPH_MACHINE_FIELDS(X)
#undef X
};

std::string asText(const std::string &value) { return value; }
std::string asText(std::uint32_t value) { return std::to_string(value); }
std::string asText(double value) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

[[noreturn]] void fail(const std::string &source, const std::string &fault) {
  throw MachineError(source + ": " + fault);
}

void assign(std::string &field, const nlohmann::json &value, const std::string &name, const std::string &source) {
  if (!value.is_string() || value.get_ref<const std::string &>().empty())
    fail(source, "\"" + name + "\" must be a text, not " + value.dump());
  field = value.get<std::string>();
}
void assign(std::uint32_t &field, const nlohmann::json &value, const std::string &name, const std::string &source) {
  // A whole number written with a fraction or an exponent is as good as any.
  const double number = value.is_number() ? value.get<double>() : -1;
  if (number < 0 || number != std::floor(number) || number > std::numeric_limits<std::uint32_t>::max())
    fail(source, "\"" + name + "\" must be a whole number from 0 to 4294967295, not " + value.dump());
  field = static_cast<std::uint32_t>(number);
}
void assign(double &field, const nlohmann::json &value, const std::string &name, const std::string &source) {
  const double number = value.is_number() ? value.get<double>() : -1;
  if (!(number >= 0) || !std::isfinite(number))
    fail(source, "\"" + name + "\" must be a number from 0 on, not " + value.dump());
  field = number;
}

/// `otherNames`: what else a name may be, for the fault.
void setField(Machine &machine, const std::string &name, const nlohmann::json &value, const std::string &source,
              std::vector<std::string> otherNames) {
#define X(type, field, gc2, gc200, bow, c600, cpu, unit, source_)                                                      \
  if (name == #field) return assign(machine.field, value, name, source);
  POPGRAPH_MACHINE_FIELDS(X)
#undef X
  for (const MachineFieldInfo &info : kFields) otherNames.emplace_back(info.field);
  fail(source, "unknown field \"" + name + "\"" + didYouMean(name, otherNames));
}

/// The longest internal sync: to the place farthest from the root, in the last row beside the middle, and back.
std::uint64_t longestSync(const Machine &machine) {
  if (machine.rows == 0 || machine.columns == 0) return machine.minSyncDelay; // no machine: checkMachine() says so
  const std::uint32_t row = machine.rows - 1, middle = (machine.columns - 1) / 2;
  const std::uint32_t beyond = std::min(middle + 1, machine.columns - 1);
  return machine.minSyncDelay + 2 * std::max(syncDelay(machine, row, middle), syncDelay(machine, row, beyond));
}

std::vector<std::string> machineNames() {
  std::vector<std::string> names;
  for (const Machine &machine : machines()) names.push_back(machine.name);
  return names;
}

Machine withLongestSync(Machine machine) {
  machine.maxSyncDelay = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(longestSync(machine), std::numeric_limits<std::uint32_t>::max()));
  return machine;
}

} // namespace

std::span<const Machine> builtInMachines() { return machines(); }
std::span<const MachineFieldInfo> machineFields() { return kFields; }

const Machine &machineByName(std::string_view name) {
  if (name == "ipu1") return machines()[kGc2];
  if (name == "ipu2") return machines()[kGc200];
  if (name == "ipu21") return machines()[kC600];
  for (const Machine &machine : machines())
    if (machine.name == name) return machine;
  throw MachineError("no machine is called \"" + std::string(name) + "\"" + didYouMean(name, machineNames()) +
                     "; there are gc2 (ipu1), gc200 (ipu2), bow, c600 (ipu21), cpu, and files of constants (.json)");
}

Machine machineFromJson(std::string_view text, const std::string &source) {
  if (text.size() > kMaxFileBytes) fail(source, "larger than the 1 MiB a machine file may have");
  // Depth and doubled names are checked while reading: nlohmann would keep the last of two equal names in silence.
  std::set<std::string> seen;
  std::string doubled;
  bool deep = false;
  const auto json = nlohmann::json::parse(
      text,
      [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json &value) {
        deep = deep || depth > 1;
        if (event == nlohmann::json::parse_event_t::key && depth == 1 && !seen.insert(value.get<std::string>()).second)
          doubled = value.get<std::string>();
        return !deep;
      },
      false, true);
  if (json.is_discarded() || deep || !json.is_object())
    fail(source, "not a JSON object of machine constants such as {\"base\": \"gc200\", \"tilesPerIPU\": 32}");
  if (!doubled.empty()) fail(source, "\"" + doubled + "\" is given twice");

  Machine machine = machines()[kGc200];
  if (json.contains("base")) {
    std::string base;
    assign(base, json["base"], "base", source);
    try {
      machine = machineByName(base);
    } catch (const MachineError &error) {
      fail(source, std::string("\"base\": ") + error.what());
    }
  }
  for (const auto &[name, value] : json.items())
    if (name != "base") setField(machine, name, value, source, {"base"});
  if (!json.contains("maxSyncDelay")) machine = withLongestSync(std::move(machine));
  checkMachine(machine, source);
  return machine;
}

namespace {

Machine loadBase(const std::string &nameOrPath) {
  if (nameOrPath.find('/') == std::string::npos && !nameOrPath.ends_with(".json")) return machineByName(nameOrPath);
  std::ifstream file(nameOrPath, std::ios::binary);
  if (!file) fail(nameOrPath, "cannot read the machine file");
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return machineFromJson(text, nameOrPath);
}

/// "bow,workers=8" is a base and constants; the base may be left out.
struct MachineText {
  std::string base;
  std::vector<std::string> constants;
};

MachineText split(const std::string &text) {
  MachineText result;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    if (begin == 0 && part.find('=') == std::string::npos)
      result.base = part;
    else
      result.constants.push_back(part);
    begin = end + 1;
  }
  return result;
}

Machine withConstants(Machine machine, const std::vector<std::string> &constants, const std::string &source) {
  if (constants.empty()) return machine;
  std::set<std::string> seen;
  for (const std::string &constant : constants) {
    const std::size_t equals = constant.find('=');
    if (equals == std::string::npos)
      fail(source, "\"" + constant + "\" is no constant such as workers=8; only the first part names a machine");
    const std::string name = constant.substr(0, equals), value = constant.substr(equals + 1);
    if (!seen.insert(name).second) fail(source, "\"" + name + "\" is given twice");
    const auto number = nlohmann::json::parse(value, nullptr, false);
    setField(machine, name, number.is_number() ? number : nlohmann::json(value), source, {});
  }
  const std::uint32_t maxSyncDelay = machine.maxSyncDelay;
  machine = withTiles(std::move(machine), machine.tilesPerIPU);
  if (seen.contains("maxSyncDelay")) machine.maxSyncDelay = maxSyncDelay; // checked, and nothing else
  checkMachine(machine, source);
  return machine;
}

} // namespace

Machine loadMachine(const std::string &text) {
  const MachineText parts = split(text);
  const bool named = parts.constants.empty() || !parts.base.empty();
  return withConstants(named ? loadBase(parts.base) : machines()[kGc200], parts.constants, text);
}

Machine withEnvironmentConstants(Machine machine) {
  const char *value = std::getenv("POPGRAPH_MACHINE");
  const MachineText parts = split(value ? value : "");
  try {
    if (!parts.base.empty()) loadBase(parts.base); // not used here, but a wrong one is a mistake everywhere
  } catch (const MachineError &error) {
    fail("POPGRAPH_MACHINE", error.what());
  }
  return withConstants(std::move(machine), parts.constants, "POPGRAPH_MACHINE");
}

Machine machineFromEnvironment() {
  const char *value = std::getenv("POPGRAPH_MACHINE");
  if (!value || !*value) return machines()[kGc200];
  try {
    return loadMachine(value);
  } catch (const MachineError &error) {
    fail("POPGRAPH_MACHINE", error.what());
  }
}

Machine withTiles(Machine machine, std::uint32_t tilesPerIPU) {
  machine.tilesPerIPU = tilesPerIPU;
  const std::uint32_t perRow = std::max(1u, machine.columns * machine.lanes);
  machine.rows = std::max(machine.rows, tilesPerIPU / perRow + (tilesPerIPU % perRow ? 1 : 0));
  return withLongestSync(std::move(machine));
}

void checkMachine(const Machine &machine, const std::string &source) {
  const auto require = [&](bool fine, const char *fault) {
    if (!fine) fail(source, fault);
  };
  const auto atLeastOne = [&](std::uint32_t value, const char *field) {
    if (value == 0) fail(source, std::string("\"") + field + "\" must be at least 1");
  };
  for (auto [value, field] : {std::pair{machine.tilesPerIPU, "tilesPerIPU"},
                              {machine.workers, "workers"},
                              {machine.rows, "rows"},
                              {machine.columns, "columns"},
                              {machine.lanes, "lanes"},
                              {machine.slotCycles, "slotCycles"},
                              {machine.instructionBytes, "instructionBytes"},
                              {machine.rptCountMax, "rptCountMax"},
                              {machine.bytesPerTile, "bytesPerTile"},
                              {machine.atomicStoreBytes, "atomicStoreBytes"},
                              {machine.memcpyBytesPerCycle, "memcpyBytesPerCycle"},
                              {machine.exchangeBytesPerCycle, "exchangeBytesPerCycle"},
                              {machine.exchangeWordsPerSend, "exchangeWordsPerSend"},
                              {machine.exchangeWordsPerTransfer, "exchangeWordsPerTransfer"},
                              {machine.tilesPerSharedExchangeBus, "tilesPerSharedExchangeBus"},
                              {machine.hostPayloadBytes, "hostPayloadBytes"},
                              {machine.hostWriteBytes, "hostWriteBytes"}})
    atLeastOne(value, field);
  require(machine.tilesPerIPU <= 65536, "\"tilesPerIPU\" must be at most 65536");
  require(machine.workers <= 64, "\"workers\" must be at most 64");
  require(std::uint64_t{machine.rows} * machine.columns * machine.lanes >= machine.tilesPerIPU,
          "\"rows\" x \"columns\" x \"lanes\" must be at least \"tilesPerIPU\"");
  require(machine.bytesPerTile <= 0x40000000, "\"bytesPerTile\" must be at most 1073741824");
  require(machine.dataPathBits >= 8 && machine.dataPathBits <= 1024 && machine.dataPathBits % 8 == 0,
          "\"dataPathBits\" must be a multiple of 8 from 8 to 1024");
  require(machine.memoryElementBytes >= 1024, "\"memoryElementBytes\" must be at least 1024");
  require(machine.interleavedOffset <= machine.bytesPerTile, "\"interleavedOffset\" must be at most \"bytesPerTile\"");
  require(machine.interleavedOffset % machine.memoryElementBytes == 0,
          "\"interleavedOffset\" must be a multiple of \"memoryElementBytes\"");
  require(machine.unloadableTailBytes < machine.bytesPerTile,
          "\"unloadableTailBytes\" must be less than \"bytesPerTile\"");
  if (const std::uint64_t longest = longestSync(machine); machine.maxSyncDelay != longest)
    fail(source, "\"maxSyncDelay\" must be " + std::to_string(longest) +
                     ", or left out: it follows from \"minSyncDelay\", \"syncRowCycles\", \"syncColumnCycles\" and "
                     "\"syncFarHalfCycles\"");
  require(machine.pairingCredit <= 1, "\"pairingCredit\" must be a number from 0 to 1");
  require(machine.clockHz >= 1, "\"clockHz\" must be at least 1");
  require(machine.hostBytesPerCycle > 0, "\"hostBytesPerCycle\" must be above 0");
  require(machine.linkTopology == "mesh" || machine.linkTopology == "torus",
          "\"linkTopology\" must be \"mesh\" or \"torus\"");
  require(machine.linkEfficiency > 0 && machine.linkEfficiency <= 1, "\"linkEfficiency\" must be in (0, 1]");
  if (machine.architecture == "cpu") return; // it has no links
  atLeastOne(machine.linksInPair, "linksInPair");
  atLeastOne(machine.linksToNeighbourPair, "linksToNeighbourPair");
  require(machine.linkBitsPerSecond > 0, "\"linkBitsPerSecond\" must be above 0");
}

std::vector<std::pair<std::string, std::string>> machineConstants(const Machine &machine) {
  return {
#define X(type, field, gc2, gc200, bow, c600, cpu, unit, source) {#field, asText(machine.field)},
      POPGRAPH_MACHINE_FIELDS(X)
#undef X
  };
}

std::string machineText(const Machine &machine) {
  std::string text = machine.name;
  const auto builtIn = builtInMachines();
  const auto base = std::find_if(builtIn.begin(), builtIn.end(), [&](const Machine &m) { return m.name == text; });
  if (base == builtIn.end()) return text;
  const auto own = machineConstants(machine), usual = machineConstants(*base);
  for (std::size_t i = 0; i != own.size(); ++i)
    if (own[i] != usual[i] && own[i].first != "tilesPerIPU" && own[i].first != "rows")
      text += "," + own[i].first + "=" + own[i].second;
  return text;
}

std::vector<std::string> unsimulatedChanges(const Machine &machine) {
  std::vector<std::vector<std::pair<std::string, std::string>>> usual;
  for (const Machine &m : builtInMachines())
    if (m.name == machine.name) usual = {machineConstants(m)};
  if (usual.empty())
    for (const Machine &m : builtInMachines())
      if (m.architecture == machine.architecture) usual.push_back(machineConstants(m));
  const auto own = machineConstants(machine);
  std::vector<std::string> changes;
  for (std::size_t i = 0; i != own.size(); ++i)
    if (kFields[i].plansOnly() && !usual.empty() &&
        std::none_of(usual.begin(), usual.end(), [&](const auto &m) { return m[i] == own[i]; }))
      changes.push_back(own[i].first);
  return changes;
}

std::string machineToJson(const Machine &machine) {
  nlohmann::ordered_json json;
#define X(type, field, gc2, gc200, bow, c600, cpu, unit, source) json[#field] = machine.field;
  POPGRAPH_MACHINE_FIELDS(X)
#undef X
  return json.dump();
}

} // namespace popgraph
