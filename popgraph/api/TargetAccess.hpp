#pragma once
// The inside of poplar::Target, for the library.
#include "popgraph/machine/Machine.hpp"
#include "poplar/Target.hpp"

#include <memory>
#include <string>
#include <vector>

namespace poplar::detail {

struct TargetData {
  TargetType type;
  unsigned numIPUs;
  popgraph::Machine machine;
  std::vector<unsigned> memoryElementOffsets;
  std::vector<GlobalExchangeConstraint> constraints;
  bool ownConstraints; ///< given by the user, not those of the machine
  std::string key;     ///< JSON of all that distinguishes targets
};

struct TargetAccess {
  static const TargetData &data(const Target &target); ///< throws poplar_error for an empty target
  static bool empty(const Target &target) { return !target.data_; }
  static Target make(std::shared_ptr<const TargetData> data);
};

} // namespace poplar::detail

namespace popgraph {

/// All numbers of the machine that a target is for. Throws poplar_error for an empty target.
const Machine &machineOf(const poplar::Target &target);

/// A target; without `constraints`, links between IPUs are limited as the machine says. Throws
/// poplar::invalid_machine_model for impossible numbers.
poplar::Target makeTarget(poplar::TargetType type, unsigned numIPUs, const Machine &machine,
                          std::vector<poplar::GlobalExchangeConstraint> constraints = {});

/// The part of a target that one of `replication` copies of a graph has: its IPUs divided by them. Throws
/// poplar::graph_replication_error when that does not come out even.
poplar::Target replicaTarget(const poplar::Target &target, unsigned replication);

/// The machine's name or file as given to poplar functions; "" is the environment's. Throws
/// poplar::invalid_machine_model for an unknown one, and for "cpu", which is no IPU.
Machine ipuMachine(const std::string &nameOrPath);

/// Whether POPLAR_TARGET_OPTIONS overrides what the program asks for: not in models, which are as their program says.
enum class TargetEnvironment { Use, Ignore };

/// The machine with target options applied. Throws poplar::invalid_option for unknown names and wrong values.
Machine applyTargetOptions(Machine machine, const poplar::OptionFlags &options,
                           TargetEnvironment environment = TargetEnvironment::Use);

} // namespace popgraph
