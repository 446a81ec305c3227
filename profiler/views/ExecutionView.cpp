#include "profiler/views/ExecutionView.hpp"
#include <algorithm>

namespace profiler {

std::vector<std::uint64_t> criticalCycles(const Run &run) {
  std::vector<std::uint64_t> cycles;
  cycles.reserve(run.steps.size());
  std::uint64_t end = 0;
  for (const Step &step : run.steps) {
    const std::uint64_t stepEnd = step.start + step.duration;
    cycles.push_back(stepEnd > end ? stepEnd - end : 0);
    end = std::max(end, stepEnd);
  }
  return cycles;
}

ExecutionView makeExecutionView(const Model &model) {
  ExecutionView view;
  const std::uint32_t tiles = model.numTiles();
  for (const Run &run : model.runs) {
    view.runs += run.count;
    view.incompleteRuns += !run.complete;
    view.totalCycles += run.record.cycles;
    for (std::size_t kind = 0; kind < view.cyclesByKind.size(); ++kind)
      view.cyclesByKind[kind] += run.record.cyclesByKind[kind];
    if (view.programs.empty() || view.programs.back().programIndex != run.record.programIndex ||
        view.programs.back().name != run.record.name)
      view.programs.push_back({run.record.name, run.record.programIndex, 0, 0});
    view.programs.back().runs += run.count;
    view.programs.back().cycles += run.record.cycles;
    for (const Step &step : run.steps)
      view.bytesExchanged += step.bytesSent;
  }
  view.executed = view.runs > 0;
  if (model.compile.target.clockHz > 0)
    view.totalMicroseconds = double(view.totalCycles) / model.compile.target.clockHz * 1e6;

  std::uint64_t tileCycles = 0, cycles = 0;
  for (std::size_t i = 0; i < model.compile.computeSets.size(); ++i) {
    ExecutionView::ComputeSet &row = view.computeSets.emplace_back();
    row.id = static_cast<std::uint32_t>(i);
    row.name = model.compile.computeSets[i].name;
    for (const auto &[type, instances] : model.compile.computeSets[i].verticesByType)
      row.vertices += instances;
    if (i >= model.totals.computeSets.size())
      continue;
    const popgraph::profile::TotalsRecord::ComputeSetTotal &total = model.totals.computeSets[i];
    row.executions = total.executions;
    row.cycles = total.cycles;
    row.tileCycles = total.tileCycles;
    row.maxTileCycles = total.maxTileCycles;
    row.slowestTile = total.slowestTile;
    if (total.cycles > 0 && tiles > 0)
      row.balance = double(total.tileCycles) / (double(total.cycles) * tiles);
    tileCycles += total.tileCycles;
    cycles += total.cycles;
  }
  if (cycles > 0 && tiles > 0)
    view.computeBalance = double(tileCycles) / (double(cycles) * tiles);
  return view;
}

std::vector<ProgramLine> makeProgramTree(const Model &model, std::size_t maxLines) {
  const std::vector<popgraph::profile::ProgramRecord> &programs = model.compile.programs;
  std::vector<ProgramLine> lines;
  std::uint32_t programIndex = 0;
  std::vector<std::array<std::uint64_t, 5>> executions(programs.size()), cycles(programs.size());
  const auto run = std::find_if(model.runs.rbegin(), model.runs.rend(), [](const Run &r) { return !r.steps.empty(); });
  if (run != model.runs.rend()) {
    programIndex = run->record.programIndex;
    const std::vector<std::uint64_t> critical = criticalCycles(*run);
    for (std::size_t i = 0; i < run->steps.size(); ++i) {
      const Step &step = run->steps[i];
      const auto kind = static_cast<std::size_t>(step.kind);
      if (step.program < programs.size()) {
        // Bringing operands together is compute as well, but no execution of the compute set.
        executions[step.program][kind] += step.computeSet >= 0 || programs[step.program].computeSet < 0;
        cycles[step.program][kind] += critical[i];
      }
    }
  }
  if (programIndex >= model.compile.controlPrograms.size())
    return lines;

  // The tree is a DAG in memory and, in a damaged file, may be a graph with cycles: a program on the path from the
  // root is not entered again, and the number of lines is bounded.
  struct Frame { std::uint32_t program; std::size_t nextChild; };
  std::vector<Frame> path;
  std::vector<char> onPath(programs.size());
  auto enter = [&](std::uint32_t id) {
    if (id >= programs.size() || onPath[id] || lines.size() >= maxLines)
      return;
    ProgramLine &line = lines.emplace_back();
    line.depth = static_cast<std::uint32_t>(path.size());
    line.kind = programs[id].kind;
    line.name = programs[id].name;
    line.cyclesByKind = cycles[id];
    for (const std::uint64_t ofKind : cycles[id])
      line.cycles += ofKind;
    // An execution of a compute set brings its own exchanges and syncs; those are not further executions.
    line.executions = executions[id][0] > 0 ? executions[id][0]
                                            : *std::max_element(executions[id].begin(), executions[id].end());
    onPath[id] = 1;
    path.push_back({id, 0});
  };
  enter(model.compile.controlPrograms[programIndex]);
  while (!path.empty() && lines.size() < maxLines) {
    Frame &top = path.back();
    const std::vector<std::uint32_t> &children = programs[top.program].children;
    if (top.nextChild == children.size()) {
      onPath[top.program] = 0;
      path.pop_back();
    } else {
      enter(children[top.nextChild++]); // may move `path`: `top` is not used after this
    }
  }
  return lines;
}

} // namespace profiler
