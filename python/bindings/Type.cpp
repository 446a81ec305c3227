#include "python/bindings/Bindings.hpp"
#include <poplar/exceptions.hpp>

namespace popgraph::python {
namespace {

struct TypeRow {
  const char *name;
  poplar::Type type;
  const char *dtype; // null: NumPy has none
};
const TypeRow kTypes[] = {
    {"BOOL", poplar::BOOL, "?"},
    {"CHAR", poplar::CHAR, "i1"},
    {"SIGNED_CHAR", poplar::SIGNED_CHAR, "i1"},
    {"UNSIGNED_CHAR", poplar::UNSIGNED_CHAR, "u1"},
    {"SHORT", poplar::SHORT, "i2"},
    {"UNSIGNED_SHORT", poplar::UNSIGNED_SHORT, "u2"},
    {"INT", poplar::INT, "i4"},
    {"UNSIGNED_INT", poplar::UNSIGNED_INT, "u4"},
    {"LONGLONG", poplar::LONGLONG, "i8"},
    {"UNSIGNED_LONGLONG", poplar::UNSIGNED_LONGLONG, "u8"},
    {"QUARTER", poplar::QUARTER, nullptr},
    {"HALF", poplar::HALF, "f2"},
    {"FLOAT", poplar::FLOAT, "f4"},
};

} // namespace

py::dtype dtypeOf(const poplar::Type &type) {
  for (const TypeRow &row : kTypes)
    if (row.type == type && row.dtype) return py::dtype(row.dtype);
  throw poplar::type_error("NumPy has no type for the elements of " + type.toString());
}

void bindType(py::module_ &module) {
  py::class_<poplar::Type>(module, "Type", "The type of a tensor's elements; equal to one of the module's constants.")
      .def_property_readonly("name", &poplar::Type::toString, "The spelling inside vertex names.")
      .def_property_readonly("dtype", &dtypeOf, "The NumPy type of its values on the host.")
      .def_property_readonly("is_floating_point", &poplar::Type::isFloatingPoint)
      .def("__eq__", [](const poplar::Type &a, const poplar::Type &b) { return a == b; }, py::is_operator())
      .def("__hash__", &poplar::Type::hash)
      .def("__repr__", [](const poplar::Type &type) {
        for (const TypeRow &row : kTypes)
          if (row.type == type) return std::string("popgraph.") + row.name;
        return "<popgraph.Type " + type.toString() + ">";
      });
  for (const TypeRow &row : kTypes) module.attr(row.name) = row.type;
}

} // namespace popgraph::python
