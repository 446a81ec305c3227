// When each variable holds a value that somebody will read. What is not always live shares memory.
//
//   step   0      1        2        3       4        a is written, then read: a temporary
//          a := … b := a   loop { c := b    b := c } b is read in the loop before it is written there: live in all of it
//   a      ├───────┤
//   b              ├──────────────────────────────┤
//   c                      ├──────────────────────┤  only within a turn: written before it is read in each
//
// A variable is a temporary when, in every program and function that touches it, each read finds its elements written by
// steps that must have run before it, and nobody else sees it: no host handle, no initial value, no constant. Its live
// steps are those from its first to its last in each, widened to whole loops that it enters or leaves, and to all of a
// function that is called meanwhile. A codelet's Output fields count as written in full.
#include <algorithm>
#include <map>
#include <tuple>

#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

namespace {

struct Access {
  std::uint32_t variable, step;
  bool writes;
  std::uint32_t begin, end;
  auto key() const { return std::tie(variable, step, writes, begin); }
};

/// Joins what touches or overlaps; the list is sorted afterwards.
void join(std::vector<Access> &accesses, std::size_t first = 0) {
  const auto begin = accesses.begin() + static_cast<std::ptrdiff_t>(first);
  const auto less = [](const Access &a, const Access &b) { return a.key() < b.key(); };
  if (!std::is_sorted(begin, accesses.end(), less)) std::sort(begin, accesses.end(), less);
  std::size_t kept = first;
  for (std::size_t i = first + 1; i < accesses.size(); ++i) {
    Access &last = accesses[kept];
    const Access &next = accesses[i];
    if (std::tie(last.variable, last.step, last.writes) == std::tie(next.variable, next.step, next.writes) &&
        next.begin <= last.end)
      last.end = std::max(last.end, next.end);
    else
      accesses[++kept] = next;
  }
  if (accesses.size() > first) accesses.resize(kept + 1);
}

/// Programs, functions, conditional parts and loops, found in the jumps.
class Flow {
public:
  struct Loop {
    std::uint32_t begin, end, parent;
  };
  static constexpr std::uint32_t kNone = ~0u;

  explicit Flow(const Module &module) : module_(module) {
    const auto steps = static_cast<std::uint32_t>(module.steps.size());
    region_.resize(steps);
    surely_.resize(steps);
    loop_.resize(steps, kNone);
    for (std::uint32_t i = 0, begin = 0; i < steps; ++i) {
      region_[i] = static_cast<std::uint32_t>(regions_.size());
      if (module.steps[i].kind != Step::Kind::End && module.steps[i].kind != Step::Kind::Return) continue;
      regions_.push_back({begin, i + 1});
      begin = i + 1;
    }
    std::vector<StepRange> maybe, loops;
    for (std::uint32_t i = 0; i < steps; ++i) read(i, maybe, loops);
    nest(maybe, loops);
    findCalls();
  }

  std::uint32_t region(std::uint32_t step) const { return region_[step]; }
  /// What has run when this step has run may be taken for done until this step.
  std::uint32_t surelyUntil(std::uint32_t step) const { return surely_[step]; }

  /// From the first to the last step of one region, widened to loops, with the functions that are called meanwhile.
  void live(std::uint32_t first, std::uint32_t last, std::vector<StepRange> &ranges) const {
    StepRange range{first, last + 1};
    for (std::uint32_t l = loop_[first]; l != kNone && loops_[l].end <= last; l = loops_[l].parent)
      range.begin = loops_[l].begin, range.end = std::max(range.end, loops_[l].end);
    for (std::uint32_t l = loop_[last]; l != kNone && loops_[l].begin > first; l = loops_[l].parent)
      range.end = std::max(range.end, loops_[l].end);
    ranges.push_back(range);
    for (auto call = std::lower_bound(calls_.begin(), calls_.end(), range.begin);
         call != calls_.end() && *call < range.end; ++call)
      for (const std::uint32_t callee : reached_[region_[module_.steps[*call].b]]) ranges.push_back(regions_[callee]);
  }

private:
  void read(std::uint32_t i, std::vector<StepRange> &maybe, std::vector<StepRange> &loops) {
    const Step &step = module_.steps[i];
    switch (step.kind) {
    case Step::Kind::JumpIfZero:
    case Step::Kind::JumpIfNonZero:
    case Step::Kind::Jump:
      if (step.b > i + 1) maybe.push_back({i + 1, step.b});
      if (step.b <= i) loops.push_back({step.b, i + 1});
      break;
    case Step::Kind::LoopBegin:
      if (step.b <= i + 1) break;
      if (step.a == 0) maybe.push_back({i + 1, step.b});
      loops.push_back({i + 1, step.b});
      break;
    case Step::Kind::Switch: {
      std::vector<std::uint32_t> targets{module_.switches[step.a].defaultTarget};
      for (const auto &[value, target] : module_.switches[step.a].cases) targets.push_back(target);
      std::sort(targets.begin(), targets.end());
      targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
      for (std::size_t k = 0; k + 1 < targets.size(); ++k) maybe.push_back({targets[k], targets[k + 1]});
      break;
    }
    default: break;
    }
  }

  /// Innermost conditional part and loop of each step. Parts nest, because programs do.
  void nest(std::vector<StepRange> &maybe, std::vector<StepRange> &loops) {
    const auto outerFirst = [](const StepRange &a, const StepRange &b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    };
    std::sort(maybe.begin(), maybe.end(), outerFirst);
    std::sort(loops.begin(), loops.end(), outerFirst);
    std::vector<std::uint32_t> ends, open;
    std::size_t nextMaybe = 0, nextLoop = 0;
    for (std::uint32_t i = 0; i < region_.size(); ++i) {
      while (!ends.empty() && ends.back() <= i) ends.pop_back();
      while (!open.empty() && loops_[open.back()].end <= i) open.pop_back();
      for (; nextMaybe < maybe.size() && maybe[nextMaybe].begin == i; ++nextMaybe) ends.push_back(maybe[nextMaybe].end);
      for (; nextLoop < loops.size() && loops[nextLoop].begin == i; ++nextLoop) {
        loops_.push_back({loops[nextLoop].begin, loops[nextLoop].end, open.empty() ? kNone : open.back()});
        open.push_back(static_cast<std::uint32_t>(loops_.size() - 1));
      }
      surely_[i] = std::min(ends.empty() ? kNone : ends.back(), regions_[region_[i]].end);
      if (!open.empty()) loop_[i] = open.back();
    }
  }

  /// Which regions run when a region does. A function is lowered once; recursion does not exist.
  void findCalls() {
    reached_.resize(regions_.size());
    std::vector<std::vector<std::uint32_t>> callees(regions_.size());
    for (std::uint32_t i = 0; i < region_.size(); ++i)
      if (module_.steps[i].kind == Step::Kind::Call) {
        calls_.push_back(i);
        callees[region_[i]].push_back(region_[module_.steps[i].b]);
      }
    for (std::uint32_t r = 0; r < regions_.size(); ++r) {
      std::vector<std::uint32_t> &all = reached_[r];
      all.push_back(r);
      for (std::size_t next = 0; next < all.size(); ++next)
        for (const std::uint32_t callee : callees[all[next]])
          if (std::find(all.begin(), all.end(), callee) == all.end()) all.push_back(callee);
    }
  }

  const Module &module_;
  std::vector<StepRange> regions_;
  std::vector<std::uint32_t> region_, surely_, loop_, calls_; ///< by step; calls in order
  std::vector<Loop> loops_;
  std::vector<std::vector<std::uint32_t>> reached_; ///< by region
};

class LivenessSearch {
public:
  explicit LivenessSearch(Module &module)
      : module_(module), tables_(module.tables), flow_(module), result_(module.placement.liveness) {}

  void run() {
    result_ = {};
    intern({{0, static_cast<std::uint32_t>(module_.steps.size())}}); // kAlwaysLive
    result_.variables.assign(tables_.variables.size(), kAlwaysLive);
    steps(Step::Kind::Execute, module_.computeSets.size(), result_.computeSets);
    steps(Step::Kind::Copy, module_.copies.size(), result_.copies);
    steps(Step::Kind::Transfer, module_.transfers.size(), result_.transfers);
    findCandidates();
    if (std::find(candidate_.begin(), candidate_.end(), true) == candidate_.end()) return;
    collect();
    for (std::size_t i = 0; i < accesses_.size();) {
      std::size_t end = i;
      while (end < accesses_.size() && accesses_[end].variable == accesses_[i].variable) ++end;
      variable(i, end);
      i = end;
    }
  }

private:
  static constexpr std::size_t kMostPieces = 4096;

  std::uint32_t intern(std::vector<StepRange> ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::size_t kept = 0;
    for (std::size_t i = 1; i < ranges.size(); ++i)
      if (ranges[i].begin <= ranges[kept].end)
        ranges[kept].end = std::max(ranges[kept].end, ranges[i].end);
      else
        ranges[++kept] = ranges[i];
    if (!ranges.empty()) ranges.resize(kept + 1);
    const auto [place, isNew] = known_.emplace(ranges, static_cast<std::uint32_t>(result_.sets.size()));
    if (isNew) {
      result_.sets.push_back(
          {static_cast<std::uint32_t>(result_.ranges.size()), static_cast<std::uint32_t>(ranges.size())});
      result_.ranges.insert(result_.ranges.end(), ranges.begin(), ranges.end());
    }
    return place->second;
  }

  /// What exists only while a step runs lives in all steps that run it.
  void steps(Step::Kind kind, std::size_t count, std::vector<std::uint32_t> &sets) {
    std::vector<std::vector<StepRange>> ranges(count);
    for (std::uint32_t i = 0; i < module_.steps.size(); ++i)
      if (module_.steps[i].kind == kind) ranges[module_.steps[i].a].push_back({i, i + 1});
    for (const auto &list : ranges) sets.push_back(intern(list));
  }
  void findCandidates() {
    candidate_.assign(tables_.variables.size(), true);
    for (std::uint32_t v = 0; v < tables_.variables.size(); ++v)
      if (tables_.variables[v].isConstant) candidate_[v] = false;
    for (const InitialValue &value : tables_.initialValues) candidate_[value.variable] = false;
    for (const HandlePlan &handle : module_.handles)
      for (const Run &run : handle.runs) candidate_[run.variable] = false;
  }

  void collect() {
    std::vector<std::vector<Access>> bySet(module_.computeSets.size());
    std::vector<bool> known(module_.computeSets.size(), false);
    for (std::uint32_t i = 0; i < module_.steps.size(); ++i) {
      const Step &step = module_.steps[i];
      if (step.kind == Step::Kind::Execute) {
        if (!known[step.a]) collectSet(module_.computeSets[step.a], bySet[step.a]);
        known[step.a] = true;
        for (Access access : bySet[step.a]) {
          access.step = i;
          accesses_.push_back(access);
        }
      }
      const std::size_t own = accesses_.size();
      forEachAccess(module_, step, [&](const Run &run, bool writes) { add(accesses_, i, run, writes); });
      join(accesses_, own);
    }
    std::sort(accesses_.begin(), accesses_.end(), [](const Access &a, const Access &b) { return a.key() < b.key(); });
  }
  void add(std::vector<Access> &list, std::uint32_t step, const Run &run, bool writes) const {
    if (!candidate_[run.variable] || run.count == 0) return;
    if (!list.empty()) {
      Access &last = list.back();
      if (last.variable == run.variable && last.step == step && last.writes == writes && last.end == run.offset) {
        last.end += run.count;
        return;
      }
    }
    list.push_back({run.variable, step, writes, run.offset, run.offset + run.count});
  }
  void collectSet(const ComputeSetPlan &plan, std::vector<Access> &list) const {
    for (std::uint32_t row = plan.firstRow; row < plan.firstRow + plan.rows; ++row) {
      const VertexRow &vertex = tables_.vertices[module_.rows[row]];
      forEachEdge(tables_, vertex, [&](const codelets::Field &field, const EdgeRow &edge) {
        forEachRunOf(tables_, edge, [&](const Run &run) {
          if (field.access != codelets::Access::Output) add(list, 0, run, false);
          if (field.access != codelets::Access::Input) add(list, 0, run, true);
        });
      });
    }
    join(list);
  }

  /// Accesses [first, end) are those of one variable, by step, reads before writes.
  void variable(std::size_t first, std::size_t end) {
    std::vector<StepRange> ranges;
    for (std::size_t i = first; i < end;) {
      const std::uint32_t region = flow_.region(accesses_[i].step);
      std::size_t last = i;
      while (last + 1 < end && flow_.region(accesses_[last + 1].step) == region) ++last;
      // Data in very many pieces is not worth the time; it stays always live.
      if (last - i > kMostPieces || !writtenBeforeRead(i, last + 1)) return;
      flow_.live(accesses_[i].step, accesses_[last].step, ranges);
      i = last + 1;
    }
    result_.variables[accesses_[first].variable] = intern(std::move(ranges));
  }

  bool writtenBeforeRead(std::size_t first, std::size_t end) {
    written_.clear();
    for (std::size_t i = first; i < end; ++i) {
      const Access &access = accesses_[i];
      std::erase_if(written_, [&](const Written &w) { return w.until <= access.step; });
      if (access.writes) {
        write({access.begin, access.end, flow_.surelyUntil(access.step)});
      } else {
        std::uint32_t at = access.begin; // written_ is in order of begin
        for (const Written &w : written_)
          if (w.begin <= at) at = std::max(at, w.end);
        if (at < access.end) return false;
      }
    }
    return true;
  }
  struct Written {
    std::uint32_t begin, end, until;
  };
  void write(Written part) {
    // Parts that are as sure become one; what lies within a surer part is no news.
    std::erase_if(written_, [&](const Written &w) {
      if (w.until != part.until || w.begin > part.end || w.end < part.begin) return false;
      part.begin = std::min(part.begin, w.begin);
      part.end = std::max(part.end, w.end);
      return true;
    });
    written_.insert(std::upper_bound(written_.begin(), written_.end(), part,
                                     [](const Written &a, const Written &b) { return a.begin < b.begin; }),
                    part);
  }

  Module &module_;
  const GraphTables &tables_;
  const Flow flow_;
  Liveness &result_;
  std::map<std::vector<StepRange>, std::uint32_t> known_;
  std::vector<bool> candidate_;
  std::vector<Access> accesses_;
  std::vector<Written> written_;
};

} // namespace

void findLiveness(Module &module) { LivenessSearch(module).run(); }

} // namespace popgraph
