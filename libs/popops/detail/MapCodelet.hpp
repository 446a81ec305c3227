#pragma once
// Turns expressions into the source of one codelet that evaluates them over a tile's elements.
#include <popops/Expr.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Type.hpp>
#include <memory>
#include <string>
#include <vector>

namespace popops::detail {

/// How a vertex walks over its elements.
///   Flat     one run of elements, shared by all workers
///   Rows     one run seen as rows of `cols` elements, for operands that repeat along or across rows
///   Regions  several runs, one worker
enum class LoopForm : char { Flat = 'F', Rows = 'M', Regions = 'L' };

/// How an operand is read: one element per result element; one for all; one per column, repeated for every row; one per
/// row; or it is result `output` itself, updated in place.
enum class OperandForm : char { Full = 'f', Scalar = 's', Column = 'c', Row = 'r', Result = 'o' };

struct MapOperand {
  poplar::Type type;
  OperandForm form = OperandForm::Full;
  unsigned output = 0; ///< with OperandForm::Result

  friend bool operator==(const MapOperand &, const MapOperand &) = default;
};

/// A state field that holds a constant of the expression.
struct MapConstant {
  poplar::Type type;
  bool isReal;
  double real;
  std::uint64_t integer;
};

struct MapRequest {
  std::string function; ///< for messages
  std::vector<std::unique_ptr<expr::Expr>> exprs;
  std::vector<poplar::Type> outputs; ///< type of each result
  std::vector<poplar::Tensor> ts;    ///< for the types of placeholders
  std::vector<unsigned> operandOf;   ///< number of the operand for each tensor of ts
};

struct MapCodelet {
  std::string name;                   ///< vertex type
  std::vector<MapConstant> constants; ///< values of the fields c0, c1, ...
};

/// Makes sure the graph knows the codelet for these operand forms. Its fields: out<i>; in<j> for every operand that is
/// not a result; c<k>; step with LoopForm::Flat; rows, cols, rowStep, columnStep with LoopForm::Rows (elements, rows or
/// columns of one worker; 0: all).
MapCodelet addMapCodelet(poplar::Graph &graph, const MapRequest &request, const std::vector<MapOperand> &operands,
                         LoopForm loop);

/// The source of that codelet.
std::string mapCodeletSource(const MapRequest &request, const std::vector<MapOperand> &operands, LoopForm loop);

/// The operators of an expression, outermost first: "AddMul". Used to name things.
std::string operatorNames(const expr::Expr &e);

} // namespace popops::detail
