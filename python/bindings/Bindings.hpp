#pragma once
// What the files of the bindings share. Each bind function adds one public header's names to the module.
#include <map>
#include <memory>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Type.hpp>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <string>
#include <vector>

namespace popgraph::python {

namespace py = pybind11;

void bindExceptions(py::module_ &module);
void bindType(py::module_ &module);
void bindTarget(py::module_ &module);
void bindDevice(py::module_ &module);
void bindTensor(py::module_ &module);
void bindProgram(py::module_ &module);
void bindGraph(py::module_ &module);
void bindEngine(py::module_ &module);
void bindPoputil(py::module_ &module);
void bindPopops(py::module_ &module);
void bindPoplin(py::module_ &module);

/// The NumPy type of an element type's host values; throws for QUARTER.
py::dtype dtypeOf(const poplar::Type &type);

/// Options from a dict; truth values and numbers become the texts that Poplar wants.
poplar::OptionFlags optionsOf(const py::dict &options);

/// What the host reads, writes or streams under a name: NumPy arrays are checked against it.
struct HostTensor {
  poplar::Type type;
  std::vector<std::size_t> shape;
};
struct HostNames {
  std::map<std::string, HostTensor> reads, writes, streams;
};

/// A graph and the names the host knows in it, which an engine keeps when it is made.
struct PyGraph {
  poplar::Graph graph;
  std::shared_ptr<HostNames> names = std::make_shared<HostNames>();
};

} // namespace popgraph::python
