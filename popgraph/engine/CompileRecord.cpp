// The profile's compile part, from a Module.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <poplar/Version.hpp>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/engine/EngineState.hpp"

namespace popgraph {

namespace {

const char *kindName(codelets::VertexKind kind) {
  switch (kind) {
  case codelets::VertexKind::Vertex: return "Vertex";
  case codelets::VertexKind::MultiVertex: return "MultiVertex";
  case codelets::VertexKind::Supervisor: return "SupervisorVertex";
  }
  return "Vertex";
}

std::string hostProgramName() {
  std::ifstream in("/proc/self/comm");
  std::string name;
  std::getline(in, name);
  return name;
}

profile::TargetRecord targetRecord(const poplar::Target &target) {
  const Machine &machine = machineOf(target);
  profile::TargetRecord record;
  switch (target.getTargetType()) {
  case poplar::TargetType::IPU: record.type = "IPU"; break;
  case poplar::TargetType::IPU_MODEL: record.type = "IPU_MODEL"; break;
  default: record.type = "CPU"; break;
  }
  record.machine = machineText(machine);
  record.architecture = machine.architecture;
  record.numIPUs = target.getNumIPUs();
  record.tilesPerIPU = target.getTilesPerIPU();
  record.workersPerTile = machine.workers;
  record.bytesPerTile = machine.bytesPerTile;
  record.clockHz = machine.clockHz;
  record.exchangeBytesPerCycle = machine.exchangeBytesPerCycle;
  record.constants = machineConstants(machine);
  return record;
}

} // namespace

profile::CompileRecord EngineState::compileRecord() const {
  const Module &m = *module_;
  const GraphTables &tables = m.tables;
  profile::CompileRecord record;
  record.programName = hostProgramName();
  record.engineName = name_;
  record.popgraphVersion = poplar::versionString();
  record.target = targetRecord(m.target);
  record.target.numReplicas = m.replication;
  record.options = options_.all;
  record.programs = m.programs;
  record.controlPrograms = m.controlPrograms;
  record.compilePhases = m.phases;

  record.vertexTypes.resize(tables.codelets.size());
  for (std::size_t c = 0; c < tables.codelets.size(); ++c) {
    const codelets::Codelet &codelet = tables.codelets[c].codelet();
    record.vertexTypes[c].name = codelet.name;
    record.vertexTypes[c].kind = kindName(codelet.kind);
    record.vertexTypes[c].stateBytes = codelet.nominalBytes;
    record.vertexTypes[c].codeBytes = codelet.codeBytes;
  }
  std::vector<std::vector<bool>> holds(tables.codelets.size());
  record.computeSets.resize(m.computeSets.size());
  for (std::uint32_t s = 0; s < m.computeSets.size(); ++s) {
    record.computeSets[s].name = tables.computeSetName(s);
    auto &byType = record.computeSets[s].verticesByType;
    const ComputeSetPlan &plan = m.computeSets[s];
    for (std::uint32_t t = plan.firstTask; t < plan.firstTask + plan.tasks; ++t)
      for (std::uint32_t g = m.tasks[t].firstGroup; g < m.tasks[t].firstGroup + m.tasks[t].groups; ++g) {
        const RowGroup &group = m.groups[g];
        auto found =
            std::find_if(byType.begin(), byType.end(), [&](const auto &entry) { return entry.first == group.codelet; });
        if (found == byType.end()) found = byType.insert(found, {group.codelet, 0});
        found->second += group.rows;
        record.vertexTypes[group.codelet].instances += group.rows;
        record.graph.edges += std::uint64_t(group.rows) * tables.codelets[group.codelet].edges;
        auto &tiles = holds[group.codelet];
        if (tiles.empty()) tiles.assign(m.target.getNumTiles(), false);
        if (!tiles[m.tasks[t].tile]) {
          tiles[m.tasks[t].tile] = true;
          ++record.vertexTypes[group.codelet].tilesWithCode;
        }
      }
  }
  record.graph.vertices = m.rows.size();
  record.graph.variables = tables.variables.size();
  record.graph.computeSets = static_cast<std::uint64_t>(std::count_if(
      m.computeSets.begin(), m.computeSets.end(), [](const ComputeSetPlan &plan) { return plan.rows > 0; }));
  record.graph.programs = m.programs.size();
  for (const auto *list : {&m.placement.computeSets, &m.placement.copies})
    for (const StepPlacement &step : *list)
      record.graph.exchanges += (step.before.cycles > 0) + (step.after.cycles > 0);

  for (std::uint32_t v = 0; v < tables.variables.size(); ++v) {
    const VariableRow &row = tables.variables[v];
    const auto &ranges = tables.mappingOf(v);
    if (ranges.empty()) continue;
    if (!row.isReported()) continue;
    profile::VariableRecord variable;
    variable.name = tables.variableName(v);
    variable.type = elementName(row.type);
    variable.elements = row.elements;
    variable.bytes = std::uint64_t(row.elements) * elementBytes(row.type);
    variable.isConstant = row.isConstant;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> onTile;
    for (const MappedRange &range : ranges)
      onTile.emplace_back(range.tile, (range.end - range.begin) * elementBytes(row.type));
    std::sort(onTile.begin(), onTile.end());
    for (std::size_t i = 0; i < onTile.size();) {
      std::uint64_t bytes = 0;
      const std::uint32_t tile = onTile[i].first;
      for (; i < onTile.size() && onTile[i].first == tile; ++i) bytes += onTile[i].second;
      ++variable.tiles;
      variable.maxTileBytes = std::max(variable.maxTileBytes, bytes);
    }
    record.variables.push_back(std::move(variable));
  }
  if (!m.placement.memory.empty()) record.memoryByCategory = m.placement.memory;
  record.peakBytesByTile = m.placement.peakBytes;
  record.liveness = m.placement.livenessBySteps;
  return record;
}

} // namespace popgraph
