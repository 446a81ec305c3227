#include <pva/Program.hpp>

#include "profiler/pva/ReportData.hpp"

namespace pva {

namespace {} // namespace

std::string Program::name() const { return data_->programs[index_].name; }
Program::Type Program::type() const { return data_->programs[index_].type; }
std::string Program::typeName() const { return data_->programs[index_].kind; }

std::vector<Program> Program::children() const {
  std::vector<Program> result;
  if (index_ < data_->model.compile.programs.size()) // the others stand beside the tree
    for (const std::uint32_t child : data_->model.compile.programs[index_].children) result.emplace_back(data_, child);
  return result;
}

void Program::accept(ProgramVisitor &visitor) const {
  switch (type()) {
#define X(name, text)                                                                                                  \
  case Type::name: return visitor.visit##name(name##Program(data_, index_));
    PVA_PROGRAM_TYPES(X)
#undef X
  case Type::Unknown: return;
  }
}

ComputeSet OnTileExecuteProgram::computeset() const {
  const bool isTree = index_ < data_->model.compile.programs.size();
  const std::int64_t computeSet = isTree ? data_->model.compile.programs[index_].computeSet : -1;
  if (computeSet < 0) throw Error("program '" + name() + "' has no compute set: it copies inside tiles");
  return ComputeSet(data_, static_cast<std::size_t>(computeSet));
}

std::uint64_t RepeatProgram::count() const { return data_->model.compile.programs[index_].count; }

Program CallProgram::target() const {
  const std::vector<Program> called = children();
  if (called.empty()) throw Error("program '" + name() + "' calls nothing");
  return called.front();
}

ProgramVisitor::~ProgramVisitor() = default;

std::string ComputeSet::name() const { return data_->model.compile.computeSets[index_].name; }

std::vector<VertexInstances> ComputeSet::vertices() const {
  std::vector<VertexInstances> result;
  for (const auto &[type, count] : data_->model.compile.computeSets[index_].verticesByType)
    result.emplace_back(VertexType(data_, type), count);
  return result;
}

std::uint64_t ComputeSet::executions() const {
  const auto &totals = data_->model.totals.computeSets;
  return index_ < totals.size() ? totals[index_].executions : 0;
}

std::uint64_t ComputeSet::cycles() const {
  const auto &totals = data_->model.totals.computeSets;
  return index_ < totals.size() ? totals[index_].cycles : 0;
}

std::string VertexType::name() const { return data_->model.compile.vertexTypes[index_].name; }
std::uint64_t VertexType::size() const { return data_->model.compile.vertexTypes[index_].stateBytes; }
std::uint64_t VertexType::codeBytes() const { return data_->model.compile.vertexTypes[index_].codeBytes; }
std::uint64_t VertexType::count() const { return data_->model.compile.vertexTypes[index_].instances; }
std::uint64_t VertexType::numTiles() const { return data_->model.compile.vertexTypes[index_].tilesWithCode; }

} // namespace pva
