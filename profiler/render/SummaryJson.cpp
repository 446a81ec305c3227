#include "profiler/render/SummaryJson.hpp"
#include "profiler/Summary.hpp"
#include "profiler/views/ExecutionView.hpp"
#include "profiler/views/MemoryView.hpp"
#include "profiler/views/VertexView.hpp"
#include <algorithm>
#include <ostream>

namespace profiler {
namespace {

using Json = nlohmann::ordered_json;

template <class Row, class Key> std::vector<const Row *> top(const std::vector<Row> &rows, std::size_t limit, Key key) {
  std::vector<const Row *> order;
  for (const Row &row : rows)
    order.push_back(&row);
  std::stable_sort(order.begin(), order.end(), [&](const Row *a, const Row *b) { return key(*a) > key(*b); });
  if (order.size() > limit)
    order.resize(limit);
  return order;
}

Json targetJson(const Model &model) {
  const popgraph::profile::TargetRecord &t = model.compile.target;
  return {{"type", t.type},
          {"machine", t.machine},
          {"architecture", t.architecture},
          {"num_ipus", t.numIPUs},
          {"tiles_per_ipu", t.tilesPerIPU},
          {"num_tiles", model.numTiles()},
          {"workers_per_tile", t.workersPerTile},
          {"num_replicas", t.numReplicas},
          {"tile_memory_bytes", t.bytesPerTile},
          {"total_memory_bytes", t.bytesPerTile * model.numTiles()},
          {"clock_hz", t.clockHz},
          {"exchange_bytes_per_cycle", t.exchangeBytesPerCycle}};
}

Json memoryJson(const Model &model) {
  const MemoryView view = makeMemoryView(model);
  Json categories = Json::array(), histogram = Json::array(), worst = Json::array(), ipus = Json::array();
  for (const MemoryView::Category &row : view.categories)
    categories.push_back({{"name", row.name},
                          {"always_live", row.alwaysLive},
                          {"total_bytes", row.totalBytes},
                          {"max_tile_bytes", row.maxTileBytes},
                          {"max_tile", row.maxTile}});
  for (const MemoryView::Bin &bin : view.histogram)
    histogram.push_back({{"from_bytes", bin.fromBytes}, {"to_bytes", bin.toBytes}, {"tiles", bin.tiles}});
  for (const std::uint32_t tile : view.worstTiles)
    worst.push_back({{"tile", tile}, {"used_bytes", view.usedByTile[tile]}});
  for (const MemoryView::Ipu &ipu : view.ipus)
    ipus.push_back({{"total_bytes", ipu.totalBytes}, {"max_tile_bytes", ipu.maxTileBytes}, {"max_tile", ipu.maxTile}});
  return {{"total_bytes", view.totalBytes},
          {"capacity_bytes", view.capacityBytes},
          {"always_live_bytes", view.alwaysLiveBytes},
          {"not_always_live_bytes", view.notAlwaysLiveBytes},
          {"max_tile_bytes", view.maxTileBytes},
          {"max_tile", view.maxTile},
          {"median_tile_bytes", view.medianTileBytes},
          {"p95_tile_bytes", view.p95TileBytes},
          {"tiles_used", view.tilesUsed},
          {"tiles_over_limit", view.tilesOverLimit},
          {"categories", std::move(categories)},
          {"histogram", std::move(histogram)},
          {"fullest_tiles", std::move(worst)},
          {"ipus", std::move(ipus)}};
}

Json verticesJson(const VertexView &view, std::size_t maxRows) {
  Json rows = Json::array();
  for (const VertexView::Row *row : top(view.rows, maxRows, [](const auto &r) { return r.slots; }))
    rows.push_back({{"name", row->name},
                    {"kind", row->kind},
                    {"instances", row->instances},
                    {"state_bytes", row->stateBytes},
                    {"total_state_bytes", row->totalStateBytes},
                    {"code_bytes", row->codeBytes},
                    {"tiles_with_code", row->tilesWithCode},
                    {"total_code_bytes", row->totalCodeBytes},
                    {"executions", row->executions},
                    {"issue_slots", row->slots},
                    {"estimated_cycles", row->estimatedCycles},
                    {"derived_cycles", row->derivedCycles}});
  return {{"total_state_bytes", view.totalStateBytes}, {"total_code_bytes", view.totalCodeBytes}, {"types", rows}};
}

Json executionJson(const Model &model, std::size_t maxRows) {
  const ExecutionView view = makeExecutionView(model);
  Json programs = Json::array(), sets = Json::array();
  for (std::size_t i = 0; i < std::min(maxRows, view.programs.size()); ++i)
    programs.push_back({{"name", view.programs[i].name},
                        {"program_index", view.programs[i].programIndex},
                        {"runs", view.programs[i].runs},
                        {"total_cycles", view.programs[i].cycles}});
  for (const ExecutionView::ComputeSet *row :
       top(view.computeSets, maxRows, [](const auto &r) { return r.cycles; }))
    sets.push_back({{"id", row->id},
                    {"name", row->name},
                    {"vertices", row->vertices},
                    {"executions", row->executions},
                    {"total_cycles", row->cycles},
                    {"tile_cycles", row->tileCycles},
                    {"max_tile_cycles", row->maxTileCycles},
                    {"slowest_tile", row->slowestTile},
                    {"balance_percent", 100 * row->balance}});
  return {{"executed", view.executed},
          {"runs", view.runs},
          {"incomplete_runs", view.incompleteRuns},
          {"total_cycles", view.totalCycles},
          {"total_us", view.totalMicroseconds},
          {"compute_cycles", view.cyclesByKind[0]},
          {"exchange_cycles", view.cyclesByKind[1]},
          {"sync_cycles", view.cyclesByKind[2]},
          {"host_exchange_cycles", view.cyclesByKind[3]},
          {"control_cycles", view.cyclesByKind[4]},
          {"compute_balance_percent", 100 * view.computeBalance},
          {"programs", std::move(programs)},
          {"compute_sets", std::move(sets)}};
}

} // namespace

Json summaryJson(const Model &model, std::size_t maxRows) {
  const popgraph::profile::GraphRecord &g = model.compile.graph;
  const VertexView vertices = makeVertexView(model);
  return {{"schema", "popgraph.summary/1"},
          {"tool_version", POPGRAPH_VERSION},
          {"program", model.compile.programName},
          {"engine", model.compile.engineName},
          {"popgraph_version", model.compile.popgraphVersion},
          {"target", targetJson(model)},
          {"graph",
           {{"num_vertices", g.vertices},
            {"num_edges", g.edges},
            {"num_variables", g.variables},
            {"num_compute_sets", g.computeSets},
            {"num_exchanges", g.exchanges},
            {"num_programs", g.programs},
            {"num_vertex_types", vertices.rows.size()}}},
          {"memory", memoryJson(model)},
          {"vertices", verticesJson(vertices, maxRows)},
          {"execution", executionJson(model, maxRows)}};
}

std::string dumpJson(const Json &json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

void writeSummaryJson(std::ostream &out, const Model &model) { out << dumpJson(summaryJson(model), 2) << "\n"; }

} // namespace profiler
