#include "popgraph/engine/Replicas.hpp"

#include <algorithm>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/engine/Backends.hpp"

namespace popgraph {

Replicas::Replicas(std::shared_ptr<const Module> module, const TileDefaults &defaults,
                   const std::function<void(const std::string &)> &print)
    : module_(std::move(module)) {
  const auto code = std::make_shared<const LoadedCode>(*module_);
  for (std::uint32_t r = 0; r < module_->replication; ++r) {
    Replica replica;
    replica.storage = std::make_unique<Storage>(module_, code, r, defaults);
    replica.backend = makeBackend(module_, *replica.storage);
    replica.backend->print = print;
    replicas_.push_back(std::move(replica));
  }
}

void Replicas::reset() {
  for (Replica &replica : replicas_) replica.storage->reset();
}

std::uint64_t Replicas::clock() const {
  std::uint64_t last = 0;
  for (const Replica &replica : replicas_) last = std::max(last, replica.backend->clock());
  return last;
}

void Replicas::resetTotals() {
  for (Replica &replica : replicas_) replica.backend->resetTotals();
}

void Replicas::run(std::uint32_t program, const Host &host, profile::Sink *sink, profile::RunRecord &record) {
  const std::uint64_t start = clock();
  std::vector<Interpreter> interpreters;
  for (std::uint32_t r = 0; r < replicas_.size(); ++r) {
    Replica &replica = replicas_[r];
    replica.backend->beginRun(r == 0 ? sink : nullptr, start);
    interpreters.emplace_back(*module_, program,
                              InterpreterHost{r, *replica.backend, *replica.storage, host.streams, host.remote,
                                              host.functions, host.stop, host.print});
  }
  const auto finish = [&] {
    for (std::size_t r = replicas_.size(); r-- > 0;) { // replica 0 last: the record keeps its kinds of cycles
      const std::uint64_t slowest = record.cycles;
      replicas_[r].backend->endRun(record);
      record.cycles = std::max(record.cycles, slowest);
    }
  };
  try {
    runToEnd(interpreters);
  } catch (...) {
    finish();
    throw;
  }
  finish();
}

void Replicas::runToEnd(std::vector<Interpreter> &interpreters) {
  std::vector<std::uint32_t> at(interpreters.size());
  for (;;) {
    for (std::size_t r = 0; r < interpreters.size(); ++r) {
      try {
        at[r] = interpreters[r].run();
      } catch (const poplar::application_runtime_error &error) {
        if (interpreters.size() == 1) throw;
        throw poplar::application_runtime_error(fmt::format("replica {}: {}", r, error.what()));
      }
    }
    if (std::any_of(at.begin(), at.end(), [&](std::uint32_t step) { return step != at[0]; })) throwApart(at);
    if (at[0] == Interpreter::kEnded) return;
    crossCopy(module_->steps[at[0]]);
  }
}

void Replicas::crossCopy(const Step &step) {
  const CrossReplicaPlan &plan = module_->crossCopies[step.a];
  const std::uint64_t together = clock();
  for (Replica &replica : replicas_) {
    replica.backend->waitUntil(together, step.program);
    replica.backend->crossReplica(step.a, step.program);
  }
  const std::size_t size = elementBytes(plan.type);
  std::vector<std::vector<char>> data;
  for (const auto &pair : plan.replicas) {
    data.emplace_back(plan.elements * size);
    storage(pair.first).gather(plan.source, size, data.back().data());
  }
  for (std::size_t i = 0; i < plan.replicas.size(); ++i)
    storage(plan.replicas[i].second).scatter(plan.destination, size, data[i].data());
}

void Replicas::throwApart(const std::vector<std::uint32_t> &at) const {
  std::string text = "the replicas do not come to the same CrossReplicaCopy:";
  for (std::size_t r = 0; r < at.size(); ++r) {
    if (at[r] == Interpreter::kEnded)
      text += fmt::format(" replica {} ended its program;", r);
    else
      text += fmt::format(" replica {} is at '{}' (step {});", r, module_->programs[module_->steps[at[r]].program].name,
                          at[r]);
  }
  text.pop_back();
  throw poplar::application_runtime_error(text);
}

} // namespace popgraph
