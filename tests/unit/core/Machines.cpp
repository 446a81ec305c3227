#include "popgraph/machine/Machine.hpp"
#include "tests/support/Catch.hpp"
#include "tests/support/Environment.hpp"
#include "tests/support/TemporaryFile.hpp"

#include <fstream>
#include <set>

using namespace popgraph;

namespace {

std::string faultOf(const std::string &json) {
  try {
    machineFromJson(json, "test.json");
  } catch (const MachineError &error) {
    return error.what();
  }
  return "none";
}

} // namespace

TEST_CASE("built-in machines are sound, and the chips add up to their published totals") {
  std::set<std::string> names;
  for (const Machine &machine : builtInMachines()) {
    CHECK_NOTHROW(checkMachine(machine, machine.name));
    names.insert(machine.name);
  }
  CHECK(names == std::set<std::string>{"gc2", "gc200", "bow", "c600", "cpu"});
  // Aggregate exchange: 7.8 TB/s on both early generations, 10.9 TB/s on Bow.
  const auto aggregate = [](const Machine &m) { return m.tilesPerIPU * m.clockHz * m.exchangeBytesPerCycle / 1e12; };
  CHECK(aggregate(machineByName("gc2")) == Approx(7.8).epsilon(.01));
  CHECK(aggregate(machineByName("gc200")) == Approx(7.8).epsilon(.01));
  CHECK(aggregate(machineByName("bow")) == Approx(10.9).epsilon(.01));
  for (const char *name : {"gc2", "gc200", "bow", "c600"}) {
    const Machine &machine = machineByName(name);
    CHECK(machine.rows * machine.columns * machine.lanes == machine.tilesPerIPU);
  }
}

TEST_CASE("architecture names mean generations") {
  CHECK(machineByName("ipu1").name == "gc2");
  CHECK(machineByName("ipu2").name == "gc200");
  CHECK(machineByName("ipu21").name == "c600");
  CHECK_THROWS_AS(machineByName("ipu3"), MachineError);
  CHECK_THROWS_AS(machineByName(""), MachineError);
}

TEST_CASE("the compute set overhead agrees with both points of the published measurement") {
  // C2: ScaledAdd on one tile between two counters (C1); six workers, a prologue of 26 slots, three per vector of two.
  const Machine &machine = machineByName("gc200");
  const auto measured = [&](unsigned elements) {
    const unsigned vectorsPerWorker = (elements / 2 + machine.workers - 1) / machine.workers;
    return machine.supervisorOnlyOverheadCycles + machine.computeSetOverheadCycles +
           machine.slotCycles * (26 + 3 * vectorsPerWorker);
  };
  CHECK(measured(64) == Approx(375).epsilon(.01));
  CHECK(measured(512) == Approx(1043).epsilon(.01));
}

TEST_CASE("a machine file changes the fields it names") {
  const Machine machine =
      machineFromJson(R"({"base": "bow", "name": "small", "tilesPerIPU": 32, "clockHz": 1e9})", "f");
  CHECK(machine.name == "small");
  CHECK(machine.tilesPerIPU == 32);
  CHECK(machine.clockHz == 1e9);
  CHECK(machine.bytesPerTile == machineByName("bow").bytesPerTile);
  CHECK(machineFromJson("{}", "f") == machineByName("gc200"));
}

TEST_CASE("a faulty machine file is refused with its name, the field and the nearest one") {
  CHECK(faultOf(R"({"tilesPerIpu": 3})") == "test.json: unknown field \"tilesPerIpu\"; did you mean \"tilesPerIPU\"?");
  CHECK(faultOf(R"({"tilesPerIPU": -3})") ==
        "test.json: \"tilesPerIPU\" must be a whole number from 0 to 4294967295, not -3");
  CHECK(faultOf(R"({"tilesPerIPU": 0})") == "test.json: \"tilesPerIPU\" must be at least 1");
  CHECK(faultOf(R"({"workers": 1, "workers": 2})") == "test.json: \"workers\" is given twice");
  CHECK(faultOf(R"({"tilesPerIPU": 2000})") ==
        "test.json: \"rows\" x \"columns\" x \"lanes\" must be at least \"tilesPerIPU\"");
  // IPUs have links; a CPU has none.
  CHECK(faultOf(R"({"linkBitsPerSecond": 0})") == "test.json: \"linkBitsPerSecond\" must be above 0");
  CHECK(faultOf(R"({"linksInPair": 0})") == "test.json: \"linksInPair\" must be at least 1");
  CHECK(faultOf(R"({"linksToNeighbourPair": 0})") == "test.json: \"linksToNeighbourPair\" must be at least 1");
  CHECK(faultOf(R"({"linkEfficiency": 0})") == "test.json: \"linkEfficiency\" must be in (0, 1]");
  CHECK(faultOf(R"({"base": "cpu", "linksInPair": 0})") == "none");
  for (const char *json :
       {"", "[", "[1]", "3", "{\"tilesPerIPU\": 1.5}", "{\"tilesPerIPU\": \"3\"}", "{\"name\": 3}",
        "{\"clockHz\": 1e999}", "{\"base\": \"ipu9\"}", "{\"workers\": {\"a\": 1}}",
        "{\"rows\": 4294967295, \"workers\": 100}", "{\"interleavedOffset\": 100}", "{\"workers\": [[1]]}"})
    CHECK(faultOf(json).rfind("test.json: ", 0) == 0);
  CHECK(faultOf(std::string(1 << 21, ' ')).rfind("test.json: ", 0) == 0);
  CHECK(faultOf(std::string(100000, '[')).rfind("test.json: ", 0) == 0);
}

TEST_CASE("machines are written as JSON that reads back equal, and as texts for every field") {
  for (const Machine &machine : builtInMachines()) {
    CHECK(machineFromJson(machineToJson(machine), "f") == machine);
    const auto constants = machineConstants(machine);
    CHECK(constants.size() == machineFields().size());
    CHECK(constants[0] == std::pair<std::string, std::string>("name", machine.name));
  }
  for (const MachineFieldInfo &info : machineFields()) CHECK_FALSE(info.source.empty());
}

TEST_CASE("constants after a machine's name replace its own") {
  const Machine machine = loadMachine("bow,workers=8,clockHz=2e9,name=fast");
  CHECK(machine.name == "fast");
  CHECK(machine.workers == 8);
  CHECK(machine.clockHz == 2e9);
  CHECK(machine.bytesPerTile == machineByName("bow").bytesPerTile);
  CHECK(loadMachine("syncRowCycles=3").architecture == "ipu2");
  CHECK(loadMachine("syncRowCycles=3").syncRowCycles == 3);
  // The layout follows the number of tiles.
  CHECK(loadMachine("gc2,tilesPerIPU=2944").rows == 46);
  CHECK(loadMachine("gc2,tilesPerIPU=8").rows == machineByName("gc2").rows);
  const TemporaryFile file("machine.json");
  std::ofstream(file.path) << R"({"base": "gc2", "workers": 3})";
  CHECK(loadMachine(file.path + ",slotCycles=3").workers == 3);
  const auto fault = [](const std::string &text) {
    try {
      loadMachine(text);
      return std::string("none");
    } catch (const MachineError &error) {
      return std::string(error.what());
    }
  };
  CHECK(fault("bow,workrs=8") == "bow,workrs=8: unknown field \"workrs\"; did you mean \"workers\"?");
  CHECK(fault("bow,workers=8,workers=7") == "bow,workers=8,workers=7: \"workers\" is given twice");
  CHECK(fault("bow,workers=many") ==
        "bow,workers=many: \"workers\" must be a whole number from 0 to 4294967295, not \"many\"");
  CHECK(fault("workers=8,bow") ==
        "workers=8,bow: \"bow\" is no constant such as workers=8; only the first part names a machine");
  CHECK(fault("pairingCredit=1.5") == "pairingCredit=1.5: \"pairingCredit\" must be a number from 0 to 1");
  CHECK(fault("bow,tilesPerIPU=0") == "bow,tilesPerIPU=0: \"tilesPerIPU\" must be at least 1");
  CHECK(fault("bow,") != "none");
}

TEST_CASE("the longest sync follows from the table of delays") {
  CHECK(loadMachine("syncRowCycles=2").maxSyncDelay == 10 + 2 * (2 * 22 + 7 * 4 + 8));
  CHECK(loadMachine("minSyncDelay=20").maxSyncDelay == 136);
  CHECK(loadMachine("gc2,tilesPerIPU=2432").maxSyncDelay == 10 + 2 * (37 + 7 * 4 + 8)); // 38 rows
  CHECK(machineFromJson(R"({"base": "gc2", "syncFarHalfCycles": 0})", "f").maxSyncDelay == 10 + 2 * (18 + 7 * 4));
  CHECK(loadMachine("maxSyncDelay=126").maxSyncDelay == 126);
  CHECK_THROWS_WITH(loadMachine("maxSyncDelay=300"), "maxSyncDelay=300: \"maxSyncDelay\" must be 126, or left out: it "
                                                     "follows from \"minSyncDelay\", \"syncRowCycles\", "
                                                     "\"syncColumnCycles\" and \"syncFarHalfCycles\"");
  CHECK(faultOf(R"({"maxSyncDelay": 5})").find("must be 126") != std::string::npos);
}

TEST_CASE("constants that only planners and queries read are marked, and found where they differ") {
  for (const MachineFieldInfo &info : machineFields()) {
    if (info.field == "memoryBase" || info.field == "rptCountMax") CHECK(info.plansOnly());
    if (info.field == "slotCycles" || info.field == "exchangeBytesPerCycle") CHECK_FALSE(info.plansOnly());
  }
  for (const Machine &machine : builtInMachines()) CHECK(unsimulatedChanges(machine).empty());
  CHECK(unsimulatedChanges(loadMachine("bow,slotCycles=3,workers=4")).empty());
  CHECK(unsimulatedChanges(loadMachine("gc2,memoryBase=5,slotCycles=3,rptCountMax=9")) ==
        std::vector<std::string>{"rptCountMax", "memoryBase"});
  // A machine of another name may have what any of its architecture has.
  CHECK(unsimulatedChanges(loadMachine("bow,name=own")).empty());
  CHECK(unsimulatedChanges(loadMachine("bow,name=own,memoryBase=5")) == std::vector<std::string>{"memoryBase"});
}

TEST_CASE("the text of a machine names the constants that differ and reads back") {
  CHECK(machineText(machineByName("bow")) == "bow");
  CHECK(machineText(withTiles(machineByName("gc200"), 12)) == "gc200");
  const Machine machine = loadMachine("bow,workers=8,clockHz=2e9");
  CHECK(machineText(machine).starts_with("bow,"));
  CHECK(machineText(machine).find("workers=8") != std::string::npos);
  CHECK(loadMachine(machineText(machine)) == machine);
}

TEST_CASE("the environment names a machine or a file of constants") {
  const TemporaryFile file("machine.json");
  const Environment path("POPGRAPH_MACHINE", file.path.c_str());
  std::ofstream(file.path) << R"({"base": "gc2", "tilesPerIPU": 8})";
  CHECK(machineFromEnvironment().tilesPerIPU == 8);
  const Environment missing("POPGRAPH_MACHINE", "/nowhere/machine.json");
  CHECK_THROWS_AS(machineFromEnvironment(), MachineError);
  const Environment named("POPGRAPH_MACHINE", "ipu21");
  CHECK(machineFromEnvironment().name == "c600");
  const Environment unset("POPGRAPH_MACHINE", nullptr);
  CHECK(machineFromEnvironment().name == "gc200");
}
