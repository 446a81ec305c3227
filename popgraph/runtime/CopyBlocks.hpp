#pragma once
#include <cstddef>
#include <cstdint>

#include "popgraph/ir/Module.hpp"

namespace popgraph {

/// Where the elements of variables are on the host.
struct CopyPlaces {
  char *base;
  const std::uint64_t *offsets;
  char *operator()(std::uint32_t variable) const { return base + offsets[variable]; }
};

/// Copies blocks of `elements` elements of `size` bytes in all. No destination may be a source.
void copyBlocks(const CopyBlock *begin, const CopyBlock *end, std::uint64_t elements, std::size_t size,
                const CopyPlaces &places);

} // namespace popgraph
