// Programs become a linear list of steps with jumps, and their tensors become runs.
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>
#include <unordered_map>

#include "popgraph/graph/ProgramNode.hpp"
#include "popgraph/passes/LowerCopies.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

namespace {

using poplar::Tensor;

class Lowering {
public:
  Lowering(Module &module, const GraphState &graph) : module_(module), graph_(graph) {}

  void lowerAll(const std::vector<poplar::program::Program> &programs) {
    for (const auto &program : programs) {
      module_.entries.push_back(here());
      module_.controlPrograms.push_back(lower(*ProgramAccess::node(program)));
      step(Step::Kind::End, module_.controlPrograms.back());
    }
    // Functions are appended as they are found to be called; their bodies may call further ones.
    for (std::size_t i = 0; i < called_.size(); ++i) {
      const std::uint32_t function = called_[i];
      functionEntry_[function] = here();
      const std::uint32_t record = lower(*ProgramAccess::node(module_.tables.functions[function]));
      functionRecord_[function] = record;
      step(Step::Kind::Return, record);
    }
    for (const auto &[at, function] : calls_) {
      module_.steps[at].b = functionEntry_[function];
      module_.programs[module_.steps[at].program].children = {functionRecord_[function]};
    }
    checkRecursion();
  }

private:
  struct Level {
    explicit Level(std::uint32_t &depth) : depth(++depth) {}
    ~Level() { --depth; }
    std::uint32_t &depth;
  };

  std::uint32_t here() const { return static_cast<std::uint32_t>(module_.steps.size()); }
  std::uint32_t step(Step::Kind kind, std::uint32_t program, std::uint32_t a = 0, std::uint32_t b = 0) {
    module_.steps.push_back({kind, program, a, b});
    return here() - 1;
  }
  std::uint32_t scalar(const Tensor &tensor) {
    const Run run = contiguousRuns(tensor).front();
    module_.scalars.push_back({run.variable, run.offset, TensorAccess::type(tensor)});
    return static_cast<std::uint32_t>(module_.scalars.size() - 1);
  }
  std::uint32_t print(const ProgramNode &node) {
    PrintPlan plan;
    plan.title = node.name;
    plan.hasTensor = !node.tensors.empty() && node.tensors.front().valid();
    if (plan.hasTensor) {
      plan.shape = node.tensors.front().shape();
      plan.runs = contiguousRuns(node.tensors.front());
      plan.type = TensorAccess::type(node.tensors.front());
    }
    plan.format = node.format;
    module_.prints.push_back(std::move(plan));
    return static_cast<std::uint32_t>(module_.prints.size() - 1);
  }

  /// Appends the steps of a program; returns its node in the program tree. A program that is used in several places has
  /// one node but is lowered at each place.
  std::uint32_t lower(const ProgramNode &node) {
    // Programs are taken apart by recursion; deeper ones than this would use up the stack.
    constexpr std::uint32_t kMostLevels = 4000;
    if (depth_ == kMostLevels)
      throw poplar::control_program_error(fmt::format("programs are nested more than {} deep", kMostLevels));
    for (const Tensor &tensor : node.tensors)
      if (tensor.valid() && TensorAccess::graph(tensor) != &graph_)
        throw poplar::control_program_error(fmt::format(
            "{} '{}': a tensor does not belong to the graph that is compiled", programKindName(node.kind), node.name));
    const Level level(depth_);
    const auto record = static_cast<std::uint32_t>(module_.programs.size());
    module_.programs.emplace_back();
    module_.programs[record].kind = programKindName(node.kind);
    module_.programs[record].name = node.name;
    const auto child = [&](std::size_t i) {
      const std::uint32_t id = lower(*node.children[i]);
      module_.programs[record].children.push_back(id);
    };
    switch (node.kind) {
    case ProgramKind::Sequence:
    case ProgramKind::Block:
      for (std::size_t i = 0; i < node.children.size(); ++i) child(i);
      break;
    case ProgramKind::Execute:
      if (node.id >= module_.tables.computeSets.size())
        throw poplar::control_program_error("Execute: the compute set does not belong to the graph that is compiled");
      module_.programs[record].name = module_.tables.computeSetName(node.id);
      module_.programs[record].computeSet = node.id;
      step(Step::Kind::Execute, record, node.id, node.tensors.empty() ? 0 : scalar(node.tensors[0]) + 1);
      break;
    case ProgramKind::Copy: step(Step::Kind::Copy, record, lowerCopy(module_, node)); break;
    case ProgramKind::StreamToDevice:
    case ProgramKind::StreamToHost:
      if (module_.programs[record].name.empty() && node.id < module_.tables.streams.size())
        module_.programs[record].name = module_.tables.streams[node.id].handle();
      step(Step::Kind::Transfer, record, lowerStream(module_, node));
      break;
    case ProgramKind::RemoteToDevice:
    case ProgramKind::DeviceToRemote:
      if (module_.programs[record].name.empty() && node.id < module_.tables.remoteBuffers.size())
        module_.programs[record].name = module_.tables.remoteBuffers[node.id].handle();
      step(Step::Kind::Transfer, record, lowerRemote(module_, node));
      break;
    case ProgramKind::CrossReplicaCopy: step(Step::Kind::CrossReplica, record, lowerCrossReplica(module_, node)); break;
    case ProgramKind::FunctionCopy:
    case ProgramKind::WriteUndef: break;
    case ProgramKind::Repeat: {
      module_.programs[record].count = node.id;
      const std::uint32_t begin = step(Step::Kind::LoopBegin, record, node.id);
      child(0);
      step(Step::Kind::LoopEnd, record, 0, begin + 1);
      module_.steps[begin].b = here();
      break;
    }
    case ProgramKind::Loop: {
      const std::uint32_t begin = here();
      child(0);
      step(Step::Kind::Jump, record, 0, begin);
      break;
    }
    case ProgramKind::RepeatWhileTrue:
    case ProgramKind::RepeatWhileFalse: {
      const std::uint32_t condition = here();
      child(0);
      const bool whileTrue = node.kind == ProgramKind::RepeatWhileTrue;
      const std::uint32_t exit =
          step(whileTrue ? Step::Kind::JumpIfZero : Step::Kind::JumpIfNonZero, record, scalar(node.tensors[0]));
      child(1);
      step(Step::Kind::Jump, record, 0, condition);
      module_.steps[exit].b = here();
      break;
    }
    case ProgramKind::If: {
      const std::uint32_t toFalse = step(Step::Kind::JumpIfZero, record, scalar(node.tensors[0]));
      child(0);
      const std::uint32_t toEnd = step(Step::Kind::Jump, record);
      module_.steps[toFalse].b = here();
      child(1);
      module_.steps[toEnd].b = here();
      break;
    }
    case ProgramKind::Switch: {
      const auto table = static_cast<std::uint32_t>(module_.switches.size());
      module_.switches.emplace_back();
      module_.switches[table].control = module_.scalars[scalar(node.tensors[0])];
      step(Step::Kind::Switch, record, table);
      std::vector<std::uint32_t> ends;
      for (std::size_t i = 0; i < node.cases.size(); ++i) {
        module_.switches[table].cases.emplace_back(node.cases[i], here());
        child(i);
        ends.push_back(step(Step::Kind::Jump, record));
      }
      module_.switches[table].defaultTarget = here();
      child(node.children.size() - 1);
      for (std::uint32_t at : ends) module_.steps[at].b = here();
      break;
    }
    case ProgramKind::Call:
      if (node.id >= module_.tables.functions.size())
        throw poplar::control_program_error("Call: the function does not belong to the graph that is compiled");
      if (functionEntry_.emplace(node.id, 0).second) called_.push_back(node.id);
      calls_.emplace_back(step(Step::Kind::Call, record), node.id);
      break;
    case ProgramKind::HostCall: {
      const std::vector<std::uint32_t> transfers = lowerHostCall(module_, node);
      module_.programs[record].name = module_.tables.hostFunctions[node.id].name;
      for (std::size_t i = 0; i < transfers.size(); ++i) {
        if (i == node.inputs) step(Step::Kind::HostCall, record, node.id);
        step(Step::Kind::Transfer, record, transfers[i]);
      }
      if (transfers.size() == node.inputs) step(Step::Kind::HostCall, record, node.id);
      break;
    }
    case ProgramKind::Sync: step(Step::Kind::Sync, record, node.id); break;
    case ProgramKind::PrintTensor: step(Step::Kind::Print, record, print(node)); break;
    case ProgramKind::ErrorProgram:
    case ProgramKind::Abort: step(Step::Kind::Abort, record, print(node)); break;
    case ProgramKind::AbortOnCondition: {
      const std::uint32_t skip = step(Step::Kind::JumpIfZero, record, scalar(node.tensors[0]));
      ProgramNode message(ProgramKind::Abort);
      message.name = node.name;
      step(Step::Kind::Abort, record, print(message));
      module_.steps[skip].b = here();
      break;
    }
    case ProgramKind::CycleStamp: {
      const auto one = [](const Tensor &t) { return contiguousRuns(t).front(); };
      module_.stamps.push_back(
          {node.id, one(node.tensors[0]), node.tensors.size() > 1 ? one(node.tensors[1]) : Run{0, 0, 0}});
      step(Step::Kind::CycleStamp, record, static_cast<std::uint32_t>(module_.stamps.size() - 1));
      break;
    }
    case ProgramKind::Registers:
      module_.registers.push_back(
          {node.registers, node.tensors.empty() ? std::vector<Run>() : contiguousRuns(node.tensors[0])});
      step(Step::Kind::Registers, record, static_cast<std::uint32_t>(module_.registers.size() - 1));
      break;
    }
    return record;
  }

  void checkRecursion() {
    // A function is a range of steps; follow its calls depth first.
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> callees;
    for (const auto &[at, function] : calls_) {
      std::uint32_t caller = ~0u, start = 0;
      for (const auto &[candidate, entry] : functionEntry_)
        if (entry <= at && entry >= start) caller = candidate, start = entry;
      if (caller != ~0u) callees[caller].push_back(function);
    }
    std::unordered_map<std::uint32_t, int> state; // 1: on the path, 2: done
    for (const std::uint32_t root : called_) {
      std::vector<std::pair<std::uint32_t, std::size_t>> path{{root, 0}};
      if (state[root] == 2) continue;
      state[root] = 1;
      while (!path.empty()) {
        auto &[function, next] = path.back();
        if (next == callees[function].size()) {
          state[function] = 2;
          path.pop_back();
          continue;
        }
        const std::uint32_t callee = callees[function][next++];
        if (state[callee] == 1)
          throw poplar::graph_recursion_error(
              fmt::format("function {} calls itself, directly or through others", callee));
        if (state[callee] == 0) {
          state[callee] = 1;
          path.emplace_back(callee, 0);
        }
      }
    }
  }

  Module &module_;
  const GraphState &graph_;
  std::uint32_t depth_ = 0;
  std::vector<std::uint32_t> called_;
  std::unordered_map<std::uint32_t, std::uint32_t> functionEntry_, functionRecord_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> calls_;
};

} // namespace

void lowerPrograms(Module &module, const GraphState &graph, const std::vector<poplar::program::Program> &programs) {
  Lowering(module, graph).lowerAll(programs);
  for (const HostHandle &handle : module.tables.hostHandles)
    module.handles.push_back({handle.name, handle.isRead, contiguousRuns(handle.tensor),
                              TensorAccess::type(handle.tensor), handle.tensor.numElements()});
}

} // namespace popgraph
