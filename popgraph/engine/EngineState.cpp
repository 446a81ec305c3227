#include "popgraph/engine/EngineState.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/base/Log.hpp"
#include "popgraph/base/Nearest.hpp"
#include "popgraph/profile/ProfileWriter.hpp"
#include "popgraph/runtime/Faults.hpp"
#include "popgraph/runtime/PrintTensor.hpp"

namespace popgraph {

namespace {

/// The first engine of a process writes DIR/profile.pgprof, later ones DIR/<name or number>/profile.pgprof.
std::string profilePath(const std::string &directory, const std::string &name) {
  static std::atomic<unsigned> engines{0};
  const unsigned number = engines++;
  std::filesystem::path path(directory.empty() ? "." : directory);
  if (number > 0) path /= name.empty() ? std::to_string(number) : name;
  std::filesystem::create_directories(path);
  return path / "profile.pgprof";
}

} // namespace

EngineState::EngineState(std::shared_ptr<const Module> module, const EngineOptions &options, std::string name)
    : module_(std::move(module)), options_(options), name_(std::move(name)), streams_(*module_, options.enablePrefetch),
      remote_(*module_), functions_(*module_), model_(std::make_unique<profiler::ModelBuilder>()) {
  const profile::CompileRecord record = compileRecord();
  model_->compiled(record);
  if (options_.reportGraph || options_.reportExecution) {
    profile::WriterOptions writer;
    writer.keepRunsPerProgram = options_.keepRuns;
    writer.execution = options_.reportExecution;
    try {
      filePath_ = profilePath(options_.reportDirectory, name_);
      file_ = profile::writeProfile(filePath_, writer);
      file_->compiled(record);
    } catch (const std::exception &error) { // reporting never changes whether a program runs
      log().warn("no profile is written: {}", error.what());
      file_ = nullptr;
    }
  }
}

EngineState::~EngineState() = default;

void EngineState::prepare(const poplar::Device &device) {
  const poplar::Target target = device.getTarget();
  const auto fits = [&] {
    return target.getNumIPUs() % module_->replication == 0 &&
           replicaTarget(target, module_->replication) == module_->target;
  };
  if (!fits())
    throw poplar::poplar_error("Engine::load: the program was compiled for another target than the device's; compile "
                               "it for device.getTarget()");
  loaded_ = false;
  if (replicas_) return;
  TileDefaults defaults;
  defaults.floatExceptions = options_.floatExceptions;
  defaults.stochasticRounding = options_.stochasticRounding;
  defaults.seed = options_.seed;
  replicas_ = std::make_unique<Replicas>(module_, defaults, [this](const std::string &text) {
    std::ostream &out = printStream ? *printStream : std::cout;
    out << text << std::flush;
  });
}

void EngineState::deploy() {
  if (!replicas_) throw poplar::poplar_error("Engine::deploy: call Engine::prepare first");
  replicas_->reset();
  streams_.rewind();
  loaded_ = true;
}

void EngineState::requireLoaded(const char *function) const {
  if (!loaded_) throw poplar::tensor_io_state_error(fmt::format("Engine::{}: call Engine::load first", function));
}

double EngineState::microseconds() const {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - made_).count();
}

poplar::Engine::TimerTimePoint EngineState::now() const {
  poplar::Engine::TimerTimePoint point;
  point.hostMicroseconds = microseconds();
  point.deviceCycles = replicas_ ? replicas_->clock() : 0;
  return point;
}

namespace {

/// Passes records on to the model in memory and to the file. A file that cannot be written to is given up with a
/// warning: reporting never changes whether a program runs.
class Tee final : public profile::Sink {
public:
  Tee(std::unique_ptr<profile::Sink> *file, profile::Sink &model) : file_(file), model_(model) {}
  void compiled(const profile::CompileRecord &) override {}
  void beginRun(std::uint32_t program, const std::string &name) override {
    model_.beginRun(program, name);
    toFile([&](profile::Sink &file) { file.beginRun(program, name); });
  }
  bool wantsSteps() const override { return model_.wantsSteps() || (file_ && *file_ && (*file_)->wantsSteps()); }
  void step(const profile::StepRecord &record) override {
    if (model_.wantsSteps()) model_.step(record);
    toFile([&](profile::Sink &file) {
      if (file.wantsSteps()) file.step(record);
    });
  }
  void endRun(const profile::RunRecord &run, const profile::TotalsRecord &totals) override {
    model_.endRun(run, totals);
    toFile([&](profile::Sink &file) { file.endRun(run, totals); });
  }

private:
  template <typename F> void toFile(F &&f) {
    if (!file_ || !*file_) return;
    try {
      f(**file_);
    } catch (const std::exception &error) {
      log().warn("the profile ends here: {}", error.what());
      file_->reset();
    }
  }
  std::unique_ptr<profile::Sink> *file_; ///< null: not asked for
  profile::Sink &model_;
};

} // namespace

void EngineState::run(unsigned program, const std::string &name) {
  requireLoaded("run");
  if (program >= module_->entries.size())
    throw poplar::poplar_error(fmt::format("Engine::run: program {} does not exist; the engine has {} programs",
                                           program, module_->entries.size()));
  Tee tee(options_.reportExecution ? &file_ : nullptr, *model_);
  profile::RunRecord run;
  run.programIndex = program;
  run.name = name;
  run.startMicroseconds = microseconds();
  if (profiling_) tee.beginRun(program, name);
  const auto finish = [&] {
    run.endMicroseconds = microseconds();
    if (profiling_) tee.endRun(run, replicas_->totals());
  };
  stop_ = false;
  const FaultHandlers faults;
  const Replicas::Host host{streams_, remote_, functions_, stop_,
                            [this](const PrintPlan &plan, const Storage &storage) {
                              printTensor(printTensorStream ? *printTensorStream : std::cerr, plan, storage);
                            }};
  try {
    replicas_->run(program, host, profiling_ ? &tee : nullptr, run);
  } catch (...) {
    finish();
    throw;
  }
  finish();
}

const HandlePlan &EngineState::handle(std::string_view name, bool isRead, std::ptrdiff_t bytes) const {
  const char *function = isRead ? "readTensor" : "writeTensor";
  requireLoaded(function);
  for (const HandlePlan &plan : module_->handles) {
    if (plan.name != name || plan.isRead != isRead) continue;
    const auto needed = static_cast<std::ptrdiff_t>(plan.elements * elementBytes(plan.type) * module_->replication);
    if (bytes >= 0 && bytes != needed)
      throw poplar::tensor_io_state_error(fmt::format(
          "Engine::{}: '{}' has {} bytes ({} elements of type {}{}), the host memory has {}", function, name, needed,
          plan.elements, elementName(plan.type),
          module_->replication > 1 ? fmt::format(" in each of {} replicas", module_->replication) : "", bytes));
    return plan;
  }
  std::vector<std::string> names;
  for (const HandlePlan &plan : module_->handles) {
    if (plan.name == name)
      throw poplar::tensor_io_state_error(fmt::format("Engine::{}: '{}' was made with {}", function, name,
                                                      plan.isRead ? "createHostRead" : "createHostWrite"));
    if (plan.isRead == isRead) names.push_back(plan.name);
  }
  throw poplar::tensor_io_state_error(
      fmt::format("Engine::{}: there is no handle '{}'{}", function, name, didYouMean(name, names)));
}

void EngineState::write(std::string_view name, const void *data, std::ptrdiff_t bytes) {
  const HandlePlan &plan = handle(name, false, bytes);
  const std::size_t size = elementBytes(plan.type);
  for (std::size_t r = 0; r < replicas_->size(); ++r)
    replicas_->storage(r).scatter(plan.runs, size, static_cast<const char *>(data) + r * plan.elements * size);
}

void EngineState::read(std::string_view name, void *data, std::ptrdiff_t bytes) {
  const HandlePlan &plan = handle(name, true, bytes);
  const std::size_t size = elementBytes(plan.type);
  for (std::size_t r = 0; r < replicas_->size(); ++r)
    replicas_->storage(r).gather(plan.runs, size, static_cast<char *>(data) + r * plan.elements * size);
}

profiler::SummaryOptions summaryOptions(const poplar::OptionFlags &flags, const char *function) {
  profiler::SummaryOptions options;
  checkOptions(kSummaryOptions, flags, function);
  for (const auto &[name, value] : flags) {
    if (name == "showExecutionSteps")
      options.showExecutionSteps = optionIsTrue(value);
    else if (name == "showVarStorage")
      options.showVarStorage = optionIsTrue(value);
    else if (name == "showPerIpuMemoryUsage")
      options.showPerIpuMemoryUsage = optionIsTrue(value);
  }
  return options;
}

void EngineState::summary(std::ostream &out, const poplar::OptionFlags &flags) const {
  profiler::writeSummary(out, model_->model(), summaryOptions(flags, "printProfileSummary"));
}

void EngineState::resetProfile() {
  if (replicas_) replicas_->resetTotals();
  model_ = std::make_unique<profiler::ModelBuilder>();
  model_->compiled(compileRecord());
}

} // namespace popgraph
