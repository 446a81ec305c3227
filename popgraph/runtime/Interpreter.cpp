#include "popgraph/runtime/Interpreter.hpp"

#include <cstring>
#include <poplar/exceptions.hpp>

namespace popgraph {

namespace {

std::uint32_t target(const SwitchTable &table, std::int64_t value) {
  for (const auto &[number, step] : table.cases)
    if (number == value) return step;
  return table.defaultTarget;
}

} // namespace

void Interpreter::stamp(const StampPlan &plan) {
  const auto words = [&](const Run &run) { return host_.storage.variable(run.variable) + std::size_t(run.offset) * 4; };
  std::uint64_t cycles = host_.backend.cycles(plan.tile);
  if (plan.minus.count == 2) {
    std::uint64_t before;
    std::memcpy(&before, words(plan.minus), sizeof before); // low word first, as on the device
    cycles -= before;
  }
  std::memcpy(words(plan.result), &cycles, sizeof cycles);
}

void Interpreter::transfer(const TransferPlan &plan) {
  switch (plan.peer) {
  case TransferPlan::Peer::Stream: host_.streams.transfer(plan, host_.storage, host_.replica); break;
  case TransferPlan::Peer::RemoteBuffer: host_.remote.transfer(plan, host_.storage, host_.replica); break;
  case TransferPlan::Peer::HostFunction: host_.functions.transfer(plan, host_.storage, host_.replica); break;
  }
}

void Interpreter::access(const RegisterPlan &plan) {
  TileRegisters &registers = host_.storage.registers();
  const auto &tiles = plan.access.tiles;
  switch (plan.access.kind) {
  case RegisterAccess::Kind::ModifyFloat: {
    std::vector<std::uint32_t> before;
    for (const std::uint32_t tile : tiles) {
      before.push_back(registers.floats(tile));
      registers.floats(tile) = (before.back() & ~plan.access.clear) | plan.access.set;
    }
    if (!plan.runs.empty())
      host_.storage.scatter(plan.runs, sizeof before[0], reinterpret_cast<const char *>(before.data()));
    break;
  }
  case RegisterAccess::Kind::WriteFloat: {
    std::vector<std::uint32_t> words(tiles.size());
    host_.storage.gather(plan.runs, sizeof words[0], reinterpret_cast<char *>(words.data()));
    for (std::size_t i = 0; i < tiles.size(); ++i) registers.floats(tiles[i]) = words[i];
    break;
  }
  case RegisterAccess::Kind::ReadSeeds:
  case RegisterAccess::Kind::WriteSeeds: {
    const std::size_t bytes = registers.seedBytes();
    std::vector<char> words(tiles.size() * bytes);
    const bool reads = plan.access.kind == RegisterAccess::Kind::ReadSeeds;
    if (!reads) host_.storage.gather(plan.runs, 4, words.data());
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      char *const mine = words.data() + i * bytes, *const theirs = reinterpret_cast<char *>(registers.seeds(tiles[i]));
      std::memcpy(reads ? mine : theirs, reads ? theirs : mine, bytes);
    }
    if (reads) host_.storage.scatter(plan.runs, 4, words.data());
    break;
  }
  }
}

std::uint32_t Interpreter::run() {
  for (;;) {
    if (host_.stop) throw poplar::application_runtime_error("the run was ended by Engine::stop");
    const Step &step = module_.steps[at_++];
    switch (step.kind) {
    case Step::Kind::Execute: {
      const bool allTrue = host_.backend.execute(step.a, step.program);
      if (step.b == 0) break;
      const ScalarPlace &place = module_.scalars[step.b - 1];
      host_.storage.variable(place.variable)[place.element * elementBytes(place.type)] = allTrue ? 1 : 0;
      break;
    }
    case Step::Kind::Copy: host_.backend.copy(step.a, step.program); break;
    case Step::Kind::Transfer:
      host_.backend.transfer(step.a, step.program);
      transfer(module_.transfers[step.a]);
      break;
    case Step::Kind::HostCall: host_.functions.call(step.a, host_.replica); break;
    case Step::Kind::CrossReplica: return at_ - 1;
    case Step::Kind::LoopBegin:
      if (step.a == 0)
        at_ = step.b;
      else
        loops_.push_back(step.a);
      break;
    case Step::Kind::LoopEnd:
      host_.backend.branch(Backend::Branch::Always, 0, step.program);
      if (--loops_.back() > 0)
        at_ = step.b;
      else
        loops_.pop_back();
      break;
    case Step::Kind::Jump: at_ = step.b; break;
    case Step::Kind::JumpIfZero:
    case Step::Kind::JumpIfNonZero: {
      host_.backend.branch(Backend::Branch::Predicate, 0, step.program);
      const bool zero = host_.storage.scalar(module_.scalars[step.a]) == 0;
      if (zero == (step.kind == Step::Kind::JumpIfZero)) at_ = step.b;
      break;
    }
    case Step::Kind::Switch:
      host_.backend.branch(Backend::Branch::Switch, step.a, step.program);
      at_ = target(module_.switches[step.a], host_.storage.scalar(module_.switches[step.a].control));
      break;
    case Step::Kind::Call:
      host_.backend.branch(Backend::Branch::Always, 0, step.program);
      calls_.push_back(at_);
      at_ = step.b;
      break;
    case Step::Kind::Return:
      at_ = calls_.back();
      calls_.pop_back();
      break;
    case Step::Kind::Sync: host_.backend.sync(step.a, step.program); break;
    case Step::Kind::Print: host_.print(module_.prints[step.a], host_.storage); break;
    case Step::Kind::Abort: {
      const PrintPlan &plan = module_.prints[step.a];
      if (plan.hasTensor) host_.print(plan, host_.storage);
      throw poplar::application_runtime_error(plan.title);
    }
    case Step::Kind::CycleStamp: stamp(module_.stamps[step.a]); break;
    case Step::Kind::Registers:
      host_.backend.registers(step.a, step.program);
      access(module_.registers[step.a]);
      break;
    case Step::Kind::End: return kEnded;
    }
  }
}

} // namespace popgraph
