#include "python/bindings/Bindings.hpp"
#include <poplar/Tensor.hpp>

namespace popgraph::python {
namespace {

using poplar::Tensor;

std::size_t dimension(const Tensor &tensor, long number) {
  const long rank = static_cast<long>(tensor.rank());
  if (number < -rank || number >= rank)
    throw py::index_error("dimension " + std::to_string(number) + " of a tensor of shape " + tensor.shapeToString());
  return static_cast<std::size_t>(number < 0 ? number + rank : number);
}

/// One entry of an index; `at` is the dimension it is for and moves on unless that dimension is gone.
Tensor take(const Tensor &tensor, const py::handle &entry, unsigned &at) {
  if (entry.is_none()) {
    const std::size_t place = at++;
    return tensor.expand({place});
  }
  if (at >= tensor.rank())
    throw py::index_error("too many indices for a tensor of shape " + tensor.shapeToString());
  const std::size_t size = tensor.dim(at);
  if (py::isinstance<py::slice>(entry)) {
    py::ssize_t begin, end, step, count;
    if (!py::reinterpret_borrow<py::slice>(entry).compute(static_cast<py::ssize_t>(size), &begin, &end, &step, &count))
      throw py::error_already_set();
    const unsigned dim = at++;
    if (count == 0) return tensor.slice(0, 0, dim);
    const py::ssize_t last = begin + step * (count - 1);
    Tensor part = tensor.slice(static_cast<std::size_t>(std::min(begin, last)),
                               static_cast<std::size_t>(std::max(begin, last)) + 1, dim);
    if (step < 0) part = part.reverse(dim);
    return step == 1 || step == -1 ? part : part.subSample(static_cast<unsigned>(step < 0 ? -step : step), dim);
  }
  const long index = entry.cast<long>(), length = static_cast<long>(size);
  if (index < -length || index >= length)
    throw py::index_error("index " + std::to_string(index) + " of dimension " + std::to_string(at) +
                          " of a tensor of shape " + tensor.shapeToString());
  const auto place = static_cast<std::size_t>(index < 0 ? index + length : index);
  return tensor.slice(place, place + 1, at).squeeze({std::size_t(at)});
}

Tensor item(const Tensor &tensor, const py::object &index) {
  unsigned at = 0;
  if (!py::isinstance<py::tuple>(index)) return take(tensor, index, at);
  Tensor result = tensor;
  for (const py::handle &entry : py::reinterpret_borrow<py::tuple>(index)) result = take(result, entry, at);
  return result;
}

py::tuple shapeOf(const Tensor &tensor) { return py::tuple(py::cast(tensor.shape())); }

} // namespace

void bindTensor(py::module_ &module) {
  using Dims = std::vector<std::size_t>;
  // A view refers to its graph: whatever comes from a tensor keeps that tensor, and so the graph, alive.
  const auto view = py::keep_alive<0, 1>();
  py::class_<Tensor>(module, "Tensor",
                     "A view of variables of a graph: a type, a shape and for each position an element. Never copies "
                     "data. Indexed as NumPy arrays are, with numbers, slices and None.")
      .def_property_readonly("element_type", &Tensor::elementType)
      .def_property_readonly("shape", &shapeOf)
      .def_property_readonly("rank", &Tensor::rank)
      .def_property_readonly("num_elements", &Tensor::numElements)
      .def("__len__", [](const Tensor &tensor) { return tensor.dim(static_cast<unsigned>(dimension(tensor, 0))); })
      .def("__getitem__", &item, view)
      .def("slice", [](const Tensor &t, std::size_t begin, std::size_t end, unsigned dim) { return t.slice(begin, end, dim); },
           py::arg("begin"), py::arg("end"), py::arg("dimension") = 0, view, "Elements [begin, end) of a dimension.")
      .def("flatten", [](const Tensor &t) { return t.flatten(); }, view, "All elements in row-major order as rank 1.")
      .def("reshape", [](const Tensor &t, const Dims &shape) { return t.reshape(shape); }, py::arg("shape"), view,
           "The same elements in row-major order under another shape.")
      .def("dim_shuffle", [](const Tensor &t, const std::vector<unsigned> &order) { return t.dimShuffle(order); },
           py::arg("permutation"), view, "Dimension i of the result is dimension permutation[i] of this.")
      .def("dim_roll", &Tensor::dimRoll, py::arg("dimension"), py::arg("new_index") = 0, view,
           "Moves one dimension to another place.")
      .def("transpose", &Tensor::transpose, view, "Swaps the dimensions of a rank 2 tensor.")
      .def_property_readonly("T", py::cpp_function(&Tensor::transpose, view))
      .def("expand", [](const Tensor &t, const Dims &dims) { return t.expand(dims); }, py::arg("indices"), view,
           "Inserts a dimension of size 1 before each listed dimension.")
      .def("squeeze", [](const Tensor &t, const Dims &dims) { return t.squeeze(dims); }, py::arg("indices"), view,
           "Removes the listed dimensions, which must have size 1.")
      .def("broadcast", &Tensor::broadcast, py::arg("n"), py::arg("dimension"), view,
           "Repeats the view n times along a dimension.")
      .def("sub_sample", &Tensor::subSample, py::arg("stride"), py::arg("dimension"), view,
           "Every stride-th element of a dimension.")
      .def("reverse", &Tensor::reverse, py::arg("dimension"), view, "The reverse order along a dimension.")
      .def("reinterpret", &Tensor::reinterpret, py::arg("type"), view, "The same bits as another type of the same size.")
      .def_property_readonly("is_contiguous", &Tensor::isContiguous)
      .def_property_readonly("contains_aliases", &Tensor::containsAliases)
      .def_property_readonly("is_parallel_writeable", &Tensor::isParallelWriteable)
      .def("intersects_with", &Tensor::intersectsWith, py::arg("other"), "True when both views share an element.")
      .def("__eq__", [](const Tensor &a, const Tensor &b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const Tensor &t) { return t.numElements() * 31 + t.rank(); })
      .def("__repr__", [](const Tensor &t) {
        if (!t.valid()) return std::string("<popgraph.Tensor, invalid>");
        return "<popgraph.Tensor " + t.elementType().toString() + " " + t.shapeToString() + " of " + t.getVarStr() + ">";
      });
  module.def("concat", [](const std::vector<Tensor> &tensors, unsigned dim) { return poplar::concat(tensors, dim); },
             py::arg("tensors"), py::arg("dimension") = 0, view, "Joins tensors of one type along a dimension.");
}

} // namespace popgraph::python
