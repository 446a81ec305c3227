#include "popgraph/passes/CollectMemory.hpp"

#include <algorithm>
#include <bit>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/ElementConstraints.hpp"

namespace popgraph {

namespace {

using profile::MemoryCategory;

std::uint64_t roundUp(std::uint64_t bytes, std::uint32_t to) { return (bytes + to - 1) / to * to; }

/// Nominal bytes of a rank 2 field's table, which is not part of the vertex itself.
std::uint32_t tableBytes(const codelets::Field &field, std::uint32_t entries) {
  if (field.shape == codelets::FieldShape::VectorList) return 4 * entries;
  return (field.inner == codelets::Layout::OnePtr || field.inner == codelets::Layout::ShortSpan ? 4 : 8) * entries;
}

class Collection {
public:
  explicit Collection(const Module &module)
      : module_(module), tables_(module.tables), machine_(machineOf(module.target)),
        numTiles_(module.target.getNumTiles()), liveness_(module.placement.liveness) {}

  std::vector<MemoryDraft> run() {
    constraints();
    variables();
    vertices();
    buffers();
    code();
    const auto key = [](const MemoryDraft &d) {
      return (std::uint64_t(d.tile) << 40) | (std::uint64_t(d.category) << 32) | d.owner;
    };
    const auto less = [&](const MemoryDraft &a, const MemoryDraft &b) { return key(a) < key(b); };
    std::stable_sort(drafts_.begin(), drafts_.end(), less);
    apart();
    return std::move(drafts_);
  }

private:
  void add(std::uint32_t tile, MemoryCategory category, std::uint32_t owner, std::uint64_t bytes,
           std::uint32_t alignment = 4, std::uint32_t liveSet = kAlwaysLive, bool interleaved = false) {
    if (bytes > 0) drafts_.push_back({tile, roundUp(bytes, 4), alignment, category, interleaved, owner, liveSet});
  }

  /// What codelets ask of the variables they are connected to. Only few ask for more than 8 bytes.
  void constraints() {
    alignment_.assign(tables_.variables.size(), 0);
    interleaved_.assign(tables_.variables.size(), false);
    std::vector<bool> asks(tables_.codelets.size());
    for (std::size_t c = 0; c < asks.size(); ++c)
      for (const codelets::Field &field : tables_.codelets[c].codelet().fields)
        if (field.access != codelets::Access::State && (field.alignment > 8 || field.interleaved)) asks[c] = true;
    for (const RowGroup &group : module_.groups) {
      if (!asks[group.codelet]) continue;
      for (std::uint32_t row = group.firstRow; row < group.firstRow + group.rows; ++row)
        forEachEdge(tables_, tables_.vertices[module_.rows[row]],
                    [&](const codelets::Field &field, const EdgeRow &edge) {
                      if (edge.kind() != EdgeRow::Run) return; // pieces are copied to a buffer
                      std::uint32_t &alignment = alignment_[edge.id()];
                      alignment = std::max(alignment, field.alignment);
                      if (field.interleaved) interleaved_[edge.id()] = true;
                    });
    }
  }

  void variables() {
    std::vector<std::uint32_t> seen(numTiles_, ~0u);
    std::vector<std::size_t> place(numTiles_);
    for (std::uint32_t v = 0; v < tables_.variables.size(); ++v) {
      const VariableRow &row = tables_.variables[v];
      const std::uint32_t live = liveness_.variables[v];
      const MemoryCategory category = row.isConstant        ? MemoryCategory::Constant
                                      : live == kAlwaysLive ? MemoryCategory::Variable
                                                            : MemoryCategory::Temporary;
      const std::uint32_t wide = std::bit_ceil(std::max(alignment_[v], 8u));
      const std::size_t first = drafts_.size();
      for (const MappedRange &range : tables_.mappingOf(v)) {
        const std::uint64_t bytes = std::uint64_t(range.end - range.begin) * elementBytes(row.type);
        const std::uint32_t alignment = bytes >= 8 || wide > 8 ? wide : 4; // vector accesses need 8 bytes
        const std::uint64_t padded = roundUp(bytes, std::min(alignment, 8u));
        if (seen[range.tile] == v) {
          MemoryDraft &draft = drafts_[place[range.tile]];
          draft.bytes += padded;
          draft.alignment = std::max(draft.alignment, alignment);
          continue;
        }
        seen[range.tile] = v;
        place[range.tile] = drafts_.size();
        add(range.tile, category, v, padded, alignment, live, interleaved_[v]);
      }
      if (wide > 8 || interleaved_[v])
        for (std::size_t i = first; i < drafts_.size(); ++i) drafts_[i].bytes += machine_.overReadBytes;
    }
  }

  /// Tells drafts of variables from which others they must lie apart.
  void apart() {
    for (const ApartVariables &pair : module_.placement.apart) {
      if (pair.a == pair.b) continue; // cannot be
      const auto ofTile = std::lower_bound(drafts_.begin(), drafts_.end(), pair.tile,
                                           [](const MemoryDraft &d, std::uint32_t tile) { return d.tile < tile; });
      const auto draftOf = [&](std::uint32_t variable) {
        return std::find_if(ofTile, drafts_.end(), [&](const MemoryDraft &draft) {
          return draft.owner == variable && holdsVariable(draft.category);
        });
      };
      const auto a = draftOf(pair.a), b = draftOf(pair.b);
      a->apart.emplace_back(pair.b, pair.region);
      b->apart.emplace_back(pair.a, pair.region);
    }
  }

  void vertices() {
    std::vector<std::uint64_t> codeOnTile; // (tile, codelet) pairs that hold a copy
    stack_.assign(numTiles_, 0);
    std::vector<std::uint64_t> state(numTiles_, 0), data(numTiles_, 0), lists(numTiles_, 0);
    for (const TileTask &task : module_.tasks)
      for (std::uint32_t g = task.firstGroup; g < task.firstGroup + task.groups; ++g) {
        const RowGroup &group = module_.groups[g];
        const CodeletInfo &info = tables_.codelets[group.codelet];
        const codelets::Codelet &codelet = info.codelet();
        codeOnTile.push_back((std::uint64_t(task.tile) << 32) | group.codelet);
        state[task.tile] += std::uint64_t(group.rows) * roundUp(codelet.nominalBytes, 4);
        stack_[task.tile] =
            std::max(stack_[task.tile], codelet.stackBytes ? codelet.stackBytes : machine_.workerStackBytes);
        const bool hasTables = std::any_of(codelet.fields.begin(), codelet.fields.end(), [](const codelets::Field &f) {
          return f.shape != codelets::FieldShape::Scalar &&
                 (f.access == codelets::Access::State || f.shape != codelets::FieldShape::Vector);
        });
        if (hasTables) fieldTables(group, info, data[task.tile], lists[task.tile]);
      }
    for (std::uint32_t t = 0; t < numTiles_; ++t) {
      add(t, MemoryCategory::VertexState, 0, state[t], 8);
      add(t, MemoryCategory::VertexFieldData, 0, data[t], 8);
      add(t, MemoryCategory::VectorListDescriptor, 0, lists[t]);
    }
    std::sort(codeOnTile.begin(), codeOnTile.end());
    codeOnTile.erase(std::unique(codeOnTile.begin(), codeOnTile.end()), codeOnTile.end());
    for (const std::uint64_t key : codeOnTile) {
      const auto codelet = static_cast<std::uint32_t>(key);
      // The bodies of hardware loops begin at multiples of 8.
      add(static_cast<std::uint32_t>(key >> 32), MemoryCategory::VertexCode, codelet,
          tables_.codelets[codelet].codelet().codeBytes, 8);
    }
  }

  void fieldTables(const RowGroup &group, const CodeletInfo &info, std::uint64_t &data, std::uint64_t &lists) const {
    const auto &fields = info.codelet().fields;
    for (std::uint32_t row = group.firstRow; row < group.firstRow + group.rows; ++row) {
      const VertexRow &vertex = tables_.vertices[module_.rows[row]];
      for (std::size_t i = 0; i < fields.size(); ++i) {
        const codelets::Field &field = fields[i];
        if (field.access == codelets::Access::State) {
          if (field.shape == codelets::FieldShape::Vector)
            data += roundUp(
                std::uint64_t(tables_.state[vertex.firstState + info.place[i] + 1]) * elementBytes(field.type), 4);
          continue;
        }
        const EdgeRow &edge = tables_.edges[vertex.firstEdge + info.place[i]];
        if (edge.kind() != EdgeRow::List) continue;
        (field.shape == codelets::FieldShape::VectorList ? lists : data) += tableBytes(field, edge.b);
      }
    }
  }

  /// What exists only while its step runs.
  void buffers() {
    const Placement &placement = module_.placement;
    const auto add = [&](const BufferPlan &plan, std::uint32_t owner, std::uint32_t live) {
      for (std::uint32_t b = plan.first; b < plan.first + plan.count; ++b) {
        const StepBuffer &buffer = placement.buffers[b];
        this->add(buffer.tile, MemoryCategory::Message, owner, buffer.message, 8, live);
        this->add(buffer.tile, MemoryCategory::Rearrangement, owner, buffer.rearrangement, 8, live);
      }
    };
    for (std::uint32_t i = 0; i < placement.computeSets.size(); ++i)
      add(placement.computeSets[i].buffers, i, liveness_.computeSets[i]);
    for (std::uint32_t i = 0; i < placement.copies.size(); ++i)
      add(placement.copies[i].buffers, i | kCopyOwner, liveness_.copies[i]);
    // The host reads and writes packets, one after the other.
    for (std::uint32_t i = 0; i < placement.transfers.size(); ++i) {
      const ExchangePlan &plan = placement.transfers[i].before;
      for (std::uint32_t t = plan.firstTile; t < plan.firstTile + plan.tiles; ++t) {
        const ExchangeTile &tile = placement.exchangeTiles[t];
        const std::uint32_t bytes = std::min(std::max(tile.bytesIn, tile.bytesOut), machine_.hostPayloadBytes);
        this->add(tile.tile, MemoryCategory::HostMessage, i, bytes + machine_.hostPacketHeaderBytes, 8,
                  liveness_.transfers[i]);
      }
    }
  }

  void code() {
    std::vector<bool> used(numTiles_, false);
    for (const MemoryDraft &draft : drafts_) used[draft.tile] = true;
    const auto &memory = module_.placement.memory; // routing has counted its code
    for (const MemoryCategory category : {MemoryCategory::InternalExchangeCode, MemoryCategory::HostExchangeCode})
      for (std::uint32_t t = 0; t < numTiles_; ++t) {
        const std::uint32_t bytes = memory[static_cast<std::size_t>(category)][t];
        used[t] = used[t] || bytes > 0;
        if (category == MemoryCategory::InternalExchangeCode) add(t, category, 0, bytes);
      }
    const std::vector<std::uint64_t> control = controlCode();
    // Where a program knows the host at all, every tile can obey it.
    const std::uint32_t withHost = module_.placement.transfers.empty() ? 0 : machine_.hostRuntimeBytes;
    const auto &packets = memory[static_cast<std::size_t>(MemoryCategory::HostExchangeCode)];
    for (std::uint32_t t = 0; t < numTiles_; ++t) {
      if (!used[t]) continue;
      add(t, MemoryCategory::HostExchangeCode, 0, packets[t] + withHost);
      add(t, MemoryCategory::ControlCode, 0, control[t] + machine_.runtimeCodeBytes);
      add(t, MemoryCategory::Stack, 0, machine_.workers * roundUp(stack_[t], 8) + machine_.supervisorStackBytes, 8);
    }
  }

  /// All tiles take part in synchronisation and branches; only those with vertices call them.
  std::vector<std::uint64_t> controlCode() const {
    const Placement &placement = module_.placement;
    const std::uint32_t exchange = machine_.controlCodeBytesPerExchange, turn = machine_.controlCodeBytesPerTurn;
    std::vector<std::uint64_t> code(numTiles_, 0);
    std::uint64_t everywhere = 0;
    const auto called = [&](const RearrangePlan &plan) {
      for (std::uint32_t i = plan.first; i < plan.first + plan.count; ++i)
        code[placement.rearranges[i].tile] += machine_.controlCodeBytesPerStep;
    };
    const auto step = [&](const StepPlacement &plan) {
      everywhere += exchange * ((plan.before.cycles > 0) + (plan.after.cycles > 0));
      for (const RearrangePlan &copies : {plan.pack, plan.gather, plan.scatter, plan.unpack}) called(copies);
    };
    for (const Step &s : module_.steps)
      switch (s.kind) {
      case Step::Kind::Execute: {
        const ComputeSetPlan &plan = module_.computeSets[s.a];
        step(placement.computeSets[s.a]);
        for (std::uint32_t t = plan.firstTask; t < plan.firstTask + plan.tasks; ++t)
          code[module_.tasks[t].tile] += machine_.controlCodeBytesPerStep;
        break;
      }
      case Step::Kind::Copy: step(placement.copies[s.a]); break;
      case Step::Kind::Switch:
        everywhere += exchange + turn + std::uint64_t(machine_.instructionBytes) * module_.switches[s.a].cases.size();
        break;
      case Step::Kind::LoopBegin:
      case Step::Kind::LoopEnd:
      case Step::Kind::Jump:
      case Step::Kind::Return:
      case Step::Kind::Sync:
      case Step::Kind::End: everywhere += machine_.instructionBytes; break;
      default: everywhere += turn; // with the host, with a predicate, with a counter: three instructions
      }
    for (std::uint64_t &bytes : code) bytes += everywhere;
    return code;
  }

  const Module &module_;
  const GraphTables &tables_;
  const Machine &machine_;
  const std::uint32_t numTiles_;
  const Liveness &liveness_;
  std::vector<std::uint32_t> alignment_; ///< by variable, at least that of its type
  std::vector<bool> interleaved_;
  std::vector<std::uint32_t> stack_;
  std::vector<MemoryDraft> drafts_;
};

} // namespace

std::vector<MemoryDraft> collectMemory(const Module &module) { return Collection(module).run(); }

} // namespace popgraph
