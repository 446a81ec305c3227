#include "popgraph/passes/Pipeline.hpp"

#include <chrono>
#include <optional>

#include "popgraph/passes/Passes.hpp"

namespace popgraph {

namespace {

/// Does the chores of every pass: time, progress, verification.
class Runner {
public:
  Runner(Module &module, const CompileOptions &options, int passes)
      : module_(module), options_(options), passes_(passes) {}

  template <typename Pass> void operator()(const char *name, Stage reached, Pass &&pass) {
    const auto begin = std::chrono::steady_clock::now();
    pass();
    module_.stage = reached;
    // Each stage is verified where it is reached; later passes of the same stage add nothing that it promises.
    if (options_.verify && verified_ != reached) verify(module_);
    verified_ = reached;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    module_.phases.emplace_back(name, seconds.count());
    if (options_.progress) options_.progress(++done_, passes_);
  }

private:
  Module &module_;
  const CompileOptions &options_;
  int passes_, done_ = 0;
  std::optional<Stage> verified_;
};

} // namespace

std::shared_ptr<Module> compile(const GraphState &graph, const std::vector<poplar::program::Program> &programs,
                                const CompileOptions &options) {
  auto module = std::make_shared<Module>();
  module->target = graph.target;
  module->replication = graph.replication;
  module->tables = graph.tables; // a snapshot: the graph may go on growing
  // Only IPUs have tile memory and an exchange.
  const bool hasTiles = graph.target.getTargetType() != poplar::TargetType::CPU;
  Runner run(*module, options, hasTiles ? 9 : 5);

  // First, because everything after it looks only at what programs use.
  run("lower programs", Stage::Captured, [&] { lowerPrograms(*module, graph, programs); });
  // Before the mapping is looked at: an unconnected field has no elements to map.
  run("check connections", Stage::Captured, [&] { checkConnections(*module); });
  // Needs every used vertex on a tile, which only this check guarantees.
  run("check tile mapping", Stage::Mapped, [&] { checkMapping(*module); });
  run("order vertices", Stage::Scheduled, [&] { orderVertices(*module); });
  // After ordering, because it walks the rows of one compute set at a time; codelets are compiled when added, so code
  // and stack sizes are known from here on.
  run("check races", Stage::Coded, [&] { checkRaces(*module); });
  if (hasTiles) {
    // Needs the rows; only IPUs count cycles. The estimators may ask about any field, so all must be connected.
    run("estimate vertices", Stage::Coded, [&] { estimateVertices(*module, graph); });
    // Before placement: landing buffers and exchange code take tile memory.
    run("route exchange", Stage::Coded, [&] { routeExchange(*module); });
    // Whatever exists in a step only, routing has made.
    run("find liveness", Stage::Coded, [&] { findLiveness(*module); });
    run("place memory", Stage::Routed, [&] { placeMemory(*module, options.allowOutOfMemory); });
  }
  return module;
}

} // namespace popgraph
