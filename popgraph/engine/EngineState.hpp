#pragma once
// The inside of poplar::Engine: joins a Module with a backend, the host's side of streams, and the profile.
#include <chrono>
#include <iosfwd>
#include <memory>
#include <poplar/Device.hpp>
#include <poplar/StreamCallback.hpp>
#include <string>

#include "popgraph/backends/Backend.hpp"
#include "popgraph/profile/Records.hpp"
#include "popgraph/runtime/EngineOptions.hpp"
#include "popgraph/runtime/HostIo.hpp"
#include "profiler/ModelBuilder.hpp"

namespace pva {
class Report;
}

namespace popgraph {

class EngineState {
public:
  EngineState(std::shared_ptr<const Module> module, const EngineOptions &options, std::string name);
  ~EngineState();

  void load(const poplar::Device &device);
  void run(unsigned program, const std::string &name);
  void write(std::string_view handle, const void *data, std::ptrdiff_t bytes);
  void read(std::string_view handle, void *data, std::ptrdiff_t bytes);
  HostStreams &streams() { return streams_; }
  void summary(std::ostream &out, const poplar::OptionFlags &options) const;
  pva::Report report(bool execution) const;
  void resetProfile();
  void setProfiling(bool on) { profiling_ = on; }

  std::ostream *printStream = nullptr, *printTensorStream = nullptr;

private:
  const HandlePlan &handle(std::string_view name, bool isRead, std::ptrdiff_t bytes) const;
  void requireLoaded(const char *function) const;
  profile::CompileRecord compileRecord() const;

  std::shared_ptr<const Module> module_;
  EngineOptions options_;
  std::string name_;
  HostStreams streams_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<profile::Sink> file_;         ///< the profile on disk, if asked for
  std::string filePath_;
  std::unique_ptr<profiler::ModelBuilder> model_; ///< for printProfileSummary
  bool profiling_ = true;
  std::chrono::steady_clock::time_point made_ = std::chrono::steady_clock::now();
};

} // namespace popgraph
