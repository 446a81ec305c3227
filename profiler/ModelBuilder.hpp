#pragma once
#include "popgraph/profile/Records.hpp"
#include "profiler/Model.hpp"
#include <memory>
#include <unordered_map>

namespace profiler {

/// Fills a Model straight from the records, without a file: for summaries an engine prints itself.
/// Keeps all totals, and the single steps of the last run only, with their cycles by tile as far as `kMaxKeptValues`
/// go; a program that runs a million times takes no more room than one that runs a thousand times.
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
  static constexpr std::size_t kMaxKeptValues = std::size_t(1) << 24; ///< 64 MiB
  void foldLastRun();
  std::size_t arrayOf(const std::uint32_t *cyclesByTile);
  /// Values of Model::arrays; empty where they would be too many. A new one for each run, for models that were copied
  /// go on to look at the old one.
  std::shared_ptr<std::vector<std::vector<std::uint32_t>>> kept_;
  std::size_t keptValues_ = 0;
  std::unordered_multimap<std::uint64_t, std::size_t> byHash_; ///< of kept arrays
  Model model_;
  std::size_t maxSteps_;
  bool running_ = false;
};

} // namespace profiler
