#include <poplar/Graph.hpp>
#include <poplar/MetadataCreation.hpp>

namespace poplar {

Tensor createConstantMetadataTensor(Graph &graph, QuarterMetadata::Format format, int scale,
                                    const DebugContext &debugContext) {
  const Tensor metadata =
      graph.addConstant(QUARTER_METADATA, {}, QuarterMetadata(format, scale).bits(), debugContext);
  graph.setTileMapping(metadata, 0);
  return metadata;
}

Tensor createVariableMetadataTensor(Graph &graph, QuarterMetadata::Format format, int scale,
                                    const DebugContext &debugContext) {
  const std::uint8_t bits = QuarterMetadata(format, scale).bits();
  const Tensor metadata = graph.addVariable(QUARTER_METADATA, {}, debugContext);
  graph.setTileMapping(metadata, 0);
  graph.setInitialValue(metadata, bits);
  return metadata;
}

} // namespace poplar
