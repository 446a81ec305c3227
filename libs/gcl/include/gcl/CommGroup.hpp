#ifndef gcl_CommGroup_hpp
#define gcl_CommGroup_hpp
/// \file
/// Which replicas take part in a collective.

#include <iosfwd>

#include <poplar/detail/Api.hpp>

namespace gcl {

/// How the replicas of a graph are divided into groups.
enum class CommGroupType {
  ALL,         ///< one group of all
  CONSECUTIVE, ///< neighbours: of size 2, {0, 1}, {2, 3} …
  ORTHOGONAL,  ///< as far apart as can be: of size 2 among 8, {0, 4}, {1, 5} …
  NONE         ///< each alone
};

/// The groups of a collective; each is a collective of its own. The size must divide the number of replicas.
class CommGroup {
public:
  /// One group of all replicas.
  CommGroup() = default;
  /// `replicaGroupSize`: members of a group, 0 for all replicas; ALL and NONE need none. `replicaGroupStride`: from a
  /// member to the next, 0 for what the type says; then size times stride must divide the number of replicas.
  CommGroup(CommGroupType type, unsigned replicaGroupSize = 0, unsigned replicaGroupStride = 0)
      : type_(type), size_(replicaGroupSize), stride_(replicaGroupStride) {}
  /// How replicas are divided.
  CommGroupType type() const { return type_; }
  /// Members of a group; 0: all.
  unsigned replicaGroupSize() const { return size_; }
  /// From a member to the next; 0: as the type says.
  unsigned replicaGroupStride() const { return stride_; }
  /// Whether both divide replicas alike.
  friend bool operator==(const CommGroup &a, const CommGroup &b) {
    return a.type_ == b.type_ && a.size_ == b.size_ && a.stride_ == b.stride_;
  }
  /// Whether they differ.
  friend bool operator!=(const CommGroup &a, const CommGroup &b) { return !(a == b); }

private:
  CommGroupType type_ = CommGroupType::ALL;
  unsigned size_ = 0, stride_ = 0;
};

/// Writes the enumerator's name.
POPLAR_API std::ostream &operator<<(std::ostream &os, const CommGroupType &type);
/// Writes `CommGroup(type=CONSECUTIVE, replicaGroupSize=2)`.
POPLAR_API std::ostream &operator<<(std::ostream &os, const CommGroup &group);

} // namespace gcl

#endif
