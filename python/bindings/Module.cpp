#include "python/bindings/Bindings.hpp"
#include <poplar/Version.hpp>

namespace popgraph::python {

poplar::OptionFlags optionsOf(const py::dict &options) {
  poplar::OptionFlags flags;
  for (const auto &[name, value] : options) {
    const std::string text = py::isinstance<py::bool_>(value) ? (value.cast<bool>() ? "true" : "false")
                                                              : py::str(value).cast<std::string>();
    flags.set(py::str(name).cast<std::string>(), text);
  }
  return flags;
}

} // namespace popgraph::python

PYBIND11_MODULE(_popgraph, module) {
  using namespace popgraph::python;
  module.doc() = "Graphs of vertices on the tiles of an IPU: build, compile, run.";
  module.def("version", &poplar::versionString, "Version of the library, such as '0.1.0'.");
  bindExceptions(module);
  bindType(module);
  bindTarget(module);
  bindDevice(module);
  bindTensor(module);
  bindProgram(module);
  bindGraph(module);
  bindEngine(module);
  py::module_ poputil = module.def_submodule("poputil", "Tile mappings and other helpers.");
  py::module_ popops = module.def_submodule("popops", "Element-wise operations and reductions.");
  py::module_ poplin = module.def_submodule("poplin", "Products of matrices.");
  bindPoputil(poputil);
  bindPopops(popops);
  bindPoplin(poplin);
}
