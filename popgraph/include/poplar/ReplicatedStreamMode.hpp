#ifndef poplar_ReplicatedStreamMode_hpp
#define poplar_ReplicatedStreamMode_hpp

namespace poplar {

/// What a stream carries for a replicated graph.
enum class ReplicatedStreamMode {
  REPLICATE, ///< data of its own for each replica
  BROADCAST  ///< the same data for all replicas
};

} // namespace poplar

#endif
