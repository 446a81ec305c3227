#include <poplar/Engine.hpp>

#include <algorithm>
#include <pva/Report.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/engine/EngineState.hpp"
#include "popgraph/engine/LegacyProfile.hpp"
#include "popgraph/passes/Pipeline.hpp"
#include "profiler/Reader.hpp"

namespace poplar {

using popgraph::EngineOptions;
using popgraph::EngineState;
using popgraph::ExecutableAccess;

namespace {

std::string_view view(StringRef text) { return {text.data(), text.size()}; }

Executable compileFor(const Graph &graph, ArrayRef<program::Program> programs, const EngineOptions &options,
                      const ProgressFunc &progress, const std::string &name = "") {
  const popgraph::GraphState &state = popgraph::GraphAccess::state(graph);
  popgraph::CompileOptions compile;
  compile.verify = options.verify;
  compile.progress = progress;
  // Hardware cannot run what does not fit; a model can, and warns. The user's word decides in both cases.
  compile.allowOutOfMemory =
      options.allowOutOfMemory >= 0 ? options.allowOutOfMemory != 0 : state.target.getTargetType() != TargetType::IPU;
  const std::vector<program::Program> list(programs.begin(), programs.end());
  try {
    return ExecutableAccess::make(popgraph::compile(state, list, compile));
  } catch (const graph_memory_allocation_error &error) {
    if (!options.reportGraph) throw;
    compile.allowOutOfMemory = true; // what lies where is what its profile is for
    const EngineState described(popgraph::compile(state, list, compile), options, name);
    throw graph_memory_allocation_error(error.what(), described.profileFile());
  }
}

std::unique_ptr<EngineState> makeState(const Executable &executable, const EngineOptions &options, std::string name) {
  if (!ExecutableAccess::module(executable))
    throw poplar_error("Engine: the executable is empty; make it with compileGraph");
  return std::make_unique<EngineState>(ExecutableAccess::module(executable), options, std::move(name));
}

} // namespace

Executable compileGraph(const Graph &graph, ArrayRef<program::Program> programs, const OptionFlags &options,
                        detail::CheckFlag checkOptionFlags, ProgressFunc progress, const DebugContext &) {
  return compileFor(graph, programs, EngineOptions::parse(options, checkOptionFlags.value), progress);
}

Engine::Engine(const Graph &graph, ArrayRef<program::Program> programs, const OptionFlags &flags, ProgressFunc progress,
               const DebugContext &context) {
  const EngineOptions options = EngineOptions::parse(flags);
  state_ = makeState(compileFor(graph, programs, options, progress, context.getPathName()), options,
                     context.getPathName());
}
Engine::Engine(Executable executable, const OptionFlags &flags)
    : state_(makeState(executable, EngineOptions::parse(flags), "")) {}
Engine::Engine(Engine &&) noexcept = default;
Engine &Engine::operator=(Engine &&) noexcept = default;
Engine::~Engine() = default;

void Engine::load(const Device &device) {
  prepare(device);
  deploy();
}
void Engine::prepare(const Device &device, const RuntimeOptions &options) {
  EngineOptions::parse(options.getOptions()); // for its checks
  state_->prepare(device);
}
void Engine::deploy() { state_->deploy(); }
void Engine::run(unsigned program, StringRef debugName) { state_->run(program, debugName.cloneAsString()); }
void Engine::run(unsigned program, const RuntimeOptions &options, StringRef debugName) {
  EngineOptions::parse(options.getOptions());
  run(program, debugName);
}
void Engine::stop() { state_->stop(); }

void Engine::writeTensor(StringRef handle, const void *begin, const void *end) {
  state_->write(view(handle), begin, static_cast<const char *>(end) - static_cast<const char *>(begin));
}
void Engine::writeTensor(StringRef handle, const void *begin) { state_->write(view(handle), begin, -1); }
void Engine::readTensor(StringRef handle, void *begin, void *end) {
  state_->read(view(handle), begin, static_cast<char *>(end) - static_cast<char *>(begin));
}
void Engine::readTensor(StringRef handle, void *begin) { state_->read(view(handle), begin, -1); }

void Engine::connectStream(StringRef handle, void *begin, void *end) {
  state_->streams().connect(view(handle), begin, end);
}
void Engine::connectStream(StringRef handle, void *data) { state_->streams().connect(view(handle), data, nullptr); }
void Engine::connectStreamToCallback(StringRef handle, StreamCallbackHandle callback) {
  connectStreamToCallback(handle, 0, std::move(callback));
}
void Engine::connectStreamToCallback(StringRef handle, unsigned replica, StreamCallbackHandle callback) {
  state_->streams().connect(view(handle), replica, callback.release());
}
std::size_t Engine::numStreams() const { return state_->module().tables.streams.size(); }
detail::OwnedText Engine::streamName(std::size_t index) const {
  return StringRef(state_->module().tables.streams[index].handle());
}

void Engine::connectHostFunction(StringRef handle, unsigned replica, HostCallbackHandle callback) {
  state_->functions().connect(view(handle), replica, callback.release());
}

void Engine::copyToRemoteBuffer(const void *row, StringRef handle, std::uint64_t repeat, unsigned replica) {
  const auto to = state_->remote().row(view(handle), repeat, replica, -1, "copyToRemoteBuffer");
  std::copy_n(static_cast<const char *>(row), to.bytes, to.data);
}
void Engine::copyFromRemoteBuffer(StringRef handle, void *row, std::uint64_t repeat, unsigned replica) {
  const auto from = state_->remote().row(view(handle), repeat, replica, -1, "copyFromRemoteBuffer");
  std::copy_n(from.data, from.bytes, static_cast<char *>(row));
}
void Engine::copyToRemoteBuffer(const void *begin, const void *end, StringRef handle, std::uint64_t repeat,
                                unsigned replica) {
  const auto bytes = static_cast<const char *>(end) - static_cast<const char *>(begin);
  state_->remote().row(view(handle), repeat, replica, bytes, "copyToRemoteBuffer");
  copyToRemoteBuffer(begin, handle, repeat, replica);
}
void Engine::copyFromRemoteBuffer(StringRef handle, void *begin, void *end, std::uint64_t repeat, unsigned replica) {
  const auto bytes = static_cast<char *>(end) - static_cast<char *>(begin);
  state_->remote().row(view(handle), repeat, replica, bytes, "copyFromRemoteBuffer");
  copyFromRemoteBuffer(handle, begin, repeat, replica);
}

void Engine::setPrintStream(std::ostream &stream) { state_->printStream = &stream; }
void Engine::setPrintTensorStream(std::ostream &stream) { state_->printTensorStream = &stream; }
void Engine::printProfileSummary(std::ostream &stream, const OptionFlags &options) { state_->summary(stream, options); }
void printGraphSummary(std::ostream &stream, StringRef profilePath, const OptionFlags &options) {
  const profiler::SummaryOptions summary = popgraph::summaryOptions(options, "printGraphSummary");
  try {
    profiler::writeSummary(stream, profiler::readProfile(profilePath.cloneAsString()), summary);
  } catch (const profiler::ReadError &error) {
    throw file_load_error(profilePath, error.what());
  }
}
pva::Report Engine::getReport(bool reportExecution) { return state_->report(reportExecution); }
void Engine::resetExecutionProfile() { state_->resetProfile(); }
void Engine::enableExecutionProfiling() { state_->setProfiling(true); }
void Engine::disableExecutionProfiling() { state_->setProfiling(false); }

ProfileValue Engine::getGraphProfile() const { return popgraph::graphProfile(state_->profile()); }
ProfileValue Engine::getExecutionProfile() const { return popgraph::executionProfile(state_->profile()); }
ProfileValue Engine::getProfile() const {
  return ProfileValue::Map{{"graphProfile", getGraphProfile()}, {"executionProfile", getExecutionProfile()}};
}
void Engine::reportIntervals(std::ostream &stream) const { popgraph::writeIntervals(stream, state_->profile()); }

Engine::TimerTimePoint Engine::getTimeStamp() const { return state_->now(); }
detail::OwnedText Engine::timingText(const TimerTimePoint &start, const TimerTimePoint &end) const {
  const double clockHz = state_->module().target.getTileClockFrequency();
  const std::uint64_t cycles = end.deviceCycles - std::min(start.deviceCycles, end.deviceCycles);
  return StringRef(fmt::format("{} cycles, {:.6f} s of the device, {:.6f} s of the host", cycles,
                               static_cast<double>(cycles) / clockHz,
                               (end.hostMicroseconds - start.hostMicroseconds) * 1e-6));
}

OptionFlags Engine::getEngineOptions() const {
  OptionFlags flags;
  for (const auto &option : state_->options().all) flags.set(option.name, option.value);
  return flags;
}
OptionFlags Engine::getTargetOptions() const {
  OptionFlags flags;
  for (const auto &[name, value] : popgraph::machineConstants(popgraph::machineOf(state_->module().target)))
    flags.set(name, value);
  return flags;
}

} // namespace poplar
