#include <pva/CompilationReport.hpp>

#include <algorithm>

#include "popgraph/profile/Schema.hpp"
#include "profiler/pva/ReportData.hpp"

namespace pva {

namespace {

template <typename T>
std::vector<T> allOf(const std::shared_ptr<const detail::ReportData> &data, std::size_t count, std::size_t first = 0) {
  std::vector<T> result;
  result.reserve(count);
  for (std::size_t i = first; i < first + count; ++i) result.emplace_back(data, i);
  return result;
}

} // namespace

Target::Type Target::type() const {
  const std::string &type = data_->model.compile.target.type;
  return type == "IPU" ? Type::Ipu : type == "IPU_MODEL" ? Type::IpuModel : type == "CPU" ? Type::Cpu : Type::Unknown;
}
std::string Target::architecture() const { return data_->model.compile.target.architecture; }
std::size_t Target::numIPUs() const { return data_->model.compile.target.numIPUs; }
std::size_t Target::tilesPerIpu() const { return data_->model.compile.target.tilesPerIPU; }
std::size_t Target::numTiles() const { return data_->model.numTiles(); }
std::uint64_t Target::bytesPerTile() const { return data_->model.compile.target.bytesPerTile; }
std::uint64_t Target::bytesPerIPU() const { return bytesPerTile() * tilesPerIpu(); }
std::uint64_t Target::totalMemory() const { return bytesPerTile() * numTiles(); }
double Target::clockFrequency() const { return data_->model.compile.target.clockHz; }
std::size_t Target::numReplicas() const { return std::max(1u, data_->model.compile.target.numReplicas); }
std::size_t Target::ipusPerReplica() const { return numIPUs() / numReplicas(); }
std::size_t Target::tilesPerReplica() const { return numTiles() / numReplicas(); }
std::uint64_t Target::memoryPerReplica() const { return bytesPerTile() * tilesPerReplica(); }

std::size_t Graph::numComputeSets() const { return data_->model.compile.graph.computeSets; }
std::size_t Graph::numVertices() const { return data_->model.compile.graph.vertices; }
std::size_t Graph::numEdges() const { return data_->model.compile.graph.edges; }
std::size_t Graph::numVars() const { return data_->model.compile.graph.variables; }

std::string Variable::name() const { return data_->model.compile.variables[index_].name; }
std::string Variable::type() const { return data_->model.compile.variables[index_].type; }
std::uint64_t Variable::bytes() const { return data_->model.compile.variables[index_].bytes; }
std::size_t Variable::numTiles() const { return data_->model.compile.variables[index_].tiles; }
bool Variable::isConstant() const { return data_->model.compile.variables[index_].isConstant; }

#define X(category_)                                                                                                   \
  CategoryAmount MemoryCategories::category_() const {                                                                 \
    for (const auto &category : data_->memory.categories)                                                              \
      if (category.name == #category_) return CategoryAmount(category.bytesByTile[index_]);                            \
    return CategoryAmount(0);                                                                                          \
  }
PVA_MEMORY_CATEGORIES(X)
#undef X

MemoryAmount TileMemory::total() const { return MemoryAmount(data_->memory.usedByTile[index_]); }
MemoryAmount TileMemory::overflowed() const {
  const std::uint64_t used = data_->memory.usedByTile[index_], room = data_->memory.bytesPerTile;
  return MemoryAmount(used > room ? used - room : 0);
}
std::uint64_t TileMemory::alwaysLiveBytes() const {
  std::uint64_t bytes = 0;
  for (const auto &category : data_->memory.categories)
    if (category.alwaysLive) bytes += category.bytesByTile[index_];
  return bytes;
}
std::uint64_t TileMemory::notAlwaysLiveBytes() const {
  const std::uint64_t used = data_->memory.usedByTile[index_], always = alwaysLiveBytes();
  return used > always ? used - always : 0;
}
MemoryCategories TileMemory::category() const { return MemoryCategories(data_, index_); }

std::size_t Tile::ipu() const { return index_ / data_->model.compile.target.tilesPerIPU; }
TileMemory Tile::memory() const { return TileMemory(data_, index_); }

std::vector<Tile> Ipu::tiles() const {
  const std::size_t tiles = data_->model.compile.target.tilesPerIPU;
  return allOf<Tile>(data_, tiles, index_ * tiles);
}

Target CompilationReport::target() const { return Target(data_); }
Graph CompilationReport::graph() const { return Graph(data_); }
std::vector<Ipu> CompilationReport::ipus() const { return allOf<Ipu>(data_, data_->model.compile.target.numIPUs); }
std::vector<Tile> CompilationReport::tiles() const { return allOf<Tile>(data_, data_->model.numTiles()); }
std::vector<ComputeSet> CompilationReport::computeSets() const {
  return allOf<ComputeSet>(data_, data_->model.compile.computeSets.size());
}
std::vector<VertexType> CompilationReport::vertexTypes() const {
  std::vector<VertexType> result;
  for (std::size_t i = 0; i < data_->model.compile.vertexTypes.size(); ++i)
    if (data_->model.compile.vertexTypes[i].instances > 0) result.emplace_back(data_, i);
  return result;
}
std::vector<Variable> CompilationReport::variables() const {
  return allOf<Variable>(data_, data_->model.compile.variables.size());
}
std::vector<Program> CompilationReport::programs() const { return allOf<Program>(data_, data_->programs.size()); }
std::vector<Program> CompilationReport::controlPrograms() const {
  std::vector<Program> result;
  for (const std::uint32_t program : data_->model.compile.controlPrograms) result.emplace_back(data_, program);
  return result;
}

} // namespace pva
