#pragma once
#include <gcl/CommGroup.hpp>
#include <map>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <string>

namespace gcl::detail {

/// The groups of a graph's replicas. Member number k of a group is its member of rank k.
///
///   4 replicas      CONSECUTIVE of 2: stride 1     ORTHOGONAL of 2: stride 2
///   replica         0  1  2  3                     0  1  2  3
///   group           a  a  b  b                     a  b  a  b
///   rank            0  1  0  1                     0  0  1  1
struct Groups {
  unsigned replicas = 1, size = 1, stride = 1;

  unsigned rankOf(unsigned replica) const { return replica / stride % size; }
  /// The replica that is `distance` ranks before this one in its group, around its end.
  unsigned before(unsigned replica, unsigned distance) const {
    const unsigned rank = rankOf(replica), wanted = (rank + size - distance % size) % size;
    return replica - rank * stride + wanted * stride;
  }
  /// Each replica to the one `distance` ranks before it.
  std::map<unsigned, unsigned> allToBefore(unsigned distance) const;
};

/// Checks a group against the graph. Throws poplibs_error that names `function`.
Groups groupsOf(const std::string &function, const poplar::Graph &graph, const CommGroup &group);

/// (size - rank) % size of the replica that runs the program: UNSIGNED_INT {1}.
poplar::Tensor distanceToEnd(poplar::Graph &graph, const Groups &groups, poplar::program::Sequence &prog,
                             const poplar::DebugContext &context);

/// Accepts the options of collectives.
void checkOptions(const std::string &function, const poplar::OptionFlags &options);

} // namespace gcl::detail
