#include "popgraph/graph/GraphState.hpp"

#include <algorithm>
#include <cstring>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/base/Log.hpp"
#include "popgraph/base/Nearest.hpp"

namespace popgraph {

ElementType elementTypeOf(const poplar::Type &type) {
  if (type.id() >= kNumElementTypes)
    throw poplar::type_error("the type is default-constructed and names no element type");
  return static_cast<ElementType>(type.id());
}

std::string GraphTables::variableName(std::uint32_t variable) const {
  const VariableRow &row = variables[variable];
  if (row.name != 0) return names[row.name];
  return fmt::format("{} {}", row.isConstant ? "constant" : "variable", variable);
}

std::string GraphTables::computeSetName(std::uint32_t computeSet) const {
  const std::uint32_t name = computeSets[computeSet];
  return name != 0 ? names[name] : fmt::format("compute set {}", computeSet);
}

std::string GraphTables::describeVertex(std::uint32_t vertex) const {
  const VertexRow &row = vertices[vertex];
  return fmt::format("vertex {} of type '{}' in compute set '{}'", vertex, codeletOf(row).name,
                     computeSetName(row.computeSet));
}

std::uint32_t GraphState::addName(std::string_view name) {
  if (name.empty()) return 0;
  tables.names.emplace_back(name);
  return static_cast<std::uint32_t>(tables.names.size() - 1);
}

std::uint32_t GraphState::addVariable(ElementType type, std::uint64_t elements, std::string_view name,
                                      bool isConstant) {
  if (elements > kMaxElements)
    throw poplar::graph_object_creation_error(fmt::format(
        "a variable of {} elements is too large: at most {} are possible; split it", elements, kMaxElements));
  if (tables.variables.size() >= 0x3fffffffu)
    throw poplar::graph_object_creation_error("the graph has its largest possible number of variables, 2^30 - 1");
  tables.mappings.emplace_back();
  return tables.variables.append({static_cast<std::uint32_t>(elements), addName(name), type, isConstant});
}

const char *GraphState::constantData(std::uint32_t variable) const {
  const auto found = constantValueIndex_.find(variable);
  return found == constantValueIndex_.end() ? nullptr : tables.initialValues[found->second].bytes->data();
}

void GraphState::setInitialValue(InitialValue value) {
  if (isConstant(value.variable))
    constantValueIndex_[value.variable] = static_cast<std::uint32_t>(tables.initialValues.size());
  tables.initialValues.push_back(std::move(value));
}

void checkOwn(const GraphState &state, const poplar::Tensor &tensor, const char *function) {
  if (!tensor.valid()) throw poplar::poplar_error(fmt::format("Graph::{}: the tensor refers to no variable", function));
  if (TensorAccess::graph(tensor) != &state)
    throw poplar::poplar_error(fmt::format("Graph::{}: the tensor belongs to another graph", function));
}

Mapping &GraphState::editMapping(std::uint32_t variable) {
  auto &mapping = tables.mappings[variable];
  if (!mapping)
    mapping = std::make_shared<Mapping>();
  else if (mapping.use_count() > 1)
    mapping = std::make_shared<Mapping>(*mapping);
  return *mapping;
}

CodeletInfo CodeletInfo::of(std::shared_ptr<const codelets::CodeletModule> module, std::uint32_t moduleIndex,
                            std::uint32_t index) {
  CodeletInfo info;
  info.moduleIndex = moduleIndex;
  info.indexInModule = index;
  info.pointer = &module->codelets[index];
  for (const codelets::Field &field : module->codelets[index].fields) {
    if (field.access != codelets::Access::State) {
      info.place.push_back(info.edges++);
    } else {
      info.place.push_back(info.stateWords);
      info.stateWords += field.shape == codelets::FieldShape::Scalar
                             ? static_cast<std::uint32_t>((elementBytes(field.type) + 3) / 4)
                             : 2;
    }
  }
  info.module = std::move(module);
  return info;
}

void GraphState::addModule(std::shared_ptr<const codelets::CodeletModule> module) {
  if (std::find(tables.modules.begin(), tables.modules.end(), module) != tables.modules.end()) return;
  // The same file may be added twice, and files that share a header; the first definition stays, so that its vertices
  // and new ones agree.
  for (const codelets::Codelet &added : module->codelets) {
    const auto known = codeletByName_.find(added.name);
    if (known == codeletByName_.end()) continue;
    const codelets::Codelet &first = tables.codelets[known->second].codelet();
    if (first.kind != added.kind || first.fields != added.fields)
      throw poplar::graph_program_compilation_error(
          fmt::format("vertex type '{}' is loaded already with {}; give one of them another name", added.name,
                      first.kind != added.kind ? "another kind of vertex as its base" : "other fields"));
    if (first.codeBytes != added.codeBytes)
      log().warn("vertex type '{}' is loaded already with other code, which stays; give one of them another name",
                 added.name);
  }
  const auto moduleIndex = static_cast<std::uint32_t>(tables.modules.size());
  tables.modules.push_back(module);
  for (std::uint32_t i = 0; i < module->codelets.size(); ++i)
    if (codeletByName_.emplace(module->codelets[i].name, static_cast<std::uint32_t>(tables.codelets.size())).second)
      tables.codelets.push_back(CodeletInfo::of(module, moduleIndex, i));
  lastCodelet_ = -1;
  lastCodeletName_.clear();
}

std::int64_t GraphState::findCodelet(std::string_view name) const {
  if (lastCodelet_ >= 0 && name == lastCodeletName_) return lastCodelet_;
  auto found = codeletByName_.find(std::string(name));
  if (found == codeletByName_.end()) found = codeletByName_.find(codelets::normaliseVertexName(name));
  if (found == codeletByName_.end()) return -1;
  lastCodeletName_ = name;
  lastCodelet_ = found->second;
  return lastCodelet_;
}

std::uint32_t GraphState::codeletNamed(std::string_view name) const {
  const std::int64_t codelet = findCodelet(name);
  if (codelet >= 0) return static_cast<std::uint32_t>(codelet);
  std::string known;
  std::vector<std::string> names;
  for (const auto &info : tables.codelets) {
    names.push_back(info.codelet().name);
    if (known.size() > 400) continue;
    known += (known.empty() ? "" : ", ") + info.codelet().name;
    if (known.size() > 400) known += ", …";
  }
  const std::string_view library = name.substr(0, std::min(name.find("::"), name.size()));
  const bool isLibrary = library == "popops" || library == "poplin" || library == "poprand" || library == "popnn";
  throw poplar::unknown_vertex_type(fmt::format(
      "no codelet '{}' has been loaded{}{}{}", name, isLibrary ? fmt::format("; call {}::addCodelets", library) : "",
      didYouMean(name, names), known.empty() ? "; use addCodelets" : "; loaded are: " + known));
}

void GraphState::setPerfEstimator(std::string_view vertexType, poplar::PerfEstimateFunc estimator) {
  perfEstimators_[codelets::normaliseVertexName(vertexType)] = std::move(estimator);
}

const poplar::PerfEstimateFunc *GraphState::perfEstimator(std::uint32_t codelet) const {
  if (perfEstimators_.empty()) return nullptr;
  const auto found = perfEstimators_.find(tables.codelets[codelet].codelet().name);
  return found == perfEstimators_.end() ? nullptr : &found->second;
}

std::uint32_t GraphState::addVertex(std::uint32_t computeSet, std::uint32_t codelet) {
  const CodeletInfo &info = tables.codelets[codelet];
  VertexRow row;
  row.codelet = codelet;
  row.computeSet = computeSet;
  row.tile = kNoTile;
  row.firstEdge = tables.edges.appendN(info.edges, EdgeRow::none());
  row.firstState = tables.state.appendN(info.stateWords, 0);
  return tables.vertices.append(row);
}

void GraphState::elementConnected(std::uint32_t edge) {
  const auto missing = missingElements.find(edge);
  if (--missing->second > 0) return;
  missingElements.erase(missing);
  const EdgeRow list = tables.edges[edge];
  const std::uint32_t first = tables.viewRuns.size();
  for (std::uint32_t i = 0; i < list.b; ++i) {
    const EdgeRow &element = tables.subEdges[list.a + i];
    const std::uint32_t last = tables.viewRuns.size();
    const ViewRun *before = last > first ? &tables.viewRuns[last - 1] : nullptr;
    if (before && before->variable == element.id() && before->offset + before->count == element.a)
      ++tables.viewRuns.edit(last - 1).count;
    else
      tables.viewRuns.append({element.id(), element.a, 1, 1});
  }
  const std::uint32_t runs = tables.viewRuns.size() - first;
  const ViewRun &run = tables.viewRuns[first];
  tables.edges.edit(edge) =
      runs == 1 ? EdgeRow::run(run.variable, run.offset, run.count) : EdgeRow::view(first, runs, list.b);
}

std::uint32_t fieldNamed(const codelets::Codelet &codelet, std::string_view name) {
  for (std::uint32_t i = 0; i < codelet.fields.size(); ++i)
    if (codelet.fields[i].name == name) return i;
  std::string known;
  for (const codelets::Field &field : codelet.fields) known += (known.empty() ? "" : ", ") + field.name;
  throw poplar::unknown_field(codelet.name, fmt::format("{}\"; its fields are \"{}", name, known));
}

EdgeRow GraphState::makeEdge(const poplar::Tensor &tensor) {
  Run run;
  if (singleRun(tensor, run)) return EdgeRow::run(run.variable, run.offset, run.count);
  std::vector<ViewRun> runs;
  std::uint64_t elements = 0;
  for (const StridedRun &r : stridedRuns(tensor)) {
    elements += r.count;
    const bool fits = r.stride >= INT32_MIN && r.stride <= INT32_MAX;
    for (std::uint64_t i = 0; i < (fits ? 1 : r.count); ++i)
      runs.push_back({r.variable, static_cast<std::uint32_t>(r.offset + static_cast<std::int64_t>(i) * r.stride),
                      static_cast<std::uint32_t>(fits ? r.count : 1), fits ? static_cast<std::int32_t>(r.stride) : 1});
  }
  if (runs.size() == 1 && (runs[0].stride == 1 || runs[0].count == 1))
    return EdgeRow::run(runs[0].variable, runs[0].offset, runs[0].count);
  if (elements >= 0xffffffffull || tables.viewRuns.size() + runs.size() >= 0x3fffffffu)
    throw poplar::graph_connection_error(
        fmt::format("a view of {} elements in {} pieces is too large for an edge", elements, runs.size()));
  const std::uint32_t first = tables.viewRuns.size();
  for (const ViewRun &r : runs) tables.viewRuns.append(r);
  return EdgeRow::view(first, static_cast<std::uint32_t>(runs.size()), static_cast<std::uint32_t>(elements));
}

bool GraphState::hasHandle(std::string_view name) const {
  return hasHostHandle(name, true) ||
         std::any_of(tables.hostHandles.begin(), tables.hostHandles.end(), [&](const auto &h) { return h.name == name; });
}

bool GraphState::hasHostHandle(std::string_view name, bool isRead) const {
  return std::any_of(tables.streams.begin(), tables.streams.end(), [&](const auto &s) { return s.handle() == name; }) ||
         std::any_of(tables.hostHandles.begin(), tables.hostHandles.end(),
                     [&](const auto &h) { return h.name == name && h.isRead == isRead; }) ||
         std::any_of(tables.remoteBuffers.begin(), tables.remoteBuffers.end(),
                     [&](const auto &b) { return b.handle() == name; }) ||
         std::any_of(tables.hostFunctions.begin(), tables.hostFunctions.end(),
                     [&](const auto &f) { return f.name == name; });
}

} // namespace popgraph
