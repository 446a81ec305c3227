// Runs the steps with neither placement nor cycles.
#include "popgraph/backends/Backend.hpp"

namespace popgraph {

namespace {

class CpuBackend final : public Backend {
public:
  CpuBackend(std::shared_ptr<const Module> module, Storage &storage)
      : module_(module), storage_(storage), runner_(std::move(module), storage) {
    resetTotals();
  }
  bool execute(std::uint32_t computeSet, std::uint32_t) override {
    ++totals_.computeSets[computeSet].executions;
    return runner_.run(module_->computeSets[computeSet], nullptr, nullptr, print);
  }
  void copy(std::uint32_t copy, std::uint32_t) override { storage_.copy(module_->copies[copy]); }
  void transfer(std::uint32_t, std::uint32_t) override {}
  void sync(std::uint32_t, std::uint32_t) override {}
  void branch(Branch, std::uint32_t, std::uint32_t) override {}
  void crossReplica(std::uint32_t, std::uint32_t) override {}
  void registers(std::uint32_t, std::uint32_t) override {}
  std::uint64_t clock() const override { return 0; }
  void waitUntil(std::uint64_t, std::uint32_t) override {}
  std::uint64_t cycles(std::uint32_t) override { return 0; }
  void beginRun(profile::Sink *, std::uint64_t) override {}
  void endRun(profile::RunRecord &) override {}
  const profile::TotalsRecord &totals() const override { return totals_; }
  void resetTotals() override {
    totals_ = {};
    totals_.computeSets.resize(module_->tables.computeSets.size());
    totals_.vertexTypes.resize(module_->tables.codelets.size());
  }

private:
  std::shared_ptr<const Module> module_;
  Storage &storage_;
  TileRunner runner_;
  profile::TotalsRecord totals_;
};

} // namespace

std::unique_ptr<Backend> makeCpuBackend(std::shared_ptr<const Module> module, Storage &storage) {
  return std::make_unique<CpuBackend>(std::move(module), storage);
}

} // namespace popgraph
