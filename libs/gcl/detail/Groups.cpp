#include "libs/gcl/detail/Groups.hpp"

#include <ostream>
#include <popops/ElementWise.hpp>
#include <popops/Expr.hpp>
#include <poputil/detail/Options.hpp>
#include <poputil/exceptions.hpp>

namespace gcl {

std::ostream &operator<<(std::ostream &os, const CommGroupType &type) {
  static constexpr const char *names[] = {"ALL", "CONSECUTIVE", "ORTHOGONAL", "NONE"};
  return os << names[static_cast<std::size_t>(type)];
}

std::ostream &operator<<(std::ostream &os, const CommGroup &group) {
  os << "CommGroup(type=" << group.type() << ", replicaGroupSize=" << group.replicaGroupSize();
  if (group.replicaGroupStride() != 0) os << ", replicaGroupStride=" << group.replicaGroupStride();
  return os << ")";
}

namespace detail {

std::map<unsigned, unsigned> Groups::allToBefore(unsigned distance) const {
  std::map<unsigned, unsigned> result;
  for (unsigned replica = 0; replica < replicas; ++replica) result[replica] = before(replica, distance);
  return result;
}

Groups groupsOf(const std::string &function, const poplar::Graph &graph, const CommGroup &group) {
  Groups groups;
  groups.replicas = graph.getReplicationFactor();
  groups.size = group.type() == CommGroupType::ALL    ? groups.replicas
                : group.type() == CommGroupType::NONE ? 1
                                                      : group.replicaGroupSize();
  if (groups.size == 0) groups.size = groups.replicas;
  if (groups.replicas % groups.size != 0)
    throw poputil::poplibs_error(function + ": groups of " + std::to_string(groups.size) + " replicas do not divide " +
                                 std::to_string(groups.replicas) + " replicas");
  groups.stride = group.type() == CommGroupType::ORTHOGONAL ? groups.replicas / groups.size : 1;
  if (group.replicaGroupStride() != 0 && groups.size > 1) {
    groups.stride = group.replicaGroupStride();
    if (groups.replicas % (groups.size * groups.stride) != 0)
      throw poputil::poplibs_error(function + ": groups of " + std::to_string(groups.size) + " replicas with stride " +
                                   std::to_string(groups.stride) + " do not divide " + std::to_string(groups.replicas) +
                                   " replicas");
  }
  return groups;
}

poplar::Tensor distanceToEnd(poplar::Graph &graph, const Groups &groups, poplar::program::Sequence &prog,
                             const poplar::DebugContext &context) {
  namespace pe = popops::expr;
  const poplar::Tensor index = graph.addReplicationIndexConstant({context, "replica"});
  graph.setTileMapping(index, 0);
  const auto rank = pe::Rem(pe::Divide(pe::_1, pe::Const(groups.stride)), pe::Const(groups.size));
  return popops::map(graph, pe::Rem(pe::Sub(pe::Const(groups.size), rank), pe::Const(groups.size)),
                     {index.reshape({1})}, prog, {context, "rank"});
}

void checkOptions(const std::string &function, const poplar::OptionFlags &options) {
  using poputil::detail::ignoredOption;
  bool flag = false;
  std::string method;
  std::vector<poputil::detail::OptionSpec> specs{
      {"method", poputil::detail::choiceOption(method, {"auto", "broadcast", "clockwise_ring", "anticlockwise_ring",
                                                        "bidirectional_ring_pair", "meet_in_middle_ring",
                                                        "quad_directional_ring"})},
      {"useReplicatedImplementation", poputil::detail::boolOption(flag)},
      {"maxBytesPerTile", ignoredOption()},
      {"topology", ignoredOption()},
      {"link", ignoredOption()}};
  for (const auto &option : options)
    if (option.first.compare(0, 8, "syncful.") == 0) specs.emplace_back(option.first, ignoredOption());
  poputil::detail::parseOptions(function, options, specs);
}

} // namespace detail
} // namespace gcl
