#include "python/bindings/Bindings.hpp"
#include <popops/Cast.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <variant>

namespace popgraph::python {
namespace {

using poplar::Tensor;
using poplar::program::Sequence;
using popops::expr::BinaryOpType;
using popops::expr::UnaryOpType;
/// A tensor or a number, which takes the type of the tensor beside it.
using Operand = std::variant<Tensor, bool, long long, double>;

/// "bitwiseAnd" is bitwise_and in Python.
std::string snake(const std::string &name) {
  std::string result;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z' && !result.empty() && result.back() != '_' &&
        !(result.back() >= 'A' && result.back() <= 'Z'))
      result += '_';
    result += c;
  }
  for (char &c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

popops::expr::Any expression(const Operand &operand, unsigned &placeholders, std::vector<Tensor> &tensors) {
  return std::visit(
      [&](const auto &value) -> popops::expr::Any {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Tensor>) {
          tensors.push_back(value);
          return popops::expr::PlaceHolder(++placeholders);
        } else {
          return popops::expr::Const(value);
        }
      },
      operand);
}

template <typename Operator> void binary(py::module_ &module, const char *name) {
  const auto apply = [](PyGraph &graph, const Operand &a, const Operand &b, Sequence &program, const std::string &name) {
    unsigned placeholders = 0;
    std::vector<Tensor> tensors;
    const popops::expr::Any left = expression(a, placeholders, tensors), right = expression(b, placeholders, tensors);
    return popops::map(graph.graph, Operator(left, right), tensors, program, name);
  };
  const auto inPlace = [](PyGraph &graph, const Tensor &a, const Operand &b, Sequence &program, const std::string &name) {
    unsigned placeholders = 0;
    std::vector<Tensor> tensors;
    const popops::expr::Any left = expression(a, placeholders, tensors), right = expression(b, placeholders, tensors);
    popops::mapInPlace(graph.graph, Operator(left, right), tensors, program, name);
  };
  module.def(snake(name).c_str(), apply, py::arg("graph"), py::arg("a"), py::arg("b"), py::arg("program"),
             py::arg("name") = "", py::keep_alive<0, 1>(),
             "The operator of this name on two tensors, or a tensor and a number; a new tensor. Shapes broadcast.");
  module.def((snake(name) + "_in_place").c_str(), inPlace, py::arg("graph"), py::arg("a"), py::arg("b"),
             py::arg("program"), py::arg("name") = "", "The same, stored to a.");
}

void unary(py::module_ &module, const char *name, UnaryOpType op) {
  module.def(snake(name).c_str(),
             [op](PyGraph &graph, const Tensor &a, Sequence &program, const std::string &name) {
               return popops::map(graph.graph, op, a, program, name);
             },
             py::arg("graph"), py::arg("a"), py::arg("program"), py::arg("name") = "", py::keep_alive<0, 1>(),
             "The operator of this name on each element; a new tensor.");
  module.def((snake(name) + "_in_place").c_str(),
             [op](PyGraph &graph, const Tensor &a, Sequence &program, const std::string &name) {
               popops::mapInPlace(graph.graph, op, a, program, name);
             },
             py::arg("graph"), py::arg("a"), py::arg("program"), py::arg("name") = "", "The same, stored to a.");
}

} // namespace

void bindPopops(py::module_ &module) {
  module.def("add_codelets", [](PyGraph &graph) { popops::addCodelets(graph.graph); }, py::arg("graph"),
             "Makes the library's codelets known to a graph.");
  // Driven by the lists of operators of popops: a new one appears here by itself.
#define UNARY(ENUMERATOR, Class, function, result, operands) unary(module, #function, UnaryOpType::ENUMERATOR);
  POPOPS_UNARY_OPERATORS(UNARY)
#undef UNARY
#define BINARY(ENUMERATOR, Class, function, result, operands) binary<popops::expr::Class>(module, #function);
  POPOPS_BINARY_OPERATORS(BINARY)
#undef BINARY
  py::enum_<popops::Operation>(module, "Operation", "How a reduction combines elements.")
      .value("ADD", popops::Operation::ADD)
      .value("MUL", popops::Operation::MUL)
      .value("MIN", popops::Operation::MIN)
      .value("MAX", popops::Operation::MAX)
      .value("LOGICAL_AND", popops::Operation::LOGICAL_AND)
      .value("LOGICAL_OR", popops::Operation::LOGICAL_OR)
      .value("SQUARE_ADD", popops::Operation::SQUARE_ADD);
  module.def("reduce",
             [](PyGraph &graph, const Tensor &tensor, const std::vector<std::size_t> &dims, popops::Operation operation,
                Sequence &program, const std::string &name) {
               return popops::reduce(graph.graph, tensor, dims, popops::ReduceParams(operation), program, name);
             },
             py::arg("graph"), py::arg("tensor"), py::arg("dims"), py::arg("operation"), py::arg("program"),
             py::arg("name") = "", py::keep_alive<0, 1>(), "Combines the elements along `dims`; a new tensor.");
  module.def("cast",
             [](PyGraph &graph, const Tensor &tensor, const poplar::Type &type, Sequence &program,
                const std::string &name) { return popops::cast(graph.graph, tensor, type, program, name); },
             py::arg("graph"), py::arg("tensor"), py::arg("type"), py::arg("program"), py::arg("name") = "",
             py::keep_alive<0, 1>(), "The tensor converted to another type; a new tensor.");
}

} // namespace popgraph::python
