#include "popgraph/graph/Dot.hpp"

#include <map>
#include <set>
#include <spdlog/fmt/fmt.h>
#include <utility>

#include "popgraph/graph/Edges.hpp"
#include "popgraph/graph/ProgramNode.hpp"

namespace popgraph {

namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

/// Nodes that are variables, and arrows from and to them.
class Picture {
public:
  Picture(const GraphTables &tables, std::ostream &out, const char *name) : tables_(tables), out_(out) {
    out_ << "digraph " << name << " {\n";
  }
  ~Picture() {
    for (std::uint32_t variable : used_)
      out_ << "  x" << variable << " [shape=box, label=" << quoted(tables_.variableName(variable)) << "];\n";
    out_ << "}\n";
  }
  void node(const std::string &id, const std::string &label) {
    out_ << "  " << id << " [label=" << quoted(label) << "];\n";
  }
  /// Collects what a vertex touches, for `id`.
  void add(const std::string &id, const VertexRow &vertex) {
    forEachEdge(tables_, vertex, [&](const codelets::Field &field, const EdgeRow &edge) {
      if (edge.kind() == EdgeRow::List) return;
      forEachRunOf(tables_, edge, [&](const Run &run) {
        used_.insert(run.variable);
        if (field.access != codelets::Access::Output) arrow(fmt::format("x{} -> {}", run.variable, id), field.name);
        if (field.access != codelets::Access::Input) arrow(fmt::format("{} -> x{}", id, run.variable), field.name);
      });
    });
  }
  /// Writes the collected arrows, each once.
  void flush(bool fieldNames) {
    for (const auto &[ends, fields] : arrows_) {
      std::string label;
      for (const std::string &field : fields) label += (label.empty() ? "" : ", ") + field;
      out_ << "  " << ends << (fieldNames ? " [label=" + quoted(label) + "]" : "") << ";\n";
    }
    arrows_.clear();
  }

private:
  void arrow(std::string ends, const std::string &field) { arrows_[std::move(ends)].insert(field); }

  const GraphTables &tables_;
  std::ostream &out_;
  std::set<std::uint32_t> used_;
  std::map<std::string, std::set<std::string>> arrows_;
};

/// Marks the compute sets that a program executes; functions are followed once each.
class Executed {
public:
  explicit Executed(const GraphTables &tables)
      : tables_(tables), sets_(tables.computeSets.size(), false), seen_(tables.functions.size(), false) {}
  void visit(const ProgramNode &program) {
    // Programs nest as deep as users build them.
    std::vector<const ProgramNode *> open{&program};
    while (!open.empty()) {
      const ProgramNode &node = *open.back();
      open.pop_back();
      if (node.kind == ProgramKind::Execute && node.id < sets_.size()) sets_[node.id] = true;
      if (node.kind == ProgramKind::Call && node.id < seen_.size() && !seen_[node.id]) {
        seen_[node.id] = true;
        if (const auto &body = ProgramAccess::node(tables_.functions[node.id])) open.push_back(body.get());
      }
      for (const auto &child : node.children) open.push_back(child.get());
    }
  }
  const std::vector<bool> &sets() const { return sets_; }

private:
  const GraphTables &tables_;
  std::vector<bool> sets_, seen_;
};

std::vector<bool> shownSets(const GraphTables &tables, poplar::ArrayRef<poplar::program::Program> programs) {
  if (programs.empty()) return std::vector<bool>(tables.computeSets.size(), true);
  Executed executed(tables);
  for (const poplar::program::Program &program : programs)
    if (const auto &node = ProgramAccess::node(program)) executed.visit(*node);
  return executed.sets();
}

} // namespace

void writeVertexGraph(const GraphTables &tables, const std::vector<bool> &shown, std::ostream &out) {
  Picture picture(tables, out, "vertices");
  for (std::uint32_t v = 0; v < tables.vertices.size(); ++v) {
    const VertexRow &vertex = tables.vertices[v];
    if (!shown[vertex.computeSet]) continue;
    const std::string id = fmt::format("v{}", v);
    picture.node(id, fmt::format("{}\n{}", tables.codeletOf(vertex).name, tables.computeSetName(vertex.computeSet)));
    picture.add(id, vertex);
    picture.flush(true);
  }
}

void writeComputeGraph(const GraphTables &tables, const std::vector<bool> &shown, std::ostream &out) {
  Picture picture(tables, out, "compute");
  std::vector<std::size_t> vertices(tables.computeSets.size(), 0);
  for (std::uint32_t v = 0; v < tables.vertices.size(); ++v) {
    const VertexRow &vertex = tables.vertices[v];
    if (!shown[vertex.computeSet]) continue;
    ++vertices[vertex.computeSet];
    picture.add(fmt::format("c{}", vertex.computeSet), vertex);
  }
  for (std::uint32_t set = 0; set < vertices.size(); ++set)
    if (shown[set])
      picture.node(fmt::format("c{}", set), fmt::format("{}\n{} vertices", tables.computeSetName(set), vertices[set]));
  picture.flush(false);
}

} // namespace popgraph

namespace poplar {

void Graph::outputVertexGraph(std::ostream &out, ArrayRef<program::Program> programs) const {
  popgraph::writeVertexGraph(state_->tables, popgraph::shownSets(state_->tables, programs), out);
}

void Graph::outputComputeGraph(std::ostream &out, ArrayRef<program::Program> programs) const {
  popgraph::writeComputeGraph(state_->tables, popgraph::shownSets(state_->tables, programs), out);
}

} // namespace poplar
