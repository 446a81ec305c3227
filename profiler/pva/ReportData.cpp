#include "profiler/pva/ReportData.hpp"

#include <map>
#include <utility>

#include "popgraph/profile/Schema.hpp"

namespace pva::detail {

using popgraph::profile::StepKind;
using Type = pva::Program::Type;

namespace {

Type typeOf(const std::string &kind) {
  struct Entry {
    std::string_view text;
    Type type;
  };
  static constexpr Entry entries[] = {
#define X(name, text) {text, Type::name},
      PVA_PROGRAM_TYPES(X)
#undef X
  };
  for (const Entry &entry : entries)
    if (!entry.text.empty() && entry.text == kind) return entry.type;
  return Type::Unknown;
}

/// Whether a step is what its program is for.
bool isOwn(Type type, const profiler::Step &step) {
  switch (step.kind) {
  case StepKind::Compute: return type == Type::OnTileExecute && step.computeSet >= 0;
  case StepKind::Exchange: return type == Type::DoExchange || type == Type::GlobalExchange;
  case StepKind::Sync: return type == Type::Sync;
  case StepKind::HostExchange: return type == Type::StreamCopyMid;
  case StepKind::Control: return true;
  }
  return true;
}

} // namespace

ReportData::ReportData(profiler::Model profile) : model(std::move(profile)), memory(profiler::makeMemoryView(model)) {
  addPrograms();
  addSteps();
}

void ReportData::addPrograms() {
  for (std::uint32_t i = 0; i < model.compile.programs.size(); ++i) {
    const auto &program = model.compile.programs[i];
    programs.push_back({typeOf(program.kind), program.kind, program.name, i});
  }
}

void ReportData::addSteps() {
  std::map<std::pair<std::uint32_t, StepKind>, std::uint32_t> made;
  for (std::uint32_t r = 0; r < model.runs.size(); ++r) {
    firstStep.push_back(steps.size());
    for (std::uint32_t s = 0; s < model.runs[r].steps.size(); ++s) {
      const profiler::Step &step = model.runs[r].steps[s];
      std::uint32_t program = step.program;
      if (!isOwn(programs[program].type, step)) {
        const auto [entry, isNew] = made.try_emplace({program, step.kind}, programs.size());
        if (isNew) {
          const std::string &name = programs[program].name;
          switch (step.kind) {
          case StepKind::Compute:
            programs.push_back({Type::OnTileExecute, "OnTileExecute", name + "/OnTileCopy", program});
            break;
          case StepKind::Exchange: programs.push_back({Type::DoExchange, "DoExchange", name, program}); break;
          case StepKind::HostExchange: programs.push_back({Type::StreamCopyMid, "StreamCopy", name, program}); break;
          default: programs.push_back({Type::Sync, "Sync", name, program}); break;
          }
        }
        program = entry->second;
      }
      steps.push_back({r, s, program});
    }
  }
  firstStep.push_back(steps.size());
}

std::vector<std::uint64_t> ReportData::cyclesByTile(std::size_t index) const {
  const profiler::Step &s = step(index);
  if (s.array < 0) return std::vector<std::uint64_t>(model.numTiles(), s.duration);
  std::vector<std::uint32_t> cycles;
  if (model.tileCycles) {
    try {
      cycles = model.tileCycles(static_cast<std::size_t>(s.array));
    } catch (const std::runtime_error &error) {
      throw Error(error.what());
    }
  }
  if (cycles.size() != model.numTiles())
    throw Error("the engine kept no cycles by tile of this step, for there were too many; have it write a profile "
                "(autoReport.outputExecutionProfile) and open that");
  return {cycles.begin(), cycles.end()};
}

Report makeReport(profiler::Model profile) { return Report(std::make_shared<const ReportData>(std::move(profile))); }

} // namespace pva::detail
