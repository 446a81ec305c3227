#ifndef poplar_MetadataCreation_hpp
#define poplar_MetadataCreation_hpp
/// \file
/// Tensors of metadata, for tensors of type QUARTER.
#include "poplar/DebugContext.hpp"
#include "poplar/Quarter.hpp"
#include "poplar/Tensor.hpp"
#include "poplar/detail/Api.hpp"

namespace poplar {

class Graph;

/// A constant on tile 0. Throws tensor_metadata_error when `scale` is out of range.
POPLAR_API Tensor createConstantMetadataTensor(Graph &graph, QuarterMetadata::Format format, int scale,
                                               const DebugContext &debugContext = {"metadata"});
/// The same as a variable, which has this value when an engine is loaded.
POPLAR_API Tensor createVariableMetadataTensor(Graph &graph, QuarterMetadata::Format format, int scale,
                                               const DebugContext &debugContext = {"metadata"});

} // namespace poplar

#endif
