#pragma once
#include "popgraph/profile/Records.hpp"
#include "profiler/Model.hpp"

namespace profiler {

/// Fills a Model straight from the records, without a file: for summaries an engine prints itself.
/// Keeps all totals, and the single steps of the last run only; a program that runs a million times takes no more room
/// than one that runs twice.
class ModelBuilder : public popgraph::profile::Sink {
public:
  /// `maxSteps`: of one run; later ones only count in the totals.
  explicit ModelBuilder(std::size_t maxSteps = 100000) : maxSteps_(maxSteps) {}
  void compiled(const popgraph::profile::CompileRecord &record) override;
  void beginRun(std::uint32_t programIndex, const std::string &name) override;
  bool wantsSteps() const override { return running_ && model_.runs.back().steps.size() < maxSteps_; }
  void step(const popgraph::profile::StepRecord &record) override;
  void endRun(const popgraph::profile::RunRecord &run, const popgraph::profile::TotalsRecord &totalsSoFar) override;
  const Model &model() const { return model_; }

private:
  void foldLastRun();
  Model model_;
  std::size_t maxSteps_;
  bool running_ = false;
};

} // namespace profiler
