// Mistakes with targets, devices, models and options.
#include <sstream>

#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

TEST_CASE("a device that is taken, and a number of IPUs that there is not, are no errors") {
  DeviceManager manager;
  Device first = manager.getDevice(0), again = manager.getDevice(0), pair = manager.getDevice(16);
  REQUIRE(first.attach());
  CHECK_FALSE(again.attach());
  CHECK_FALSE(pair.attach()); // it holds IPUs 0 and 1
  CHECK_FALSE(again.isAttached());
  CHECK(manager.getDevices(TargetType::IPU, 17).empty());
  first.detach();
  CHECK(pair.attach());
}

TEST_CASE("devices that do not exist, are empty or not attached are named") {
  throwsNaming<poplar_error>({"device 50", "0 to 49"}, [] { DeviceManager().getDevice(50); });
  throwsNaming<poplar_error>({"device 77", "0 to 49"}, [] { DeviceManager().getChildDeviceIds(77); });
  throwsNaming<poplar_error>({"empty", "DeviceManager"}, [] { Device().attach(); });
  throwsNaming<poplar_error>({"empty", "DeviceManager"}, [] { Device().getTarget(); });
  throwsNaming<poplar_error>({"device 3", "attached"}, [] { DeviceManager().getDevice(3).reset(); });
  throwsNaming<poplar_error>({"CUDA", "createCPUDevice"}, [] { Device::createCUDADevice(); });
}

TEST_CASE("questions that only an IPU can answer name the type of the device") {
  Device cpu = Device::createCPUDevice();
  unsigned part;
  throwsNaming<poplar_error>({"driver", "CPU"}, [&] { cpu.getDriverVersion(part, part, part); });
  throwsNaming<poplar_error>({"IPU", "CPU"}, [&] { cpu.getDriverIDs(); });
  throwsNaming<poplar_error>({"NUMA", "CPU"}, [&] { cpu.getNumaTopology(); });
  throwsNaming<poplar_error>({"simulator", "CPU"}, [&] { Device::createSimulatorDevice(cpu.getTarget()); });
  throwsNaming<index_error>({"\"tipe\"", "\"type\""}, [&] { cpu.getAttribute("tipe"); });
}

TEST_CASE("targets that cannot be are refused with what is allowed") {
  throwsNaming<invalid_machine_model>({"ipu9", "gc200"}, [] { Target::createIPUTarget(1, "ipu9"); });
  throwsNaming<invalid_machine_model>({"cpu", "CPU target"}, [] { Target::createIPUTarget(1, "cpu"); });
  throwsNaming<invalid_machine_model>({"0 IPUs", "at least 1"}, [] { Target::createIPUTarget(0, "ipu2"); });
  const Target target = Target::createIPUTarget(1, "ipu2");
  throwsNaming<poplar_error>({"2 IPUs of 1473", "1 IPUs of 1472"}, [&] { target.createVirtualTarget(2, 1473); });
  throwsNaming<poplar_error>({"empty", "createIPUTarget"}, [] { Target().getNumTiles(); });
  throwsNaming<poplar_error>({"largest", "unsigned int", "float"},
                             [&] { target.getTypeLimitsMaxAs<float>(UNSIGNED_INT); });
  throwsNaming<type_error>({"default-constructed Type"}, [&] { target.getTypeSize(Type()); });
  std::istringstream text("no target");
  throwsNaming<poplar_error>({"cannot read a Target"}, [&] { Target read(text); });
}

TEST_CASE("models that cannot be are refused with the number that is wrong") {
  throwsNaming<invalid_machine_model>({"ipu9", "ipu21"}, [] { IPUModel model("ipu9"); });
  IPUModel model;
  model.tilesPerIPU = 0;
  throwsNaming<invalid_machine_model>({"tilesPerIPU is 0"}, [&] { model.createDevice(); });
  model.tilesPerIPU = 4;
  model.numIPUs = 0;
  throwsNaming<invalid_machine_model>({"0 IPUs", "at least 1 IPU"}, [&] { model.createDevice(); });
  model.numIPUs = 1;
  model.numWorkerContexts = 0;
  throwsNaming<invalid_machine_model>({"workers"}, [&] { model.createDevice(); });
  model = IPUModel();
  model.memoryBytesPerTile = 0;
  throwsNaming<invalid_machine_model>({"bytesPerTile"}, [&] { model.createDevice(); });
}

TEST_CASE("options of devices, streams and summaries are checked by name and value") {
  throwsNaming<invalid_option>({"Unrecognised option", "tilePerIPU", "tilesPerIPU"},
                               [] { DeviceManager().getDevices({{"tilePerIPU", "4"}}); });
  throwsNaming<invalid_option>({"tilesPerIPU", "four", "whole number"},
                               [] { IPUModel().createDevice({{"tilesPerIPU", "four"}}); });
  throwsNaming<invalid_option>({"tilesPerIPU", "1473", "1 to 1472"},
                               [] { Target::createIPUTarget(1, "ipu2", {{"tilesPerIPU", "1473"}}); });
  Graph graph(Target::createCPUTarget());
  throwsNaming<invalid_option>({"Unrecognised option", "bufferDepth", "bufferingDepth"}, [&] {
    graph.addHostToDeviceFIFO("a", FLOAT, 1, ReplicatedStreamMode::REPLICATE, {{"bufferDepth", "2"}});
  });
  throwsNaming<invalid_option>({"bufferingDepth", "deep", "whole number"},
                               [&] { graph.addDeviceToHostFIFO("b", FLOAT, 1, {{"bufferingDepth", "deep"}}); });
  Engine engine(graph, program::Sequence());
  std::ostringstream text;
  throwsNaming<invalid_option>({"Unrecognised option", "showExecutionStep", "showExecutionSteps"},
                               [&] { engine.printProfileSummary(text, {{"showExecutionStep", "true"}}); });
  throwsNaming<invalid_option>({"showVarStorage", "perhaps", "true or false"},
                               [&] { engine.printProfileSummary(text, {{"showVarStorage", "perhaps"}}); });
}

TEST_CASE("options of engines are checked by name and value, from programs and from the environment") {
  Graph graph(Target::createCPUTarget());
  const auto make = [&](const OptionFlags &options) { Engine engine(graph, program::Sequence(), options); };
  for (const OptionFlags &options : std::vector<OptionFlags>{
           {{"target.deterministicWorkers", "portable"}, {"streamCallbacks.numWorkerThreads", "auto"}},
           {{"opt.internalExchangeOptimisationTarget", "memory"}, {"exchange.streamBufferOverlap", "none"}},
           {{"debug.computeInstrumentationLevel", "ipu"}, {"debug.trace.out", "file"}},
           {{"streamCallbacks.multiThreadMode", "collaborative"}, {"streamCallbacks.maxLookahead", "unlimited"}},
           {{"opt.enableSkipSyncs", "true"}, {"debug.instrument", "1"}}})
    CHECK_NOTHROW(make(options));
  throwsNaming<invalid_option>({"opt.internalExchangeOptimisationTarget", "speed", "cycles, memory or balanced"},
                               [&] { make({{"opt.internalExchangeOptimisationTarget", "speed"}}); });
  throwsNaming<invalid_option>({"target.deterministicWorkers", "maybe", "portable"},
                               [&] { make({{"target.deterministicWorkers", "maybe"}}); });
  throwsNaming<invalid_option>({"target.hostSyncTimeout", "-1", "whole number"},
                               [&] { make({{"target.hostSyncTimeout", "-1"}}); });
  for (const char *variable : {"POPLAR_ENGINE_OPTIONS", "POPLAR_RUNTIME_OPTIONS"}) {
    {
      Environment options(variable, R"({"debug.instrumnt":true})");
      throwsNaming<invalid_option>({"debug.instrumnt", "debug.instrument"}, [&] { make({}); });
    }
    Environment options(variable, R"({"debug.instrument":)");
    throwsNaming<parse_error>({variable, "JSON object"}, [&] { make({}); });
  }
  Environment options("POPLAR_TARGET_OPTIONS", "[]");
  throwsNaming<parse_error>({"POPLAR_TARGET_OPTIONS", "JSON object"}, [] { DeviceManager().getDevices(); });
}

TEST_CASE("an environment without the codelet compiler is named, with the variable that helps") {
  // The source is new, so that no cache has it.
  Environment popc("POPGRAPH_POPC", "/nonexistent/popc");
  Environment cache("POPGRAPH_CACHE", "/nonexistent/cache");
  Graph graph(Target::createCPUTarget());
  std::stringstream source("#include <poplar/Vertex.hpp>\nstruct NoCompiler : public poplar::Vertex { bool compute() { "
                           "return true; } };");
  throwsNaming<no_environment>({"POPGRAPH_POPC", "/nonexistent/popc"}, [&] { graph.addCodelets(source); });
}
