// All that a finished Module must keep so that looking at it, loading it and stepping through it stay within its tables:
// for modules that come from outside. What passes built is so by construction and is checked by verify() alone.
#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/Passes.hpp"
#include "popgraph/passes/Require.hpp"

namespace popgraph {

namespace {

class Verifier {
public:
  explicit Verifier(const Module &module) : m_(module), tables_(module.tables), tiles_(module.target.getNumTiles()) {}

  void run() {
    names();
    variables();
    for (std::uint32_t v = 0; v < tables_.vertices.size(); ++v) vertex(v);
    plans();
    programs();
    for (const std::uint32_t v : m_.rows) {
      require(v < tables_.vertices.size(), "vertex {} does not exist", v);
      executed(tables_.vertices[v]);
    }
    placement();
    verify(m_); // all that it looks at exists
    inSequence();
  }

private:
  std::uint64_t sizeOf(std::uint32_t variable) const { return elementBytes(tables_.variables[variable].type); }

  void names() {
    const std::size_t names = tables_.names.size();
    require(names > 0, "there are no names");
    for (std::uint32_t v = 0; v < tables_.variables.size(); ++v)
      require(tables_.variables[v].name < names, "variable {} has name {}", v, tables_.variables[v].name);
    for (const std::uint32_t name : tables_.computeSets) require(name < names, "a compute set has name {}", name);
    for (std::size_t i = 0; i < tables_.streams.size(); ++i)
      require(tables_.streams[i].getId() == i, "stream {} has number {}", i, tables_.streams[i].getId());
    require(tables_.bufferingDepths.size() == tables_.streams.size(), "{} buffering depths",
            tables_.bufferingDepths.size());
    constexpr std::uint64_t kMost = std::uint64_t(1) << 46; // bytes, as in Graph::addRemoteBuffer
    for (const poplar::RemoteBuffer &buffer : tables_.remoteBuffers) {
      std::uint64_t bytes;
      require(!__builtin_mul_overflow(buffer.numElements(), buffer.getRepeats(), &bytes) &&
                  bytes <= kMost / elementBytes(elementTypeOf(buffer.elementType())),
              "remote buffer '{}' is too large", buffer.handle());
    }
    constexpr std::uint64_t kMostElements = 0xffffffffu; // of a tensor that fits a variable
    for (const HostFunctionRow &function : tables_.hostFunctions)
      for (const auto *arguments : {&function.inputs, &function.outputs})
        for (const HostFunctionRow::Argument &argument : *arguments)
          require(argument.elements <= kMostElements, "host function '{}' is too large", function.name);
    require(m_.replication >= 1 && m_.replication <= 4096, "{} replicas", m_.replication);
  }

  void variables() {
    require(tables_.mappings.size() == tables_.variables.size(), "{} mappings", tables_.mappings.size());
    for (std::uint32_t v = 0; v < tables_.variables.size(); ++v) {
      std::uint32_t at = 0;
      for (const MappedRange &range : tables_.mappingOf(v)) {
        require(range.begin >= at && range.begin < range.end && range.end <= tables_.variables[v].elements,
                "variable {} is mapped at [{}, {})", v, range.begin, range.end);
        require(range.tile < tiles_, "variable {} is mapped to tile {}", v, range.tile);
        at = range.end;
      }
    }
    for (const InitialValue &value : tables_.initialValues) {
      verifyRun(m_, {value.variable, value.offset, value.count});
      require(value.bytes->size() >= value.count * sizeOf(value.variable), "an initial value is too short");
    }
    for (const std::uint32_t variable : tables_.replicationIndices) {
      verifyRun(m_, {variable, 0, 1});
      require(sizeOf(variable) == sizeof(std::uint32_t), "variable {} cannot hold the number of a replica", variable);
    }
  }

  void vertex(std::uint32_t v) {
    const VertexRow &row = tables_.vertices[v];
    require(row.codelet < tables_.codelets.size() && row.computeSet < tables_.computeSets.size(),
            "vertex {} has codelet {} and compute set {}", v, row.codelet, row.computeSet);
    const CodeletInfo &info = tables_.codelets[row.codelet];
    require(within(row.firstEdge, info.edges, tables_.edges.size()) &&
                within(row.firstState, info.stateWords, tables_.state.size()),
            "vertex {} is outside its tables", v);
  }

  /// An edge that a codelet sees as elements of `size` bytes.
  void edge(const EdgeRow &edge, std::uint64_t size) {
    if (edge.kind() == EdgeRow::Run && edge.b == 0) return; // nowhere, and never looked at
    if (edge.kind() == EdgeRow::Run) {
      verifyRun(m_, {edge.id(), edge.a, edge.b});
      require(sizeOf(edge.id()) == size, "an edge reads elements of {} bytes as {}", sizeOf(edge.id()), size);
    } else if (edge.kind() == EdgeRow::View) {
      require(within(edge.id(), edge.a, tables_.viewRuns.size()), "an edge is outside the runs of views");
      std::uint64_t elements = 0;
      for (std::uint32_t i = 0; i < edge.a; ++i) {
        const ViewRun &run = tables_.viewRuns[edge.id() + i];
        require(run.variable < tables_.variables.size(), "variable {} does not exist", run.variable);
        strided(run.variable, run.offset, run.count, run.stride, 1);
        require(sizeOf(run.variable) == size, "an edge reads elements of {} bytes as {}", sizeOf(run.variable), size);
        elements += run.count;
      }
      require(elements == edge.b, "an edge of {} elements has runs of {}", edge.b, elements);
    } else {
      require(edge.kind() == EdgeRow::None && edge.a == 0 && edge.b == 0, "an edge is of no kind");
    }
  }

  /// `count` blocks of `length` elements, `stride` apart, lie within the variable.
  void strided(std::uint32_t variable, std::uint64_t offset, std::uint64_t count, std::int64_t stride,
               std::uint64_t length) {
    constexpr std::uint64_t kMost = 0xffffffffu; // elements of a variable
    const std::uint64_t elements = tables_.variables[variable].elements;
    bool good = offset <= kMost && count <= kMost && length <= kMost && within(offset, length, elements);
    if (good && count > 1) {
      const __int128 last = static_cast<__int128>(offset) + static_cast<__int128>(stride) * (count - 1);
      good = last >= 0 && last <= kMost && within(static_cast<std::uint64_t>(last), length, elements);
    }
    require(good, "{} blocks of {} elements at {} are outside variable {}", count, length, offset, variable);
  }

  void executed(const VertexRow &row) {
    using codelets::FieldShape;
    const CodeletInfo &info = tables_.codelets[row.codelet];
    const auto &fields = info.codelet().fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::uint64_t size = elementBytes(fields[i].type);
      if (fields[i].access == codelets::Access::State) {
        if (fields[i].shape == FieldShape::Scalar) continue;
        const std::uint32_t word = row.firstState + info.place[i], count = tables_.state[word + 1];
        require(count == 0 || (tables_.state[word] < tables_.stateArrays.size() &&
                               tables_.stateArrays[tables_.state[word]]->size() / size >= count),
                "{} elements of a state vector are nowhere", count);
        continue;
      }
      const EdgeRow &of = tables_.edges[row.firstEdge + info.place[i]];
      const bool isRank2 = fields[i].shape == FieldShape::VectorOfVectors || fields[i].shape == FieldShape::VectorList;
      if (of.kind() == EdgeRow::List) {
        require(isRank2 && within(of.a, of.b, tables_.subEdges.size()), "an edge is outside its table");
        for (std::uint32_t k = 0; k < of.b; ++k) edge(tables_.subEdges[of.a + k], size);
      } else {
        edge(of, size);
        require(!isRank2 || of.kind() == EdgeRow::None, "an edge of rank 2 is of rank 1");
        require(fields[i].shape != FieldShape::Scalar || of.elements() == 1, "an edge of rank 0 has {} elements",
                of.elements());
      }
    }
  }

  /// Runs of elements of the type's size; returns their number.
  std::uint64_t runs(const std::vector<Run> &list, ElementType type) {
    std::uint64_t elements = 0;
    for (const Run &run : list) {
      verifyRun(m_, run);
      require(sizeOf(run.variable) == elementBytes(type), "a run has elements of another size");
      elements += run.count;
    }
    return elements;
  }

  void scalar(const ScalarPlace &scalar) {
    runs({{scalar.variable, scalar.element, 1}}, scalar.type);
    require(scalar.type == ElementType::Bool || elementBytes(scalar.type) == 4, "a predicate is of type {}",
            elementName(scalar.type));
  }

  void plans() {
    for (const ScalarPlace &place : m_.scalars) scalar(place);
    for (const SwitchTable &table : m_.switches) scalar(table.control);
    for (const PrintPlan &plan : m_.prints) {
      std::uint64_t elements = plan.hasTensor;
      for (const std::size_t dimension : plan.shape)
        require(!__builtin_mul_overflow(elements, dimension, &elements), "a printed tensor is too large");
      require(runs(plan.runs, plan.type) == elements, "a printed tensor has {} elements", elements);
    }
    for (const StampPlan &plan : m_.stamps) {
      require(plan.tile < tiles_ && plan.result.count == 2, "a cycle stamp of tile {}", plan.tile);
      runs({plan.result}, ElementType::UnsignedInt);
      if (plan.minus.count != 0) runs({plan.minus}, ElementType::UnsignedInt);
    }
    for (const CopyPlan &plan : m_.copies) copy(plan);
    for (const TransferPlan &plan : m_.transfers) transfer(plan);
    for (const CrossReplicaPlan &plan : m_.crossCopies) {
      require(runs(plan.source, plan.type) == plan.elements && runs(plan.destination, plan.type) == plan.elements,
              "a copy between replicas has not {} elements", plan.elements);
      for (const auto &[from, to] : plan.replicas)
        require(from < m_.replication && to < m_.replication, "a copy from replica {} to {}", from, to);
    }
    for (const RegisterPlan &plan : m_.registers) registers(plan);
    for (const HandlePlan &plan : m_.handles)
      require(runs(plan.runs, plan.type) == plan.elements, "handle '{}' has {} elements", plan.name, plan.elements);
  }

  void transfer(const TransferPlan &plan) {
    const auto fits = [&](bool exists, ElementType type, std::uint64_t elements) {
      require(exists && runs(plan.runs, plan.type) == plan.elements && plan.elements == elements &&
                  elementBytes(plan.type) == elementBytes(type),
              "a transfer does not fit its stream, remote buffer or host function");
    };
    switch (plan.peer) {
    case TransferPlan::Peer::Stream: {
      require(plan.id < tables_.streams.size(), "stream {} does not exist", plan.id);
      const poplar::DataStream &stream = tables_.streams[plan.id];
      fits(stream.isHostToDevice() == plan.toDevice, elementTypeOf(stream.elementType()), stream.numElements());
      break;
    }
    case TransferPlan::Peer::RemoteBuffer: {
      require(plan.id < tables_.remoteBuffers.size(), "remote buffer {} does not exist", plan.id);
      const poplar::RemoteBuffer &buffer = tables_.remoteBuffers[plan.id];
      const std::uint64_t rows = plan.hasOffset ? runs(plan.offset, ElementType::Int) : 1;
      std::uint64_t elements = 0;
      require(!__builtin_mul_overflow(rows, buffer.numElements(), &elements), "a transfer of {} rows", rows);
      fits(plan.hasOffset || buffer.getRepeats() > 0, elementTypeOf(buffer.elementType()), elements);
      break;
    }
    case TransferPlan::Peer::HostFunction: {
      require(plan.id < tables_.hostFunctions.size(), "host function {} does not exist", plan.id);
      const HostFunctionRow &function = tables_.hostFunctions[plan.id];
      const auto &arguments = plan.toDevice ? function.outputs : function.inputs;
      require(plan.argument < arguments.size(), "argument {} does not exist", plan.argument);
      fits(true, arguments[plan.argument].type, arguments[plan.argument].elements);
      break;
    }
    }
  }

  void registers(const RegisterPlan &plan) {
    for (const std::uint32_t tile : plan.access.tiles) require(tile < tiles_, "registers of tile {}", tile);
    const std::uint64_t words = runs(plan.runs, ElementType::UnsignedInt), tiles = plan.access.tiles.size();
    const bool isFloat = plan.access.kind == RegisterAccess::Kind::ModifyFloat ||
                         plan.access.kind == RegisterAccess::Kind::WriteFloat;
    require(words == (isFloat ? tiles : tiles * m_.target.getNumWorkerContexts() * 4) ||
                (words == 0 && plan.access.kind == RegisterAccess::Kind::ModifyFloat),
            "registers of {} tiles in {} words", tiles, words);
  }

  void copy(const CopyPlan &plan) {
    require(within(plan.firstBlock, plan.blocks, m_.copyBlocks.size()), "a copy is outside its table");
    std::uint64_t elements = 0;
    for (std::uint32_t i = plan.firstBlock; i < plan.firstBlock + plan.blocks; ++i) {
      const CopyBlock &block = m_.copyBlocks[i];
      require(block.sourceVariable < tables_.variables.size() && block.destinationVariable < tables_.variables.size(),
              "a copy is of a variable that does not exist");
      const std::uint64_t size = elementBytes(plan.type);
      require(sizeOf(block.sourceVariable) == size && sizeOf(block.destinationVariable) == size,
              "a copy has elements of another size");
      strided(block.sourceVariable, block.source, block.count, block.sourceStride, block.length);
      strided(block.destinationVariable, block.destination, block.count, block.destinationStride, block.length);
      std::uint64_t product;
      require(!__builtin_mul_overflow(block.count, block.length, &product) &&
                  !__builtin_add_overflow(elements, product, &elements),
              "a copy is too large");
    }
    require(elements == plan.elements, "a copy of {} elements has blocks of {}", plan.elements, elements);
  }

  /// The program tree has no cycles, so that those who walk it come to an end.
  void programs() {
    const std::size_t n = m_.programs.size();
    require(m_.entries.size() == m_.controlPrograms.size(), "{} programs have {} roots", m_.entries.size(),
            m_.controlPrograms.size());
    for (const std::uint32_t root : m_.controlPrograms) require(root < n, "program {} does not exist", root);
    enum : std::uint8_t { New, Open, Done };
    std::vector<std::uint8_t> state(n, New);
    std::vector<std::pair<std::uint32_t, std::size_t>> path;
    for (std::uint32_t root = 0; root < n; ++root) {
      if (state[root] == New) path.emplace_back(root, 0);
      while (!path.empty()) {
        auto &[program, next] = path.back();
        const auto &children = m_.programs[program].children;
        state[program] = next == children.size() ? Done : Open;
        if (next == children.size()) {
          path.pop_back();
          continue;
        }
        const std::uint32_t child = children[next++];
        require(child < n && state[child] != Open, "program {} is its own part", child);
        if (state[child] == New) path.emplace_back(child, 0);
      }
      const std::int64_t computeSet = m_.programs[root].computeSet;
      require(computeSet >= -1 && computeSet < static_cast<std::int64_t>(tables_.computeSets.size()),
              "program {} is of compute set {}", root, computeSet);
    }
  }

  /// Tasks, groups and rows of the compute sets follow one another without gaps.
  void inSequence() {
    require(m_.computeSets.size() == tables_.computeSets.size(), "{} compute sets are planned", m_.computeSets.size());
    std::uint64_t task = 0, group = 0, row = 0;
    for (const ComputeSetPlan &plan : m_.computeSets) {
      require(plan.firstTask == task && plan.firstRow == row, "a compute set starts at task {}", plan.firstTask);
      for (std::uint32_t t = plan.firstTask; t < plan.firstTask + plan.tasks; ++t) {
        require(m_.tasks[t].firstGroup == group && m_.tasks[t].groups > 0, "a task starts at group {}",
                m_.tasks[t].firstGroup);
        group += m_.tasks[t].groups;
      }
      task += plan.tasks;
      row += plan.rows;
    }
    require(task == m_.tasks.size() && group == m_.groups.size() && row == m_.rows.size(), "{} tasks are left over",
            m_.tasks.size() - task);
    require(m_.rowEstimates.empty() || m_.rowEstimates.size() == m_.rows.size(), "{} estimates",
            m_.rowEstimates.size());
  }

  void placement() {
    const Placement &placement = m_.placement;
    for (const auto &bytes : placement.memory)
      require(bytes.empty() || bytes.size() == tiles_, "memory of {} tiles", bytes.size());
    constexpr auto kCategories = static_cast<std::size_t>(profile::MemoryCategory::Count);
    require(placement.memory.empty() || placement.memory.size() == kCategories, "{} memory categories",
            placement.memory.size());
    require(placement.peakBytes.empty() || placement.peakBytes.size() == tiles_, "memory of {} tiles",
            placement.peakBytes.size());
    for (const ExchangeTile &tile : placement.exchangeTiles)
      require(tile.tile < tiles_, "exchange of tile {}", tile.tile);
    for (const RearrangeTile &copy : placement.rearranges)
      require(copy.tile < tiles_, "rearrangement on tile {}", copy.tile);
    for (const StepBuffer &buffer : placement.buffers) require(buffer.tile < tiles_, "buffer on tile {}", buffer.tile);
    for (const ExchangeReceive &receive : placement.receives)
      require(receive.tile < tiles_, "message to tile {}", receive.tile);
    const std::uint32_t perIPU = m_.target.getTilesPerIPU();
    for (const std::uint32_t tile : placement.exchangeReceivers) require(tile < tiles_, "message to tile {}", tile);
    for (const ExchangeSend &send : placement.sends) {
      require(send.tile < tiles_, "message from tile {}", send.tile);
      require(within(send.firstReceiver, send.receivers, placement.exchangeReceivers.size()), "a message without end");
      for (std::uint32_t i = send.firstReceiver; i < send.firstReceiver + send.receivers; ++i)
        require(placement.exchangeReceivers[i] / perIPU == send.tile / perIPU, "a message leaves its IPU");
    }
    const bool placed = m_.stage >= Stage::Routed;
    require(placed == (m_.target.getTargetType() != poplar::TargetType::CPU) && m_.stage >= Stage::Coded,
            "its stage is not that of its target");
    require(!placed ||
                (placement.computeSets.size() == m_.computeSets.size() && placement.copies.size() == m_.copies.size() &&
                 placement.transfers.size() == m_.transfers.size() &&
                 placement.crossCopies.size() == m_.crossCopies.size()),
            "steps are not placed");
    memory();
    require(!placed || placement.switches.size() == m_.switches.size(), "switches are not placed");
    for (const ExchangePlan &plan : placement.switches) exchange(plan);
    for (const auto *list : {&placement.computeSets, &placement.copies, &placement.transfers, &placement.crossCopies})
      for (const StepPlacement &step : *list) {
        exchange(step.before);
        exchange(step.after);
        for (const RearrangePlan &plan : {step.pack, step.gather, step.scatter, step.unpack})
          require(within(plan.first, plan.count, placement.rearranges.size()), "a rearrangement is out of range");
        require(within(step.buffers.first, step.buffers.count, placement.buffers.size()), "a buffer is out of range");
      }
  }

  void memory() {
    const Placement &placement = m_.placement;
    const Liveness &liveness = placement.liveness;
    for (const LiveSet &set : liveness.sets)
      require(within(set.first, set.count, liveness.ranges.size()), "a lifetime is out of range");
    for (const MemoryBlock &block : placement.blocks)
      require(block.liveSet < liveness.sets.size(), "a block without lifetime");
    for (const TileLayout &layout : placement.layouts)
      require(within(layout.first, layout.blocks, placement.blocks.size()), "a layout is out of range");
    require(placement.layoutOfTile.empty() || placement.layoutOfTile.size() == tiles_, "layouts of {} tiles",
            placement.layoutOfTile.size());
    for (const std::uint32_t layout : placement.layoutOfTile)
      require(layout < placement.layouts.size(), "layout {} does not exist", layout);
    for (const auto *pairs : {&placement.apart, &placement.together})
      for (const ApartVariables &pair : *pairs)
        require(pair.tile < tiles_ && pair.a < m_.tables.variables.size() && pair.b < m_.tables.variables.size(),
                "variables {} and {} on tile {} are out of range", pair.a, pair.b, pair.tile);
    require(placement.stalls.empty() || placement.stalls.size() == m_.tasks.size(), "stalls of {} tasks",
            placement.stalls.size());
    for (const profile::LivenessRecord &record : placement.livenessBySteps)
      require(record.program < m_.programs.size() && record.maxTile < tiles_, "liveness of nothing");
  }

  void exchange(const ExchangePlan &plan) {
    const Placement &placement = m_.placement;
    require(within(plan.firstTile, plan.tiles, placement.exchangeTiles.size()), "an exchange is out of range");
    require(within(plan.firstSend, plan.sends, placement.sends.size()), "sends are out of range");
    require(within(plan.firstReceive, plan.receives, placement.receives.size()), "receives are out of range");
  }

  const Module &m_;
  const GraphTables &tables_;
  const std::uint32_t tiles_;
};

} // namespace

void verifyExecutable(const Module &module) { Verifier(module).run(); }

} // namespace popgraph
