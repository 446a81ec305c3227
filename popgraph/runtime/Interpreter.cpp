#include "popgraph/runtime/Interpreter.hpp"

#include <cstring>
#include <poplar/exceptions.hpp>

namespace popgraph {

namespace {

void stamp(const StampPlan &plan, Backend &backend, Storage &storage) {
  const auto words = [&](const Run &run) { return storage.variable(run.variable) + std::size_t(run.offset) * 4; };
  std::uint64_t cycles = backend.cycles(plan.tile);
  if (plan.minus.count == 2) {
    std::uint64_t before;
    std::memcpy(&before, words(plan.minus), sizeof before); // low word first, as on the device
    cycles -= before;
  }
  std::memcpy(words(plan.result), &cycles, sizeof cycles);
}

std::uint32_t target(const SwitchTable &table, std::int64_t value) {
  for (const auto &[number, step] : table.cases)
    if (number == value) return step;
  return table.defaultTarget;
}

} // namespace

void interpret(const Module &module, std::uint32_t entry, InterpreterHost &host) {
  std::vector<std::uint32_t> loops, calls; // turns left; return steps
  for (std::uint32_t at = module.entries[entry];;) {
    const Step &step = module.steps[at++];
    switch (step.kind) {
    case Step::Kind::Execute: host.backend.execute(step.a, step.program); break;
    case Step::Kind::Copy: host.backend.copy(step.a, step.program); break;
    case Step::Kind::StreamIn:
    case Step::Kind::StreamOut:
      host.backend.transfer(step.a, step.program);
      host.streams.transfer(module.transfers[step.a], host.storage);
      break;
    case Step::Kind::LoopBegin:
      if (step.a == 0)
        at = step.b;
      else
        loops.push_back(step.a);
      break;
    case Step::Kind::LoopEnd:
      host.backend.branch(false, step.program);
      if (--loops.back() > 0)
        at = step.b;
      else
        loops.pop_back();
      break;
    case Step::Kind::Jump: at = step.b; break;
    case Step::Kind::JumpIfZero:
    case Step::Kind::JumpIfNonZero: {
      host.backend.branch(true, step.program);
      const bool zero = host.storage.scalar(module.scalars[step.a]) == 0;
      if (zero == (step.kind == Step::Kind::JumpIfZero)) at = step.b;
      break;
    }
    case Step::Kind::Switch:
      host.backend.branch(true, step.program);
      at = target(module.switches[step.a], host.storage.scalar(module.switches[step.a].control));
      break;
    case Step::Kind::Call:
      host.backend.branch(false, step.program);
      calls.push_back(at);
      at = step.b;
      break;
    case Step::Kind::Return:
      at = calls.back();
      calls.pop_back();
      break;
    case Step::Kind::Sync: host.backend.sync(step.a, step.program); break;
    case Step::Kind::Print: host.print(module.prints[step.a]); break;
    case Step::Kind::Abort: {
      const PrintPlan &plan = module.prints[step.a];
      if (plan.hasTensor) host.print(plan);
      throw poplar::application_runtime_error(plan.title);
    }
    case Step::Kind::CycleStamp: stamp(module.stamps[step.a], host.backend, host.storage); break;
    case Step::Kind::End: return;
    }
  }
}

} // namespace popgraph
