#include "popgraph/runtime/Storage.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <new>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/ir/Walk.hpp"
#include "popgraph/runtime/CopyBlocks.hpp"

namespace popgraph {

namespace {
constexpr std::uint64_t kVariableAlignment = 32; // codelets read whole vectors through aligned pointers
constexpr std::uint64_t kOverRead = 64;          // unrolled loops may read past the end of a tensor
constexpr std::size_t kLargePage = 2u << 20;
std::uint64_t roundUp(std::uint64_t n, std::uint64_t to) { return (n + to - 1) / to * to; }
} // namespace

Arena::Arena(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<char *>(memory);
  // Large tensors are read in order: with large pages the processor does not wait for page tables. Only a hint.
  if (bytes >= kLargePage) madvise(memory, bytes, MADV_HUGEPAGE);
}
Arena::~Arena() {
  if (data_) munmap(data_, bytes_);
}
Arena::Arena(Arena &&other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
Arena &Arena::operator=(Arena &&other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

LoadedCode::LoadedCode(const Module &module) {
  const std::vector<bool> executed = executedModules(module);
  modules_.resize(executed.size());
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    if (!executed[i]) continue; // libraries bring many; an executable that was read has no code for these
    try {
      modules_[i] = std::make_unique<codelets::LoadedModule>(*module.tables.modules[i]);
    } catch (const codelets::LinkError &error) {
      throw poplar::link_error(error.what(), error.output);
    }
  }
}

Storage::Storage(std::shared_ptr<const Module> module, std::shared_ptr<const LoadedCode> code, std::uint32_t replica,
                 const TileDefaults &defaults)
    : module_(std::move(module)), code_(std::move(code)), replica_(replica), defaults_(defaults),
      registers_(module_->target.getNumTiles(), module_->target.getNumWorkerContexts()) {
  const GraphTables &tables = module_->tables;
  std::uint64_t at = 0;
  variableAt_.reserve(tables.variables.size());
  for (std::uint32_t v = 0; v < tables.variables.size(); ++v) {
    variableAt_.push_back(at);
    at += roundUp(std::uint64_t(tables.variables[v].elements) * elementBytes(tables.variables[v].type),
                  kVariableAlignment);
  }
  variables_ = Arena(at + kOverRead);
  buildImages();
  reset();
}

/// Fills images; run once to measure (no memory) and once to write.
class Storage::ImageBuilder {
public:
  ImageBuilder(Storage &storage, bool write) : s_(storage), tables_(storage.module_->tables), write_(write) {}

  void row(const VertexRow &vertex, char *image) {
    const CodeletInfo &info = tables_.codelets[vertex.codelet];
    const auto &fields = info.codelet().fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const codelets::Field &field = fields[i];
      char *at = image + field.hostOffset;
      if (field.access == codelets::Access::State)
        state(field, vertex.firstState + info.place[i], at);
      else
        edge(field, tables_.edges[vertex.firstEdge + info.place[i]], at);
    }
  }
  std::uint64_t auxBytes() const { return aux_; }

private:
  static bool knowsSize(codelets::Layout layout) {
    return layout == codelets::Layout::Span || layout == codelets::Layout::ShortSpan ||
           layout == codelets::Layout::DeltaN || layout == codelets::Layout::DeltaNElements;
  }
  char *allocate(std::uint64_t bytes, std::uint64_t alignment) {
    aux_ = roundUp(aux_, alignment);
    char *at = write_ ? s_.aux_.data() + aux_ : nullptr;
    aux_ += bytes;
    return at;
  }
  void pointer(char *at, const char *target, codelets::Layout layout, std::uint32_t size) {
    if (!write_) return;
    std::memcpy(at, &target, sizeof target);
    if (knowsSize(layout)) std::memcpy(at + sizeof target, &size, sizeof size);
  }

  void state(const codelets::Field &field, std::uint32_t word, char *at) {
    if (field.shape == codelets::FieldShape::Scalar) {
      if (!write_) return;
      std::uint32_t words[2] = {tables_.state[word], elementBytes(field.type) > 4 ? tables_.state[word + 1] : 0};
      std::memcpy(at, words, elementBytes(field.type));
      return;
    }
    const std::uint32_t count = tables_.state[word + 1];
    if (count == 0) return pointer(at, s_.variables_.data(), field.outer, 0);
    char *copy = allocate(count * elementBytes(field.type), std::max<std::uint64_t>(field.alignment, 8));
    if (write_) std::memcpy(copy, tables_.stateArrays[tables_.state[word]]->data(), count * elementBytes(field.type));
    pointer(at, copy, field.outer, count);
  }

  /// Where the codelet finds the elements of an edge: in the variable, or in a buffer.
  char *place(const codelets::Field &field, const EdgeRow &edge) {
    const std::size_t size = elementBytes(field.type);
    const std::uint32_t alignment = std::max<std::uint32_t>(field.alignment, static_cast<std::uint32_t>(size));
    if (edge.elements() == 0) return s_.variables_.data();
    if (edge.kind() == EdgeRow::Run) {
      const std::uint64_t at = s_.variableAt_[edge.id()] + std::uint64_t(edge.a) * size;
      if (at % alignment == 0) return s_.variables_.data() + at;
    }
    char *buffer = allocate(roundUp(edge.elements() * size, 8) + kOverRead,
                            std::max<std::uint64_t>(alignment, kVariableAlignment));
    if (write_)
      s_.buffered_.push_back({edge, buffer, static_cast<std::uint8_t>(size), field.access != codelets::Access::Input});
    return buffer;
  }

  void edge(const codelets::Field &field, const EdgeRow &edge, char *at) {
    if (edge.kind() != EdgeRow::List) return pointer(at, place(field, edge), field.outer, edge.elements());
    const std::uint64_t step = knowsSize(field.inner) ? 16 : 8;
    char *table = allocate(step * std::max<std::uint64_t>(edge.b, 1), 16);
    for (std::uint32_t i = 0; i < edge.b; ++i) {
      const EdgeRow &sub = tables_.subEdges[edge.a + i];
      pointer(write_ ? table + i * step : nullptr, place(field, sub), field.inner, sub.elements());
    }
    pointer(at, table, field.outer, edge.b);
  }

  Storage &s_;
  const GraphTables &tables_;
  bool write_;
  std::uint64_t aux_ = 0;
};

void Storage::buildImages() {
  const Module &m = *module_;
  const GraphTables &tables = m.tables;
  const std::uint32_t workers = m.target.getNumWorkerContexts();
  std::uint64_t bytes = 0, globals = 0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> block; // tile, module -> place
  globalsAt_.assign(m.groups.size(), ~0ull);
  for (const ComputeSetPlan &plan : m.computeSets) {
    std::uint32_t slots = 0;
    for (std::uint32_t t = plan.firstTask; t < plan.firstTask + plan.tasks; ++t)
      for (std::uint32_t g = m.tasks[t].firstGroup; g < m.tasks[t].firstGroup + m.tasks[t].groups; ++g) {
        const CodeletInfo &info = tables.codelets[m.groups[g].codelet];
        const codelets::Codelet &codelet = info.codelet();
        bytes = roundUp(bytes, std::max<std::uint64_t>(codelet.hostAlign, 16));
        groupAt_.push_back(bytes);
        bytes += std::uint64_t(m.groups[g].rows) * roundUp(codelet.hostBytes, codelet.hostAlign);
        groupSlot_.push_back(slots);
        slots += m.groups[g].rows * (codelet.kind == codelets::VertexKind::MultiVertex ? workers : 1);
        if (info.module->globalsBytes > 0) {
          const auto [found, isNew] = block.emplace(std::make_pair(m.tasks[t].tile, info.moduleIndex), 0);
          if (isNew) {
            globals = roundUp(globals, std::max<std::uint64_t>(info.module->globalsAlign, 16));
            found->second = globals;
            globalBlocks_.emplace_back(globals, info.moduleIndex);
            globals += info.module->globalsBytes;
          }
          globalsAt_[g] = found->second;
        }
      }
  }
  images_ = Arena(bytes + 1);
  globals_ = Arena(globals);
  ImageBuilder measure(*this, false);
  for (const std::uint32_t v : m.rows) measure.row(tables.vertices[v], nullptr);
  aux_ = Arena(measure.auxBytes());
}

void Storage::reset() {
  const Module &m = *module_;
  const GraphTables &tables = m.tables;
  for (const InitialValue &value : tables.initialValues) {
    if (value.replica != InitialValue::kEveryReplica && value.replica != replica_) continue;
    const std::size_t size = elementBytes(tables.variables[value.variable].type);
    std::memcpy(variable(value.variable) + std::size_t(value.offset) * size, value.bytes->data(),
                std::size_t(value.count) * size);
  }
  for (const std::uint32_t v : tables.replicationIndices) std::memcpy(variable(v), &replica_, sizeof replica_);
  registers_.reset(defaults_);
  buffered_.clear();
  firstBuffered_.assign(1, 0);
  ImageBuilder writer(*this, true);
  for (const TileTask &task : m.tasks) {
    for (std::uint32_t g = task.firstGroup; g < task.firstGroup + task.groups; ++g) {
      const RowGroup &group = m.groups[g];
      const codelets::Codelet &codelet = tables.codelets[group.codelet].codelet();
      const std::uint64_t stride = roundUp(codelet.hostBytes, codelet.hostAlign);
      char *image = images_.data() + groupAt_[g];
      std::memset(image, 0, stride * group.rows);
      for (std::uint32_t r = group.firstRow; r < group.firstRow + group.rows; ++r, image += stride)
        writer.row(tables.vertices[m.rows[r]], image);
    }
    firstBuffered_.push_back(static_cast<std::uint32_t>(buffered_.size()));
  }
  for (const auto &[at, module] : globalBlocks_)
    std::memcpy(globals_.data() + at, tables.modules[module]->globalsInit.data(),
                tables.modules[module]->globalsInit.size());
}

namespace {

/// Moves the elements of an edge between their variables and a buffer.
template <bool kToBuffer>
void moveEdge(const Storage &storage, const GraphTables &tables, const EdgeRow &edge, std::size_t size, char *buffer) {
  const auto move = [&](char *in, std::size_t bytes) {
    if constexpr (kToBuffer)
      std::memcpy(buffer, in, bytes);
    else
      std::memcpy(in, buffer, bytes);
    buffer += bytes;
  };
  if (edge.kind() == EdgeRow::Run) return move(storage.variable(edge.id()) + edge.a * size, edge.b * size);
  for (std::uint32_t i = 0; i < edge.a; ++i) {
    const ViewRun &run = tables.viewRuns[edge.id() + i];
    char *at = storage.variable(run.variable) + run.offset * size;
    if (run.stride == 1) {
      move(at, run.count * size);
      continue;
    }
    const std::ptrdiff_t step = static_cast<std::ptrdiff_t>(run.stride) * static_cast<std::ptrdiff_t>(size);
    for (std::uint32_t k = 0; k < run.count; ++k, at += step) move(at, size);
  }
}

} // namespace

std::uint32_t Storage::runTask(std::uint32_t taskIndex, VertexContext &context, bool counts, std::uint32_t *slots,
                               volatile std::uint32_t &running) const {
  const Module &m = *module_;
  const TileTask &task = m.tasks[taskIndex];
  const std::uint32_t first = firstBuffered_[taskIndex], last = firstBuffered_[taskIndex + 1];
  for (std::uint32_t i = first; i < last; ++i)
    moveEdge<true>(*this, m.tables, buffered_[i].edge, buffered_[i].elementSize, buffered_[i].buffer);
  context.tile = task.tile;
  const std::uint32_t traps = registers_.traps(task.tile);
  for (std::uint32_t g = task.firstGroup; g < task.firstGroup + task.groups; ++g) {
    const RowGroup &group = m.groups[g];
    const CodeletInfo &info = m.tables.codelets[group.codelet];
    const codelets::Codelet &codelet = info.codelet();
    running = g;
    context.globals = globalsAt_[g] == ~0ull ? nullptr : globals_.data() + globalsAt_[g];
    context.worker = 0;
    if (traps) clearFloatFlags();
    const codelets::LoadedModule &code = (*code_)[info.moduleIndex];
    const RunRows run = counts ? code.run(info.indexInModule) : code.plain(info.indexInModule);
    run(images_.data() + groupAt_[g], roundUp(codelet.hostBytes, codelet.hostAlign), group.rows, &context,
        slots + groupSlot_[g]);
    if (!traps) continue;
    if (const std::uint32_t raised = raisedFloatFlags() & traps) return raised;
  }
  for (std::uint32_t i = first; i < last; ++i)
    if (buffered_[i].scatter)
      moveEdge<false>(*this, m.tables, buffered_[i].edge, buffered_[i].elementSize, buffered_[i].buffer);
  return 0;
}

std::uint32_t Storage::slotsOf(const ComputeSetPlan &plan) const {
  if (plan.tasks == 0) return 0;
  const Module &m = *module_;
  const TileTask &task = m.tasks[plan.firstTask + plan.tasks - 1];
  const RowGroup &group = m.groups[task.firstGroup + task.groups - 1];
  const bool multi = m.tables.codelets[group.codelet].codelet().kind == codelets::VertexKind::MultiVertex;
  return groupSlot_[task.firstGroup + task.groups - 1] + group.rows * (multi ? m.target.getNumWorkerContexts() : 1);
}

void Storage::gather(const std::vector<Run> &runs, std::size_t size, char *to) const {
  for (const Run &run : runs) {
    std::memcpy(to, variable(run.variable) + run.offset * size, run.count * size);
    to += run.count * size;
  }
}

void Storage::scatter(const std::vector<Run> &runs, std::size_t size, const char *from) {
  for (const Run &run : runs) {
    std::memcpy(variable(run.variable) + run.offset * size, from, run.count * size);
    from += run.count * size;
  }
}

void Storage::copy(const CopyPlan &plan) {
  const std::size_t size = elementBytes(plan.type);
  const auto begin = module_->copyBlocks.begin() + plan.firstBlock, end = begin + plan.blocks;
  if (plan.overlaps) { // all of the source is read before anything is written
    std::vector<char> buffer(plan.elements * size);
    char *at = buffer.data();
    for (auto block = begin; block != end; ++block)
      for (std::uint64_t k = 0; k < block->count; ++k, at += block->length * size)
        std::memcpy(at,
                    variable(block->sourceVariable) +
                        static_cast<std::ptrdiff_t>(size) * (static_cast<std::ptrdiff_t>(block->source) +
                                                             static_cast<std::ptrdiff_t>(k) * block->sourceStride),
                    block->length * size);
    at = buffer.data();
    for (auto block = begin; block != end; ++block)
      for (std::uint64_t k = 0; k < block->count; ++k, at += block->length * size)
        std::memcpy(variable(block->destinationVariable) +
                        static_cast<std::ptrdiff_t>(size) * (static_cast<std::ptrdiff_t>(block->destination) +
                                                             static_cast<std::ptrdiff_t>(k) * block->destinationStride),
                    at, block->length * size);
    return;
  }
  const CopyBlock *const blocks = module_->copyBlocks.data() + plan.firstBlock;
  copyBlocks(blocks, blocks + plan.blocks, plan.elements, size, {variables_.data(), variableAt_.data()});
}

std::int64_t Storage::scalar(const ScalarPlace &place) const {
  const char *at = variable(place.variable) + std::size_t(place.element) * elementBytes(place.type);
  if (place.type == ElementType::Bool) return *reinterpret_cast<const unsigned char *>(at);
  std::int32_t value;
  std::memcpy(&value, at, sizeof value);
  return place.type == ElementType::UnsignedInt ? static_cast<std::int64_t>(static_cast<std::uint32_t>(value)) : value;
}

} // namespace popgraph
