#include "profiler/Summary.hpp"
#include "popgraph/profile/Schema.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/views/ExecutionView.hpp"
#include "profiler/views/MemoryView.hpp"
#include "profiler/views/VertexView.hpp"
#include <algorithm>
#include <cmath>
#include <ostream>

namespace profiler {
namespace {

using popgraph::profile::kNumStepKinds;

class TextWriter {
public:
  TextWriter(std::ostream &out, const Model &model, const SummaryOptions &options)
      : out_(out), model_(model), options_(options) {}
  void write() {
    writeTarget();
    writeGraph();
    writeMemory();
    writeVertices();
    if (options_.showVarStorage)
      writeVariables();
    writeExecution();
    if (options_.showExecutionSteps)
      writeSteps();
  }

private:
  void line(const std::string &label, const std::string &value) {
    out_ << "  " << left(label + ":", 28) << " " << value << "\n";
  }
  std::string percentOf(std::uint64_t part, std::uint64_t whole) const {
    return whole ? fixed(100.0 * double(part) / double(whole), 1) + "%" : "-";
  }
  /// Indices of `rows` by descending key, without the zeros; ties in file order.
  template <class Row, class Key> std::vector<std::size_t> sorted(const std::vector<Row> &rows, Key key) const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (key(rows[i]) > 0)
        order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(rows[a]) > key(rows[b]); });
    return order;
  }
  std::size_t shown(std::size_t rows) const { return std::min(rows, options_.maxRows); }
  void writeMore(std::size_t rows) {
    if (rows > options_.maxRows)
      out_ << "    ... " << grouped(rows - options_.maxRows) << " more\n";
  }

  void writeTarget();
  void writeGraph();
  void writeMemory();
  void writeVertices();
  void writeVariables();
  void writeExecution();
  void writeSteps();

  std::ostream &out_;
  const Model &model_;
  const SummaryOptions &options_;
};

void TextWriter::writeTarget() {
  const popgraph::profile::TargetRecord &t = model_.compile.target;
  out_ << "Target:\n";
  line("Type", printable(t.type));
  line("Machine", printable(t.machine) + (t.architecture.empty() ? "" : " (" + printable(t.architecture) + ")"));
  line("Number of IPUs", grouped(t.numIPUs));
  line("Tiles per IPU", grouped(t.tilesPerIPU));
  line("Total Tiles", grouped(model_.numTiles()));
  line("Memory per Tile", bytesText(t.bytesPerTile));
  line("Total Memory", bytesText(t.bytesPerTile * model_.numTiles()));
  line("Clock Speed (approx.)", grouped(static_cast<std::uint64_t>(std::llround(t.clockHz / 1e6))) + " MHz");
  line("Worker Threads per Tile", grouped(t.workersPerTile));
  line("Number of Replicas", grouped(t.numReplicas));
  if (t.numReplicas > 1) {
    line("Tiles per Replica", grouped(model_.numTiles() / t.numReplicas));
    line("Memory per Replica", bytesText(t.bytesPerTile * (model_.numTiles() / t.numReplicas)));
  }
  out_ << "\n";
}

void TextWriter::writeGraph() {
  const popgraph::profile::GraphRecord &g = model_.compile.graph;
  out_ << "Graph:\n";
  line("Number of vertices", grouped(g.vertices));
  line("Number of edges", grouped(g.edges));
  line("Number of variables", grouped(g.variables));
  line("Number of compute sets", grouped(g.computeSets));
  line("Number of exchanges", grouped(g.exchanges));
  line("Number of programs", grouped(g.programs));
  line("Number of vertex types", grouped(makeVertexView(model_).rows.size()));
  out_ << "\n";
}

void TextWriter::writeMemory() {
  const MemoryView view = makeMemoryView(model_);
  out_ << "Memory Usage:\n";
  line("Total", bytesText(view.totalBytes) + ", " + percentOf(view.totalBytes, view.capacityBytes) + " of " +
                    bytesText(view.capacityBytes));
  line("Always live", bytesText(view.alwaysLiveBytes));
  line("Not always live (peak)", bytesText(view.notAlwaysLiveBytes));
  if (options_.showPerIpuMemoryUsage)
    for (std::size_t ipu = 0; ipu < view.ipus.size(); ++ipu)
      line("IPU " + std::to_string(ipu), bytesText(view.ipus[ipu].totalBytes) + ", maximum " +
                                             bytesText(view.ipus[ipu].maxTileBytes) + " on tile " +
                                             std::to_string(view.ipus[ipu].maxTile));

  out_ << "\n  By category:\n";
  for (const bool alwaysLive : {true, false})
    for (const std::size_t i : sorted(view.categories, [](const auto &row) { return row.totalBytes; })) {
      const MemoryView::Category &row = view.categories[i];
      if (row.alwaysLive == alwaysLive)
        out_ << "    " << left(row.name, 22) << right(grouped(row.totalBytes), 16) << " B  max "
             << right(grouped(row.maxTileBytes), 9) << " B on tile " << row.maxTile
             << (alwaysLive ? "" : "  (not always live)") << "\n";
    }

  out_ << "\n  By tile:\n";
  std::uint32_t most = 1;
  for (const MemoryView::Bin &bin : view.histogram)
    most = std::max(most, bin.tiles);
  for (const MemoryView::Bin &bin : view.histogram) {
    // A logarithmic bar: one overfull tile among a thousand stays visible.
    const double length = 1 + 39 * std::log2(1.0 + bin.tiles) / std::log2(1.0 + most);
    const auto stars = static_cast<std::size_t>(std::lround(length));
    out_ << "    " << right(grouped(bin.fromBytes / 1024), 6) << " - " << right(grouped(bin.toBytes / 1024), 6)
         << " KiB " << left(std::string(stars, '*'), 41) << grouped(bin.tiles)
         << (bin.tiles == 1 ? " tile\n" : " tiles\n");
  }
  line("Maximum", bytesText(view.maxTileBytes) + " on tile " + std::to_string(view.maxTile) + ", " +
                      percentOf(view.maxTileBytes, view.bytesPerTile) + " of the tile");
  line("Median, 95th percentile", bytesText(view.medianTileBytes) + ", " + bytesText(view.p95TileBytes));
  line("Tiles in use", grouped(view.tilesUsed) + " of " + grouped(model_.numTiles()));
  line("Tiles out of memory", grouped(view.tilesOverLimit));
  const bool unbalanced = view.maxTileBytes > 2 * view.medianTileBytes;
  if (view.tilesOverLimit > 0 || unbalanced) {
    out_ << "\n  Fullest tiles:\n";
    for (const std::uint32_t tile : view.worstTiles) {
      out_ << "    tile " << left(std::to_string(tile), 7) << right(grouped(view.usedByTile[tile]), 10) << " B: ";
      const char *separator = "";
      for (const std::size_t i :
           sorted(view.categories, [&](const auto &row) { return row.bytesByTile[tile]; })) {
        out_ << separator << view.categories[i].name << " " << grouped(view.categories[i].bytesByTile[tile]);
        separator = ", ";
      }
      out_ << "\n";
    }
  }
  out_ << "\n";
}

void TextWriter::writeVertices() {
  const VertexView view = makeVertexView(model_);
  out_ << "Vertex Data:\n";
  line("Total", bytesText(view.totalStateBytes));
  out_ << "  By vertex type:\n";
  const std::vector<std::size_t> byState = sorted(view.rows, [](const auto &row) { return row.totalStateBytes; });
  for (std::size_t i = 0; i < shown(byState.size()); ++i) {
    const VertexView::Row &row = view.rows[byState[i]];
    out_ << "    " << right(grouped(row.totalStateBytes), 14) << " B  " << right(grouped(row.instances), 10) << " x "
         << right(grouped(row.stateBytes), 5) << " B  " << printable(row.name) << "\n";
  }
  writeMore(byState.size());
  out_ << "\nVertex Code:\n";
  line("Total", bytesText(view.totalCodeBytes));
  out_ << "  By vertex type:\n";
  const std::vector<std::size_t> byCode = sorted(view.rows, [](const auto &row) { return row.totalCodeBytes; });
  for (std::size_t i = 0; i < shown(byCode.size()); ++i) {
    const VertexView::Row &row = view.rows[byCode[i]];
    out_ << "    " << right(grouped(row.totalCodeBytes), 14) << " B  " << right(grouped(row.tilesWithCode), 6)
         << " tiles x " << right(grouped(row.codeBytes), 6) << " B  " << printable(row.name) << "\n";
  }
  writeMore(byCode.size());
  out_ << "\n";
}

void TextWriter::writeVariables() {
  const std::vector<popgraph::profile::VariableRecord> &variables = model_.compile.variables;
  out_ << "Variable Storage:\n";
  const std::vector<std::size_t> order = sorted(variables, [](const auto &row) { return row.bytes; });
  for (std::size_t i = 0; i < shown(order.size()); ++i) {
    const popgraph::profile::VariableRecord &row = variables[order[i]];
    out_ << "    " << right(grouped(row.bytes), 14) << " B  " << right(grouped(row.tiles), 6) << " tiles, max "
         << right(grouped(row.maxTileBytes), 9) << " B  " << printable(row.type)
         << (row.isConstant ? " constant  " : "  ") << (row.name.empty() ? "(unnamed)" : printable(row.name)) << "\n";
  }
  writeMore(order.size());
  out_ << "\n";
}

void TextWriter::writeExecution() {
  const ExecutionView view = makeExecutionView(model_);
  out_ << "Execution:\n";
  if (!view.executed) {
    out_ << "  No program has been run, or autoReport.outputExecutionProfile was off.\n";
    return;
  }
  out_ << "  Programs executed:\n";
  for (std::size_t i = 0; i < shown(view.programs.size()); ++i) {
    const ExecutionView::ProgramRuns &row = view.programs[i];
    out_ << "    " << (row.name.empty() ? "program " + std::to_string(row.programIndex) : printable(row.name)) << " x "
         << grouped(row.runs) << ": " << grouped(row.cycles) << " cycles\n";
  }
  writeMore(view.programs.size());
  if (view.incompleteRuns > 0)
    line("Runs that did not end", grouped(view.incompleteRuns));
  out_ << "\n";
  line("Total cycles", grouped(view.totalCycles) + " (approx. " + fixed(view.totalMicroseconds, 1) + " microseconds)");
  constexpr const char *labels[kNumStepKinds] = {"Compute cycles", "Exchange cycles", "Sync cycles",
                                                 "Host exchange cycles", "Control cycles"};
  for (std::size_t kind = 0; kind < kNumStepKinds; ++kind)
    line(labels[kind],
         grouped(view.cyclesByKind[kind]) + " (" + fixed(view.percent(view.cyclesByKind[kind]), 1) + "%)");
  line("Compute tile balance", fixed(100 * view.computeBalance, 1) + "% (mean over tiles / slowest tile)");

  out_ << "\n  Cycles by compute set:\n"
       << "            cycles       %    executions  balance  slowest  name\n";
  const std::vector<std::size_t> sets = sorted(view.computeSets, [](const auto &row) { return row.cycles; });
  for (std::size_t i = 0; i < shown(sets.size()); ++i) {
    const ExecutionView::ComputeSet &row = view.computeSets[sets[i]];
    out_ << "    " << right(grouped(row.cycles), 14) << " " << right(fixed(view.percent(row.cycles), 1), 6) << "% "
         << right(grouped(row.executions), 12) << " " << right(fixed(100 * row.balance, 1), 7) << "% "
         << right(std::to_string(row.slowestTile), 8) << "  " << (row.name.empty() ? "(unnamed)" : printable(row.name))
         << "\n";
  }
  writeMore(sets.size());

  const VertexView vertices = makeVertexView(model_);
  const std::vector<std::size_t> types = sorted(vertices.rows, [](const auto &row) { return row.slots; });
  const auto &constants = model_.compile.target.constants;
  const auto slot = std::find_if(constants.begin(), constants.end(), [](auto &c) { return c.first == "slotCycles"; });
  out_ << "\n  Cycles by vertex type (issue slots; a worker gets one slot every "
       << (slot == constants.end() ? grouped(model_.compile.target.workersPerTile) : printable(slot->second))
       << " cycles):\n"
       << "             slots    executions      slots each  name\n";
  for (std::size_t i = 0; i < shown(types.size()); ++i) {
    const VertexView::Row &row = vertices.rows[types[i]];
    out_ << "    " << right(grouped(row.slots), 14) << " " << right(grouped(row.executions), 13) << " "
         << right(row.executions ? fixed(double(row.slots) / double(row.executions), 1) : "-", 15) << "  "
         << printable(row.name);
    if (row.estimatedCycles + row.derivedCycles > 0) // what the program said beside what its code says
      out_ << " (estimated " << grouped(row.estimatedCycles) << " cycles, derived " << grouped(row.derivedCycles) << ")";
    out_ << "\n";
  }
  writeMore(types.size());
  out_ << "\n";
}

void TextWriter::writeSteps() {
  out_ << "Execution Steps:\n";
  for (const ProgramLine &row : makeProgramTree(model_)) {
    // The indent stops growing where lines would become unreadable.
    out_ << "  " << std::string(2 * std::min<std::uint32_t>(row.depth, 40), ' ') << printable(row.kind)
         << (row.name.empty() ? "" : ": " + printable(row.name));
    if (row.executions > 0) {
      out_ << " (" << grouped(row.cycles) << " cycles" << (row.executions > 1 ? ", x " + grouped(row.executions) : "");
      if (std::count(row.cyclesByKind.begin(), row.cyclesByKind.end(), 0u) < static_cast<int>(kNumStepKinds) - 1) {
        const char *separator = "; ";
        for (std::size_t kind = 0; kind < kNumStepKinds; ++kind)
          if (row.cyclesByKind[kind] > 0) {
            out_ << separator << popgraph::profile::stepKindName(kind) << " " << grouped(row.cyclesByKind[kind]);
            separator = ", ";
          }
      }
      out_ << ")";
    }
    out_ << "\n";
  }
  out_ << "\n";
}

} // namespace

void writeSummary(std::ostream &out, const Model &model, const SummaryOptions &options) {
  TextWriter(out, model, options).write();
}

} // namespace profiler
