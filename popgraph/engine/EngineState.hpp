#pragma once
// The inside of poplar::Engine: joins a Module with a backend, the host's side of streams, and the profile.
#include <atomic>
#include <chrono>
#include <iosfwd>
#include <memory>
#include <poplar/Device.hpp>
#include <poplar/Engine.hpp>
#include <string>

#include "popgraph/engine/Replicas.hpp"
#include "popgraph/profile/Records.hpp"
#include "popgraph/runtime/EngineOptions.hpp"
#include "profiler/ModelBuilder.hpp"
#include "profiler/Summary.hpp"

namespace pva {
class Report;
}

namespace popgraph {

/// Options of a text summary. Throws invalid_option in the name of `function`.
profiler::SummaryOptions summaryOptions(const poplar::OptionFlags &flags, const char *function);

class EngineState {
public:
  EngineState(std::shared_ptr<const Module> module, const EngineOptions &options, std::string name);
  ~EngineState();

  /// load() in two halves: memory for the program, and its contents.
  void prepare(const poplar::Device &device);
  void deploy();
  void run(unsigned program, const std::string &name);
  void write(std::string_view handle, const void *data, std::ptrdiff_t bytes);
  void read(std::string_view handle, void *data, std::ptrdiff_t bytes);
  HostStreams &streams() { return streams_; }
  RemoteMemory &remote() { return remote_; }
  HostFunctions &functions() { return functions_; }
  const Module &module() const { return *module_; }
  const EngineOptions &options() const { return options_; }
  void stop() { stop_ = true; }
  void summary(std::ostream &out, const poplar::OptionFlags &options) const;
  pva::Report report(bool execution) const;
  /// The file that the profile is written to; empty when there is none.
  std::string profileFile() const { return file_ ? filePath_ : std::string(); }
  void resetProfile();
  void setProfiling(bool on) { profiling_ = on; }
  const profiler::Model &profile() const { return model_->model(); }
  poplar::Engine::TimerTimePoint now() const;

  std::ostream *printStream = nullptr, *printTensorStream = nullptr;

private:
  const HandlePlan &handle(std::string_view name, bool isRead, std::ptrdiff_t bytes) const;
  void requireLoaded(const char *function) const;
  double microseconds() const;
  profile::CompileRecord compileRecord() const;

  std::shared_ptr<const Module> module_;
  EngineOptions options_;
  std::string name_;
  HostStreams streams_;
  RemoteMemory remote_;
  HostFunctions functions_;
  std::unique_ptr<Replicas> replicas_;
  bool loaded_ = false;
  std::atomic<bool> stop_{false};
  std::unique_ptr<profile::Sink> file_;         ///< the profile on disk, if asked for
  std::string filePath_;
  std::unique_ptr<profiler::ModelBuilder> model_; ///< for printProfileSummary
  bool profiling_ = true;
  std::chrono::steady_clock::time_point made_ = std::chrono::steady_clock::now();
};

} // namespace popgraph
