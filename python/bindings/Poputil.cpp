#include "python/bindings/Bindings.hpp"
#include <poputil/TileMapping.hpp>

namespace popgraph::python {

void bindPoputil(py::module_ &module) {
  module.def("map_tensor_linearly",
             [](PyGraph &graph, const poplar::Tensor &tensor) { poputil::mapTensorLinearly(graph.graph, tensor); },
             py::arg("graph"), py::arg("tensor"), "Spreads a tensor over all tiles in equal consecutive parts.");
}

} // namespace popgraph::python
