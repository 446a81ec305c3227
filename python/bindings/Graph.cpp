#include "python/bindings/Bindings.hpp"
#include <poplar/exceptions.hpp>
#include <optional>
#include <sstream>
#include <variant>

namespace popgraph::python {
namespace {

using poplar::FieldRef;
using poplar::Tensor;
using poplar::VertexRef;
using Dims = std::vector<std::size_t>;

/// Hands values to `use(vector, shape)` as long long where they are whole numbers, else as double: the graph converts
/// them to the element type and checks that they fit.
template <typename Use> auto withValues(const py::object &values, Use use) {
  const py::array array = py::array::ensure(values);
  if (!array) throw py::error_already_set();
  const Dims shape(array.shape(), array.shape() + array.ndim());
  const char kind = array.dtype().kind();
  if (kind == 'b' || kind == 'i' || kind == 'u') {
    const auto whole = py::array_t<long long, py::array::c_style | py::array::forcecast>::ensure(array);
    return use(std::vector<long long>(whole.data(), whole.data() + whole.size()), shape);
  }
  if (kind != 'f') throw py::type_error("values must be numbers");
  const auto real = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(array);
  return use(std::vector<double>(real.data(), real.data() + real.size()), shape);
}

Tensor addConstant(PyGraph &self, const poplar::Type &type, const py::object &values,
                   const std::optional<Dims> &shape, const std::string &name) {
  return withValues(values, [&](const auto &numbers, const Dims &given) {
    if (shape && numbers.size() == 1) return self.graph.addConstant(type, *shape, numbers[0], name);
    return self.graph.addConstant(type, shape ? *shape : given, numbers, name);
  });
}

void setInitialValue(PyGraph &self, const std::variant<Tensor, FieldRef> &place, const py::object &values) {
  withValues(values, [&](const auto &numbers, const Dims &shape) {
    std::visit(
        [&](const auto &target) {
          if (shape.empty()) self.graph.setInitialValue(target, numbers[0]);
          else self.graph.setInitialValue(target, numbers);
        },
        place);
  });
}

VertexRef addVertex(PyGraph &self, poplar::ComputeSet set, const std::string &type, const py::dict &connections,
                    std::optional<unsigned> tile) {
  std::vector<std::string> fields; // ConnectionDesc refers to these
  fields.reserve(connections.size());
  std::vector<poplar::ConnectionDesc> list;
  for (const auto &[key, value] : connections) {
    const std::string &field = fields.emplace_back(key.cast<std::string>());
    if (py::isinstance<Tensor>(value)) list.emplace_back(field, value.cast<Tensor>());
    else if (py::isinstance<py::bool_>(value)) list.emplace_back(field, value.cast<bool>());
    else if (py::isinstance<py::int_>(value)) list.emplace_back(field, value.cast<long long>());
    else if (py::isinstance<py::float_>(value)) list.emplace_back(field, value.cast<double>());
    else list.emplace_back(field, value.cast<std::vector<Tensor>>());
  }
  const VertexRef vertex = self.graph.addVertex(set, type, poplar::ArrayRef<poplar::ConnectionDesc>(list));
  if (tile) self.graph.setTileMapping(vertex, *tile);
  return vertex;
}

using Mapping = std::vector<std::vector<std::pair<std::size_t, std::size_t>>>;

Mapping getTileMapping(const PyGraph &self, const Tensor &tensor) {
  Mapping result;
  for (const auto &intervals : self.graph.getTileMapping(tensor)) {
    auto &row = result.emplace_back();
    for (const poplar::Interval &interval : intervals) row.emplace_back(interval.begin(), interval.end());
  }
  return result;
}

void setWholeMapping(PyGraph &self, const Tensor &tensor, const Mapping &mapping) {
  poplar::Graph::TileToTensorMapping intervals;
  for (const auto &row : mapping) {
    auto &tile = intervals.emplace_back();
    for (const auto &[begin, end] : row) tile.emplace_back(begin, end);
  }
  self.graph.setTileMapping(tensor, intervals);
}

void remember(std::map<std::string, HostTensor> &names, const std::string &handle, const Tensor &tensor) {
  names[handle] = {tensor.elementType(), tensor.shape()};
}

} // namespace

void bindGraph(py::module_ &module) {
  // Handles refer to their graph and keep it alive.
  const auto part = py::keep_alive<0, 1>();
  const auto name = py::arg("name") = "";
  py::class_<FieldRef>(module, "FieldRef", "One field of a vertex.")
      .def("__getitem__", &FieldRef::operator[], part, "One sub-vector of a field of vectors.");
  py::class_<VertexRef>(module, "VertexRef", "A vertex of a graph.")
      .def_property_readonly("id", &VertexRef::getId)
      .def("__getitem__", [](const VertexRef &vertex, const std::string &field) { return vertex[field]; }, part,
           "The field of this name.");
  py::class_<PyGraph>(module, "Graph", "A graph for one target: variables, vertices, edges, and where they are.")
      .def(py::init([](const poplar::Target &target) { return std::make_unique<PyGraph>(PyGraph{poplar::Graph(target)}); }),
           py::arg("target"))
      .def_property_readonly("target", [](const PyGraph &self) { return self.graph.getTarget(); })
      .def_property_readonly("num_vertices", [](const PyGraph &self) { return self.graph.getNumVertices(); })
      .def("add_codelets",
           [](PyGraph &self, const std::string &path, const std::string &flags) {
             return self.graph.addCodelets(path, poplar::CodeletFileType::Auto, flags);
           },
           py::arg("path"), py::arg("flags") = "", "Compiles a source file, or loads a .gp file.")
      .def("add_codelets_source",
           [](PyGraph &self, const std::string &source, const std::string &flags) {
             std::stringstream text(source);
             return self.graph.addCodelets(text, flags);
           },
           py::arg("source"), py::arg("flags") = "", "Compiles C++ text.")
      .def("has_codelet", [](const PyGraph &self, const std::string &vertex) { return self.graph.hasCodelet(vertex); },
           py::arg("vertex_name"))
      .def("add_variable",
           [](PyGraph &self, const poplar::Type &type, const Dims &shape, const std::string &name) {
             return self.graph.addVariable(type, shape, name);
           },
           py::arg("type"), py::arg("shape"), name, part, "A new variable, on no tile yet.")
      .def("add_constant", &addConstant, py::arg("type"), py::arg("values"), py::arg("shape") = py::none(), name, part,
           "A constant from numbers or an array; one number and a shape fill it. Values must fit the type.")
      .def("clone", [](PyGraph &self, const Tensor &t, const std::string &name) { return self.graph.clone(t, name); },
           py::arg("tensor"), name, part, "A new variable with the shape and mapping of a tensor.")
      .def("set_initial_value", &setInitialValue, py::arg("place"), py::arg("values"),
           "The value of a variable or of a vertex's state field after each load.")
      .def("set_tile_mapping", [](PyGraph &self, const Tensor &t, unsigned tile) { self.graph.setTileMapping(t, tile); },
           py::arg("tensor"), py::arg("tile"))
      .def("set_tile_mapping", [](PyGraph &self, VertexRef v, unsigned tile) { self.graph.setTileMapping(v, tile); },
           py::arg("vertex"), py::arg("tile"))
      .def("set_tile_mapping", &setWholeMapping, py::arg("tensor"), py::arg("mapping"),
           "Places a tensor, a vertex, or for each tile a list of intervals (begin, end) of the flattened tensor.")
      .def("get_tile_mapping", &getTileMapping, py::arg("tensor"),
           "For each tile the intervals (begin, end) of the flattened view that it holds.")
      .def("add_compute_set", [](PyGraph &self, const std::string &name) { return self.graph.addComputeSet(name); }, name)
      .def("add_vertex", &addVertex, py::arg("compute_set"), py::arg("vertex_type"),
           py::arg("connections") = py::dict(), py::arg("tile") = py::none(), part,
           "Adds a vertex. Connections: for each field a tensor, a list of tensors, or a number.")
      .def("connect", [](PyGraph &self, FieldRef field, const Tensor &t) { self.graph.connect(field, t); },
           py::arg("field"), py::arg("tensor"))
      .def("connect", [](PyGraph &self, FieldRef field, const std::vector<Tensor> &t) { self.graph.connect(field, t); },
           py::arg("field"), py::arg("tensors"), "Connects a field with a tensor, or a field of vectors with a list.")
      .def("set_perf_estimate",
           [](PyGraph &self, VertexRef vertex, std::uint64_t cycles) { self.graph.setPerfEstimate(vertex, cycles); },
           py::arg("vertex"), py::arg("cycles"), "Overrides the cycles of a vertex.")
      .def("create_host_write",
           [](PyGraph &self, const std::string &handle, const Tensor &tensor) {
             self.graph.createHostWrite(handle, tensor);
             remember(self.names->writes, handle, tensor);
           },
           py::arg("handle"), py::arg("tensor"), "Names a tensor for Engine.write_tensor.")
      .def("create_host_read",
           [](PyGraph &self, const std::string &handle, const Tensor &tensor) {
             self.graph.createHostRead(handle, tensor);
             remember(self.names->reads, handle, tensor);
           },
           py::arg("handle"), py::arg("tensor"), "Names a tensor for Engine.read_tensor.")
      .def("add_host_to_device_fifo",
           [](PyGraph &self, const std::string &handle, const poplar::Type &type, std::size_t count) {
             self.names->streams[handle] = {type, {count}};
             return self.graph.addHostToDeviceFIFO(handle, type, count);
           },
           py::arg("handle"), py::arg("type"), py::arg("num_elements"), "A stream from the host.")
      .def("add_device_to_host_fifo",
           [](PyGraph &self, const std::string &handle, const poplar::Type &type, std::size_t count) {
             self.names->streams[handle] = {type, {count}};
             return self.graph.addDeviceToHostFIFO(handle, type, count);
           },
           py::arg("handle"), py::arg("type"), py::arg("num_elements"), "A stream to the host.")
      .def("add_function", [](PyGraph &self, const poplar::program::Program &p) { return self.graph.addFunction(p); },
           py::arg("program"), "Stores a program once, for Call.");
}

} // namespace popgraph::python
