#include "python/bindings/Bindings.hpp"
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>

namespace popgraph::python {

void bindPoplin(py::module_ &module) {
  module.def("add_codelets", [](PyGraph &graph) { poplin::addCodelets(graph.graph); }, py::arg("graph"),
             "Makes the library's codelets known to a graph.");
  module.def("mat_mul",
             [](PyGraph &graph, const poplar::Tensor &a, const poplar::Tensor &b, poplar::program::Sequence &program,
                const std::string &name, const py::dict &options) {
               return poplin::matMul(graph.graph, a, b, program, name, optionsOf(options));
             },
             py::arg("graph"), py::arg("a"), py::arg("b"), py::arg("program"), py::arg("name") = "",
             py::arg("options") = py::dict(), py::keep_alive<0, 1>(), "The product {m,k} x {k,n}; a new tensor.");
}

} // namespace popgraph::python
