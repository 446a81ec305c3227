#include "simulator/validate/Bench.hpp"

#include <cstdlib>
#include <filesystem>
#include <poplar/CycleCount.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Target.hpp>
#include <popops/codelets.hpp>
#include <poprand/codelets.hpp>
#include <sstream>
#include <unistd.h>

#include "profiler/Reader.hpp"

namespace popgraph::validate {

using namespace poplar;
using popgraph::profile::StepKind;

namespace {

Device deviceOf(const char *machine, unsigned ipus) {
  setenv("POPGRAPH_MACHINE", machine, 1);
  std::vector<Device> devices = DeviceManager().getDevices(TargetType::IPU, ipus);
  if (devices.empty()) throw std::runtime_error("there is no device of " + std::to_string(ipus) + " IPUs");
  return std::move(devices.front());
}

} // namespace

Bench::Bench(const char *machine, unsigned ipus)
    : device_(deviceOf(machine, ipus)), graph_(std::make_unique<Graph>(device_.getTarget())) {
  popops::addCodelets(*graph_);
  poprand::addCodelets(*graph_);
}

void Bench::codelets(const std::string &source) {
  std::stringstream text("#include <poplar/Vertex.hpp>\nusing namespace poplar;\n" + source);
  graph_->addCodelets(text);
}

Tensor Bench::data(const Type &type, std::size_t elements, unsigned tile) {
  Tensor variable = graph_->addVariable(type, {elements});
  graph_->setTileMapping(variable, tile);
  return variable;
}

VertexRef Bench::vertex(ComputeSet &set, const std::string &name, unsigned tile) {
  VertexRef vertex = graph_->addVertex(set, name);
  graph_->setTileMapping(vertex, tile);
  return vertex;
}

double Bench::cycles(const program::Program &program, unsigned tile) {
  program::Sequence sequence{program};
  const Tensor count = cycleCount(*graph_, sequence, tile, SyncType::INTERNAL);
  graph_->createHostRead("count", count);
  Engine engine(*graph_, sequence);
  engine.load(device_);
  engine.run();
  std::uint32_t words[2];
  engine.readTensor("count", words, words + 2);
  return static_cast<double>(std::uint64_t(words[1]) << 32 | words[0]);
}

profiler::Model Bench::profile(const program::Program &program) {
  std::string folder = (std::filesystem::temp_directory_path() / "validate.XXXXXX").string();
  if (!mkdtemp(folder.data())) throw std::runtime_error("cannot make a folder like " + folder);
  {
    Engine engine(*graph_, program, {{"autoReport.all", "true"}, {"autoReport.directory", folder}});
    engine.load(device_);
    engine.run();
  }
  // The second engine of a process gets a folder of its own below.
  std::string path = folder + "/profile.pgprof";
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().filename() == "profile.pgprof") path = entry.path().string();
  profiler::Model model = profiler::readProfile(path);
  std::filesystem::remove_all(folder); // the model keeps the file open
  return model;
}

std::vector<std::uint32_t> tileCycles(const profiler::Model &model, StepKind kind, unsigned n) {
  for (const profiler::Step &step : model.runs.at(0).steps)
    if (step.kind == kind && n-- == 0) {
      if (step.array >= 0) return model.tileCycles(static_cast<std::size_t>(step.array));
      return std::vector<std::uint32_t>(model.numTiles(), static_cast<std::uint32_t>(step.duration));
    }
  throw std::runtime_error("the run has too few steps");
}

double meanCycles(const profiler::Model &model, StepKind kind) {
  double sum = 0;
  for (const std::uint64_t cycles : model.keptCyclesByTile.at(static_cast<std::size_t>(kind)))
    sum += static_cast<double>(cycles);
  return sum / model.numTiles();
}

} // namespace popgraph::validate
