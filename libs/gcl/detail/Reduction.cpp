#include "libs/gcl/detail/Reduction.hpp"

#include <istream>
#include <ostream>
#include <popops/ElementWise.hpp>
#include <popops/Expr.hpp>
#include <popops/OperationDefUtil.hpp>
#include <poputil/exceptions.hpp>

namespace gcl {

namespace {

using popops::expr::BinaryOpType;

/// Every operator: its name and how two elements are combined (LOCAL combines nothing).
struct Entry {
  CollectiveOperator op;
  const char *name;
  BinaryOpType combine;
};
constexpr Entry kOperators[] = {
    {CollectiveOperator::ADD, "ADD", BinaryOpType::ADD},
    {CollectiveOperator::MEAN, "MEAN", BinaryOpType::ADD},
    {CollectiveOperator::MUL, "MUL", BinaryOpType::MULTIPLY},
    {CollectiveOperator::MIN, "MIN", BinaryOpType::MINIMUM},
    {CollectiveOperator::MAX, "MAX", BinaryOpType::MAXIMUM},
    {CollectiveOperator::LOGICAL_AND, "LOGICAL_AND", BinaryOpType::LOGICAL_AND},
    {CollectiveOperator::LOGICAL_OR, "LOGICAL_OR", BinaryOpType::LOGICAL_OR},
    {CollectiveOperator::SQUARE_ADD, "SQUARE_ADD", BinaryOpType::ADD},
    {CollectiveOperator::LOCAL, "LOCAL", BinaryOpType::ADD},
};

const Entry &entryOf(CollectiveOperator op) { return kOperators[static_cast<std::size_t>(op)]; }

} // namespace

std::istream &operator>>(std::istream &is, CollectiveOperator &op) {
  std::string word;
  is >> word;
  for (const Entry &entry : kOperators)
    if (word == entry.name) {
      op = entry.op;
      return is;
    }
  throw poputil::poplibs_error("gcl::CollectiveOperator: '" + word + "' is not the name of an operator");
}

std::ostream &operator<<(std::ostream &os, const CollectiveOperator &op) { return os << entryOf(op).name; }

CollectiveOperator operationToCollectiveOperator(const popops::Operation &operation) {
  const std::string name = poputil::asString(operation);
  for (const Entry &entry : kOperators)
    if (name == entry.name) return entry.op;
  throw poputil::poplibs_error("gcl::operationToCollectiveOperator: no collective combines by " + name);
}

namespace detail {

void checkOperator(const std::string &function, CollectiveOperator op, const poplar::Type &type) {
  const bool isLogical = op == CollectiveOperator::LOGICAL_AND || op == CollectiveOperator::LOGICAL_OR;
  const bool isFloating = type == poplar::FLOAT || type == poplar::HALF;
  const bool fits = op == CollectiveOperator::LOCAL  ? true
                    : op == CollectiveOperator::MEAN ? isFloating
                                                     : isLogical == (type == poplar::BOOL);
  if (!fits)
    throw poputil::poplibs_error(function + ": " + entryOf(op).name + " does not combine elements of type " +
                                 type.toString());
}

void reduceInto(poplar::Graph &graph, const poplar::Tensor &result, const std::vector<poplar::Tensor> &parts,
                CollectiveOperator op, poplar::program::Sequence &prog, const poplar::DebugContext &context) {
  namespace pe = popops::expr;
  prog.add(poplar::program::Copy(parts.front(), result, false, context));
  if (op == CollectiveOperator::SQUARE_ADD) popops::mapInPlace(graph, pe::Square(pe::_1), {result}, prog, context);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (op == CollectiveOperator::SQUARE_ADD)
      popops::mapInPlace(graph, pe::Add(pe::_1, pe::Square(pe::_2)), {result, parts[i]}, prog, context);
    else
      popops::mapInPlace(graph, entryOf(op).combine, result, parts[i], prog, context);
  }
  if (op == CollectiveOperator::MEAN && parts.size() > 1)
    popops::mapInPlace(graph, pe::Divide(pe::_1, pe::Const(static_cast<float>(parts.size()))), {result}, prog, context);
}

} // namespace detail
} // namespace gcl
