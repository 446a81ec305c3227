#include <poplar/Engine.hpp>

#include <pva/Report.hpp>

#include "popgraph/engine/EngineState.hpp"
#include "popgraph/passes/Pipeline.hpp"

namespace poplar {

using popgraph::EngineOptions;
using popgraph::EngineState;
using popgraph::ExecutableAccess;

namespace {

std::string_view view(StringRef text) { return {text.data(), text.size()}; }

Executable compileFor(const Graph &graph, ArrayRef<program::Program> programs, const EngineOptions &options,
                      const ProgressFunc &progress) {
  const popgraph::GraphState &state = popgraph::GraphAccess::state(graph);
  popgraph::CompileOptions compile;
  compile.verify = options.verify;
  compile.progress = progress;
  // Hardware cannot run what does not fit; a model can, and warns. The user's word decides in both cases.
  compile.allowOutOfMemory =
      options.allowOutOfMemory >= 0 ? options.allowOutOfMemory != 0 : state.target.getTargetType() != TargetType::IPU;
  return ExecutableAccess::make(
      popgraph::compile(state, std::vector<program::Program>(programs.begin(), programs.end()), compile));
}

std::unique_ptr<EngineState> makeState(const Executable &executable, const EngineOptions &options, std::string name) {
  if (!ExecutableAccess::module(executable))
    throw poplar_error("Engine: the executable is empty; make it with compileGraph");
  return std::make_unique<EngineState>(ExecutableAccess::module(executable), options, std::move(name));
}

} // namespace

Executable compileGraph(const Graph &graph, ArrayRef<program::Program> programs, const OptionFlags &options,
                        ProgressFunc progress, const DebugContext &) {
  return compileFor(graph, programs, EngineOptions::parse(options), progress);
}

Engine::Engine(const Graph &graph, ArrayRef<program::Program> programs, const OptionFlags &flags, ProgressFunc progress,
               const DebugContext &context) {
  const EngineOptions options = EngineOptions::parse(flags);
  state_ = makeState(compileFor(graph, programs, options, progress), options, context.getPathName());
}
Engine::Engine(Executable executable, const OptionFlags &flags)
    : state_(makeState(executable, EngineOptions::parse(flags), "")) {}
Engine::Engine(Engine &&) noexcept = default;
Engine &Engine::operator=(Engine &&) noexcept = default;
Engine::~Engine() = default;

void Engine::load(const Device &device) { state_->load(device); }
void Engine::run(unsigned program, const std::string &debugName) { state_->run(program, debugName); }

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
  state_->streams().connect(view(handle), callback.release());
}
void Engine::connectStreamToCallback(StringRef handle, unsigned replica, StreamCallbackHandle callback) {
  if (replica != 0)
    throw graph_replication_error("Engine::connectStreamToCallback: the program has one replica, number 0");
  connectStreamToCallback(handle, std::move(callback));
}

void Engine::setPrintStream(std::ostream &stream) { state_->printStream = &stream; }
void Engine::setPrintTensorStream(std::ostream &stream) { state_->printTensorStream = &stream; }
void Engine::printProfileSummary(std::ostream &stream, const OptionFlags &options) { state_->summary(stream, options); }
pva::Report Engine::getReport(bool reportExecution) { return state_->report(reportExecution); }
void Engine::resetExecutionProfile() { state_->resetProfile(); }
void Engine::enableExecutionProfiling() { state_->setProfiling(true); }
void Engine::disableExecutionProfiling() { state_->setProfiling(false); }

} // namespace poplar
