#include "simulator/ComputePhase.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace popgraph::simulator {

namespace {

constexpr std::uint32_t kNone = ~0u;

std::atomic<std::uint64_t> countedTasks{0}, knownTasks{0};

bool isChecked() {
  const char *text = std::getenv("POPGRAPH_CHECKED");
  return text && *text && std::string_view(text) != "0";
}

} // namespace

ComputeCounters computeCounters() { return {countedTasks, knownTasks}; }

ComputePhase::ComputePhase(std::shared_ptr<const Module> module, const Machine &machine, Storage &storage)
    : module_(std::move(module)), machine_(machine), storage_(storage), runner_(module_, storage),
      checked_(isChecked()), sets_(module_->computeSets.size()), fixed_(module_->tasks.size()),
      taskCycles_(module_->tasks.size()), groupTotals_(module_->groups.size()),
      typeAt_(module_->tables.codelets.size(), kNone), wrongTask_(kNone) {
  for (std::size_t set = 0; set < sets_.size(); ++set) {
    const ComputeSetPlan &plan = module_->computeSets[set];
    for (std::uint32_t t = plan.firstTask; t < plan.firstTask + plan.tasks; ++t) {
      const TileTask &task = module_->tasks[t];
      const auto groups = module_->groups.begin() + task.firstGroup;
      fixed_[t] = std::all_of(groups, groups + task.groups, [&](const RowGroup &group) {
        return module_->tables.codelets[group.codelet].codelet().cyclesFromState;
      });
      sets_[set].fixed += fixed_[t];
    }
  }
}

bool ComputePhase::run(std::uint32_t computeSet, const std::function<void(const std::string &)> &print) {
  const ComputeSetPlan &plan = module_->computeSets[computeSet];
  Set &set = sets_[computeSet];
  const std::uint32_t known = set.counted && !checked_ ? set.fixed : 0;
  knownTasks += known;
  countedTasks += plan.tasks - known;
  if (known == plan.tasks && set.counted) return runner_.run(plan, nullptr, nullptr, print);
  const bool allTrue = runner_.run(
      plan, [&](std::uint32_t task) { return known == 0 || !fixed_[task]; },
      [&](std::uint32_t task, const std::uint32_t *slots) { count(task, slots, set.counted && fixed_[task]); }, print);
  if (const std::uint32_t wrong = wrongTask_.exchange(kNone); wrong != kNone)
    throw std::logic_error(
        fmt::format("internal error: the vertices on tile {} took other cycles than before, which their state decides",
                    module_->tasks[wrong].tile));
  set.counted = true;
  summarise(plan, set.summary);
  return allTrue;
}

void ComputePhase::count(std::uint32_t task, const std::uint32_t *slots, bool isKnown) {
  const std::uint64_t cycles = taskCycles(*module_, machine_, storage_, task, slots, groupTotals_.data());
  if (isKnown && cycles != taskCycles_[task]) wrongTask_ = task;
  taskCycles_[task] = cycles;
}

void ComputePhase::summarise(const ComputeSetPlan &plan, ComputeSummary &summary) {
  summary.tileCycles = summary.maxTileCycles = 0;
  summary.types.clear();
  for (std::uint32_t t = plan.firstTask; t < plan.firstTask + plan.tasks; ++t) {
    const TileTask &task = module_->tasks[t];
    summary.tileCycles += taskCycles_[t];
    if (taskCycles_[t] > summary.maxTileCycles) {
      summary.maxTileCycles = taskCycles_[t];
      summary.slowestTile = task.tile;
    }
    for (std::uint32_t g = task.firstGroup; g < task.firstGroup + task.groups; ++g) {
      const RowGroup &group = module_->groups[g];
      std::uint32_t &at = typeAt_[group.codelet];
      if (at == kNone) {
        at = static_cast<std::uint32_t>(summary.types.size());
        summary.types.emplace_back(group.codelet, profile::TotalsRecord::VertexTypeTotal());
      }
      auto &type = summary.types[at].second;
      type.executions += group.rows;
      type.slots += groupTotals_[g].slots;
      type.estimatedCycles += groupTotals_[g].estimatedCycles;
      type.derivedCycles += groupTotals_[g].derivedCycles;
    }
  }
  for (const auto &[codelet, total] : summary.types) typeAt_[codelet] = kNone;
}

} // namespace popgraph::simulator
