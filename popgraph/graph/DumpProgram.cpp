// A program as text.
#include <poplar/Program.hpp>

#include <map>
#include <ostream>

#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/ProgramNode.hpp"

namespace poplar {
namespace program {

using popgraph::ProgramKind;
using popgraph::ProgramNode;

namespace {

/// Name of the stream, remote buffer or host function of a program.
std::string handleOf(const popgraph::GraphTables &tables, const ProgramNode &node) {
  const auto named = [&](const auto &list, const auto &name) {
    return node.id < list.size() ? name(list[node.id]) : std::string();
  };
  const auto handle = [](const auto &peer) { return peer.handle(); };
  switch (node.kind) {
  case ProgramKind::StreamToDevice:
  case ProgramKind::StreamToHost: return named(tables.streams, handle);
  case ProgramKind::RemoteToDevice:
  case ProgramKind::DeviceToRemote: return named(tables.remoteBuffers, handle);
  case ProgramKind::HostCall: return named(tables.hostFunctions, [](const auto &function) { return function.name; });
  default: return {};
  }
}

void dump(const popgraph::GraphTables &tables, const ProgramNode &node, unsigned depth, std::ostream &out) {
  out << std::string(2 * depth, ' ') << popgraph::programKindName(node.kind);
  if (node.kind == ProgramKind::Execute && node.id < tables.computeSets.size())
    out << ": " << tables.computeSetName(node.id);
  else if (!node.name.empty())
    out << ": " << node.name;
  if (node.kind == ProgramKind::Repeat) out << " x " << node.id;
  if (const std::string handle = handleOf(tables, node); !handle.empty()) out << " '" << handle << "'";
  for (const auto &[from, to] : node.replicas) out << ' ' << from << "->" << to;
  for (const Tensor &tensor : node.tensors) out << "  " << tensor.getDebugStr();
  out << '\n';
  if (node.kind == ProgramKind::Execute) {
    std::map<std::string, std::size_t> count;
    for (std::uint32_t v = 0; v < tables.vertices.size(); ++v)
      if (tables.vertices[v].computeSet == node.id) ++count[tables.codeletOf(tables.vertices[v]).name];
    for (const auto &[name, n] : count) out << std::string(2 * depth + 2, ' ') << n << " x " << name << '\n';
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (node.kind == ProgramKind::Switch)
      out << std::string(2 * depth + 1, ' ')
          << (i < node.cases.size() ? "case " + std::to_string(node.cases[i]) : std::string("default")) << ":\n";
    dump(tables, *node.children[i], depth + 1, out);
  }
}

} // namespace

void dumpProgram(const Graph &graph, const Program &program, std::ostream &out) {
  dump(popgraph::GraphAccess::state(graph).tables, *popgraph::ProgramAccess::node(program), 0, out);
}

} // namespace program
} // namespace poplar
