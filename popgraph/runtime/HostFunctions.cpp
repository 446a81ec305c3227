#include "popgraph/runtime/HostFunctions.hpp"

#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/base/Nearest.hpp"

namespace popgraph {

HostFunctions::HostFunctions(const Module &module) : module_(module) {
  ends_.resize(module.tables.hostFunctions.size() * module.replication);
  for (std::uint32_t f = 0; f < module.tables.hostFunctions.size(); ++f)
    for (std::uint32_t r = 0; r < module.replication; ++r) {
      const HostFunctionRow &row = module.tables.hostFunctions[f];
      for (const auto &argument : row.inputs)
        end(f, r).inputs.emplace_back(argument.elements * elementBytes(argument.type));
      for (const auto &argument : row.outputs)
        end(f, r).outputs.emplace_back(argument.elements * elementBytes(argument.type));
    }
}

void HostFunctions::connect(std::string_view handle, std::uint32_t replica,
                            std::unique_ptr<poplar::HostCallback> callback) {
  if (replica >= module_.replication)
    throw poplar::graph_replication_error(
        fmt::format("Engine::connectHostFunction: the program has {} replica{}, there is no replica {}",
                    module_.replication, module_.replication == 1 ? "" : "s", replica));
  std::vector<std::string> names;
  for (std::uint32_t f = 0; f < module_.tables.hostFunctions.size(); ++f) {
    names.push_back(module_.tables.hostFunctions[f].name);
    if (names.back() != handle) continue;
    end(f, replica).callback = std::move(callback);
    return;
  }
  throw poplar::stream_connection_error(
      fmt::format("Engine::connectHostFunction: there is no host function '{}'{}", handle, didYouMean(handle, names)));
}

void HostFunctions::transfer(const TransferPlan &plan, Storage &storage, std::uint32_t replica) {
  End &e = end(plan.id, replica);
  if (plan.toDevice)
    storage.scatter(plan.runs, elementBytes(plan.type), e.outputs[plan.argument].data());
  else
    storage.gather(plan.runs, elementBytes(plan.type), e.inputs[plan.argument].data());
}

void HostFunctions::call(std::uint32_t function, std::uint32_t replica) {
  End &e = end(function, replica);
  if (!e.callback)
    throw poplar::stream_connection_error(
        fmt::format("host function '{}' of replica {} is not connected; call Engine::connectHostFunction before run",
                    module_.tables.hostFunctions[function].name, replica));
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  for (const auto &argument : e.inputs) inputs.push_back(argument.data());
  for (auto &argument : e.outputs) outputs.push_back(argument.data());
  (*e.callback)(inputs, outputs);
}

} // namespace popgraph
