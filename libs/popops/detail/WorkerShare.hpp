#pragma once
// How the elements of a run are shared out between the workers of a tile. Done on the host, since a division costs a
// codelet more than most of its work.
#include <poplar/Target.hpp>
#include <poplar/Type.hpp>
#include <algorithm>
#include <cstddef>

namespace popops::detail {

/// Elements that each worker takes, in order: full 8-byte words, so that no two workers store to one.
inline unsigned workerShare(const poplar::Target &target, poplar::Type type, std::size_t elements) {
  const std::size_t grain = 8 / std::min<std::size_t>(8, target.getTypeSize(type));
  const std::size_t workers = target.getNumWorkerContexts();
  return static_cast<unsigned>(((elements + workers - 1) / workers + grain - 1) / grain * grain);
}

} // namespace popops::detail
